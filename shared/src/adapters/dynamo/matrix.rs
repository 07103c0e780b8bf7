//! The skill matrix, in the ops table: one row per statement, and the head that every edit raises.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::audit::DynamoAudit;
use super::expression::Expression;
use super::item::{Item, Key, decode, encode, number, value};
use super::range::Range;
use super::table::{Read, Table};
use super::transaction::Outcome;
use crate::domain::account::Role;
use crate::domain::audit::AuditEntry;
use crate::domain::cache::Family;
use crate::domain::id::UserId;
use crate::domain::matching::{Edit, Head, PairKey, SkillPair, Statement, Statements};
use crate::domain::time::Timestamp;
use crate::error::{Error, Result};
use crate::ports::matrix::{Edited, Matrix, MatrixEditor};
use crate::telemetry;

const ROWS: &str = "MATRIX";
const STATED_BY: &str = "stated_by";
/// How often the rows are read again because somebody edited them meanwhile.
const ROUNDS: u32 = 6;
/// In the order of the transaction: the row of the audit, the actor, the head.
const ACTOR: usize = 1;

/// Reads the matrix for everybody; editing it needs the audit, which only `admin` has.
#[derive(Clone, Debug)]
pub struct DynamoMatrix {
    ops: Table,
    audit: Option<DynamoAudit>,
}

#[derive(Serialize, Deserialize)]
struct StoredStatement {
    a: String,
    b: String,
    percent: u8,
    stated_by: UserId,
    stated_at: Timestamp,
    version: u64,
}

/// The head with the number of rows that belong to it.
#[derive(Clone, Copy, PartialEq, Eq)]
struct StoredHead {
    head: Head,
    statements: usize,
}

impl DynamoMatrix {
    pub fn reader(ops: Table) -> Self {
        Self { ops, audit: None }
    }

    pub fn new(ops: Table, audit: DynamoAudit) -> Self {
        Self { ops, audit: Some(audit) }
    }

    async fn stored_head(&self) -> Result<StoredHead> {
        let item = self.ops.get_item(&head_key(), Read::Strong).await?.unwrap_or_default();
        let count = |name: &str| -> u64 {
            let value = item.get(name).and_then(|value| value.as_n().ok());
            value.and_then(|value| value.parse().ok()).unwrap_or(0)
        };
        let head = Head::new(count("matrix"), |family| count(&generation(family)));
        Ok(StoredHead { head, statements: usize::try_from(count("statements")).unwrap_or(usize::MAX) })
    }

    async fn rows(&self) -> Result<Vec<StoredStatement>> {
        let items = self.ops.query(Range::whole(ROWS).strong().unlimited()).await?;
        items.into_iter().map(decode).collect()
    }
}

impl StoredHead {
    /// Whether these are the rows of this version: a query may see a part of a transaction that is being committed.
    fn is_of(&self, rows: &[StoredStatement]) -> bool {
        rows.len() == self.statements && rows.iter().all(|row| row.version <= self.head.matrix)
    }
}

#[async_trait]
impl Matrix for DynamoMatrix {
    async fn head(&self) -> Result<Head> {
        Ok(self.stored_head().await?.head)
    }

    async fn statements(&self) -> Result<Statements> {
        let mut before = self.stored_head().await?;
        let mut unchanged = 0;
        for _ in 0..ROUNDS {
            let rows = self.rows().await?;
            let after = self.stored_head().await?;
            unchanged = if after == before { unchanged + 1 } else { 0 };
            if unchanged > 0 && before.is_of(&rows) {
                return Ok(statements(before.head.matrix, rows));
            }
            if unchanged == ROUNDS {
                // No commit takes that long: somebody has changed rows by hand, or restored them. The next edit counts anew.
                tracing::warn!(matrix.version = before.head.matrix, "the matrix has other rows than its head says");
                return Ok(statements(before.head.matrix, rows));
            }
            before = after;
        }
        Err(Error::unavailable("the matrix was edited whenever it was read"))
    }
}

#[async_trait]
impl MatrixEditor for DynamoMatrix {
    async fn edit(&self, before: &Statements, edits: &[Edit], entry: &AuditEntry) -> Result<Edited> {
        let audit = self.audit.as_ref().ok_or_else(|| Error::internal("this function does not edit the matrix"))?;
        let actor = entry.actor_id.ok_or_else(|| Error::internal("an edit of the matrix has no actor"))?;
        let (change, is_latest) = raised(before, before.len_after(edits));
        let transaction = audit.witnessed(entry, Role::Admin)?;
        let mut transaction = transaction.update_if(&self.ops, &head_key(), change, is_latest);
        for edit in edits {
            transaction = match edit {
                Edit::State(pair) => {
                    let version = before.version() + 1;
                    let (stated_by, stated_at) = (actor, entry.at);
                    let statement = Statement { pair: pair.clone(), stated_by, stated_at, version };
                    transaction.put(&self.ops, to_item(&statement)?)
                }
                Edit::Withdraw(key) => transaction.delete(&self.ops, &row_key(key)),
            };
        }
        Ok(match transaction.commit().await? {
            Outcome::Committed => Edited::Done,
            Outcome::Refused(refused) if refused.contains(&ACTOR) => Edited::Refused,
            Outcome::Refused(_) | Outcome::Conflict => Edited::Outrun,
        })
    }
}

/// The head one version further, and the condition that it is still the one of `before`.
fn raised(before: &Statements, statements: usize) -> (Expression, &'static str) {
    let change = Expression::new("SET statements = :statements ADD #matrix :one").name("#matrix", "matrix");
    let change = change.value(":statements", number(statements as u64)).value(":one", number(1_u32));
    match before.version() {
        0 => (change, "attribute_not_exists(#matrix)"),
        version => (change.value(":before", number(version)), "#matrix = :before"),
    }
}

/// A row that can no longer be read says nothing, and keeps nobody from being matched.
fn statements(version: u64, rows: Vec<StoredStatement>) -> Statements {
    let read = |row: StoredStatement| -> Option<Statement> {
        let pair = SkillPair::parse(&row.a, &row.b, f64::from(row.percent) / 100.0);
        let pair = pair.map_err(|refusal| Error::internal(refusal.into_owned())).inspect_err(telemetry::report).ok()?;
        Some(Statement { pair, stated_by: row.stated_by, stated_at: row.stated_at, version: row.version })
    };
    Statements::new(version, rows.into_iter().filter_map(read))
}

fn to_item(statement: &Statement) -> Result<Item> {
    let [a, b] = statement.pair.skills().map(|skill| skill.as_str().to_owned());
    let stored = StoredStatement {
        a,
        b,
        percent: statement.pair.percent(),
        stated_by: statement.stated_by,
        stated_at: statement.stated_at,
        version: statement.version,
    };
    encode(&row_key(&statement.pair.key()), &stored)
}

fn row_key(key: &PairKey) -> Key {
    Key::new(ROWS, key.as_str())
}

/// Takes the name of whoever stated it off some rows; answers whether there may be more. What they state holds on, and so
/// does the version: nobody is scored by who stated something.
pub(super) async fn unsign(ops: &Table, user_id: UserId, some: usize) -> Result<bool> {
    let (theirs, nobodys) = (value(&user_id)?, value(&UserId::NOBODY)?);
    let rows = ops.query(Range::whole(ROWS).strong().unlimited()).await?;
    let rows =
        rows.iter().filter(|row| row.get(STATED_BY) == Some(&theirs)).filter_map(|row| row.get("sk")?.as_s().ok());
    let rows: Vec<Key> = rows.take(some).map(|sk| Key::new(ROWS, sk)).collect();
    let change = Expression::new("SET stated_by = :nobody").value(":nobody", nobodys).value(":theirs", theirs);
    for row in &rows {
        ops.update_if(row, change.clone(), "stated_by = :theirs").await?;
    }
    Ok(rows.len() == some)
}

/// The attribute of the head that says which generation of a family is current.
pub(super) fn generation(family: Family) -> String {
    format!("generation_{}", family.as_str())
}

pub(super) fn head_key() -> Key {
    Key::new("MATCHING", "VERSIONS")
}

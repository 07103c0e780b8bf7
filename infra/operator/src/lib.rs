//! What an operator does to the data of a system: puts dead letters back, erases somebody, and restores a backup.
//!
//! A restoration verifies all of a backup before anything is written, writes it into tables, and compares these with it item by
//! item. It runs with an operator's rights; no function can do what it does. One that was killed goes on when the same command is
//! given again: a tag on each table says whose it is and how many parts are in it.

mod claim;
mod compare;
mod create;
mod dead_letters;
mod erase;
mod erasures;
mod failure;
mod repairs;
mod shelf;
mod source;
mod table;
mod target;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use shared::adapters::aws::Aws;
use shared::domain::backup::{Manifest, SavedTable, TableKind};
use shared::domain::time::Timestamp;
use shared::ports::ambient::Ambient;

pub use compare::Comparison;
pub use dead_letters::{Act, Care, care};
pub use erase::{Removal, erase};
pub use erasures::{Repetition, repeat_erasures};
pub use failure::Failure;
use repairs::Repairs;
pub use shelf::list;
use source::Source;
use table::Table;
use target::Target;

/// What an operator wants done.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    Restore(Order),
    /// The backups in a bucket.
    List(String),
    RepeatErasures(Repetition),
    DeadLetters(Care),
    Erase(Removal),
}

/// What is to be restored, and where to.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Order {
    pub bucket: String,
    /// The key of the manifest.
    pub manifest: String,
    /// The buckets whose ledgers say who was erased since.
    pub ledgers: Vec<String>,
    /// All tables, if none is named.
    pub tables: Vec<TableKind>,
    pub into: Into,
    /// Verifies the backup, looks at the tables, and writes nothing.
    pub dry_run: bool,
    /// Also if people may come back of whose erasure nobody knows any more.
    #[serde(default)]
    pub beyond_ledger: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Into {
    /// New tables, called after the prefix and what they hold.
    New(String),
    /// Tables of a stack, which must be empty.
    Existing(Stack),
}

/// A stack, as far as it is restored into.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stack {
    pub tables: BTreeMap<TableKind, String>,
    /// Where it is promised that people are erased again.
    pub outbox: String,
}

/// Carries out an order and tells of its steps, line by line.
pub async fn restore(
    aws: &Aws,
    ambient: &Ambient,
    order: &Order,
    tell: &(dyn Fn(String) + Sync),
) -> Result<(), Failure> {
    let source = Source::open(aws, &order.bucket, &order.manifest).await?;
    let chosen = chosen(&source.manifest, order)?;
    let window = source.manifest.window;
    // What would stop the end stops the beginning: who is to be erased again is read first.
    let erased = erasures::people(aws, &order.ledgers).await?;
    let has_ledger = !erased.is_empty();
    let mut repairs = Repairs::of(erased, window.from);
    let mut items = 0;
    for saved in &chosen {
        items += source.verify(saved, |item| repairs.look_at(saved.table, item)).await?;
    }
    tell(format!(
        "verified: {items} items of {} tables, as they were between {} and {}",
        chosen.len(),
        window.from,
        window.until
    ));
    if !has_ledger {
        tell(format!(
            "erasures: nobody is in the ledger in {}; if the backup was copied here, copy erasures/v1/ too, or whoever was \
             erased since comes back",
            order.ledgers.join(", ")
        ));
    }
    erasures::reaches(window.from, ambient.now(), order.beyond_ledger, tell)?;
    let mut targets = Vec::new();
    for saved in &chosen {
        let table = Table::new(aws, ambient, saved.table, target_name(saved, &order.into)?);
        targets.push(Target::look(table, saved, &source.manifest, matches!(order.into, Into::New(_))).await?);
    }
    if order.dry_run {
        for target in &targets {
            tell(target.intention());
        }
    } else {
        fill(&targets, &source, tell).await?;
        mend(&targets, &repairs, tell).await?;
    }
    forget(aws, ambient, order, window.from, tell).await
}

/// Writes what is not there yet, and compares it before anything that would delete or cost is switched on.
async fn fill(targets: &[Target<'_>], source: &Source, tell: &(dyn Fn(String) + Sync)) -> Result<(), Failure> {
    let (done, wanting): (Vec<_>, Vec<_>) = targets.iter().partition(|target| target.is_restored());
    for target in done {
        tell(format!("{}: was restored from this backup before, and is left as it is", target.name()));
    }
    for target in &wanting {
        target.prepare().await?;
        target.fill(source, tell).await?;
    }
    let (mut differs, mut items) = (false, 0);
    for target in &wanting {
        let comparison = target.compare(source).await?;
        if !comparison.is_equal() {
            differs = true;
            target.begin_anew().await?;
        }
        items += comparison.found();
        tell(format!("{}: {comparison}", target.name()));
    }
    if differs {
        return Err(Failure::new("the tables are not what was backed up").remedy(
            "stop what writes to them, such as the schedules of a stack (ScheduleState), delete what is too many, and give \
             the same command again: what differs or is missing is written anew",
        ));
    }
    for target in &wanting {
        target.finish().await?;
        tell(format!("{}: {}", target.name(), target.settings()));
    }
    if wanting.is_empty() {
        tell("nothing was to be done: everything was restored from this backup before".to_owned());
    } else {
        tell(format!("restored: {items} items are exactly what was backed up"));
    }
    Ok(())
}

/// Has erasures find what they would not find in these tables, which are no longer just what was backed up then.
async fn mend(targets: &[Target<'_>], repairs: &Repairs, tell: &(dyn Fn(String) + Sync)) -> Result<(), Failure> {
    let mut count = 0;
    for target in targets {
        count += repairs.make(target).await?;
    }
    if count > 0 {
        tell(format!(
            "erasures: {count} rows were put or taken away, so that nothing of who is erased again is passed over"
        ));
    }
    Ok(())
}

/// Whoever was erased since the tables were read is in them again. The ledgers are read once more, because somebody may have
/// been erased while the tables were filled. Without their accounts, nobody is erased again yet: what
/// would be written of that is in the way of the accounts.
async fn forget(
    aws: &Aws,
    ambient: &Ambient,
    order: &Order,
    since: Timestamp,
    tell: &(dyn Fn(String) + Sync),
) -> Result<(), Failure> {
    let (ledgers, dry_run) = (order.ledgers.clone(), order.dry_run);
    let has_accounts = order.tables.is_empty() || order.tables.contains(&TableKind::Accounts);
    match &order.into {
        Into::Existing(stack) if has_accounts => {
            let (accounts, profiles) = (stack.table(TableKind::Accounts)?, stack.table(TableKind::Profiles)?);
            let repetition = Repetition { ledgers, since, accounts, profiles, outbox: stack.outbox.clone(), dry_run };
            erasures::begin_again(aws, ambient, &repetition, tell).await
        }
        Into::Existing(_) | Into::New(_) => {
            let count = erasures::people(aws, &ledgers).await?.len();
            if count == 0 {
                return Ok(());
            }
            tell(format!(
                "erasures: the ledger names {count} people who were erased in 90 days, and these tables may name them again; \
                 when all are there, and before anybody is served from them: cargo xtask erase-again --since {since}"
            ));
            Ok(())
        }
    }
}

impl Stack {
    fn table(&self, kind: TableKind) -> Result<String, Failure> {
        self.tables.get(&kind).cloned().ok_or_else(|| {
            Failure::new(format!("the stack has no table for {}", kind.as_str()))
                .remedy("name a stack that was deployed from this repository's template.yaml")
        })
    }
}

/// The tables to restore, each once.
fn chosen<'m>(manifest: &'m Manifest, order: &Order) -> Result<Vec<&'m SavedTable>, Failure> {
    if let Some(kind) = order.tables.iter().find(|kind| !manifest.tables.iter().any(|saved| saved.table == **kind)) {
        let failure = Failure::new(format!("the backup has no table {}", kind.as_str()));
        return Err(failure.remedy("name one that it has"));
    }
    let is_wanted = |saved: &&SavedTable| order.tables.is_empty() || order.tables.contains(&saved.table);
    Ok(manifest.tables.iter().filter(is_wanted).collect())
}

fn target_name(saved: &SavedTable, into: &Into) -> Result<String, Failure> {
    match into {
        Into::New(prefix) => Ok(format!("{prefix}-{}", saved.table.as_str())),
        Into::Existing(stack) => stack.table(saved.table),
    }
}

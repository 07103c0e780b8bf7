//! The directory: an index of the profiles table that lists visible people by field, in the order of their last edit.

use async_trait::async_trait;
use serde::Deserialize;

use super::item::{Item, decode, text};
use super::range::{Index, Range};
use super::table::Table;
use crate::domain::id::UserId;
use crate::domain::profile::{Field, Profile};
use crate::domain::time::Timestamp;
use crate::error::{Error, Result};
use crate::ports::candidates::{Directory, Line};

pub(super) const INDEX: Index = Index { name: "directory", pk: "directory_pk", sk: "directory_sk" };

#[derive(Clone, Debug)]
pub struct DynamoDirectory(Table);

/// The keys of the index; everything else stays in the table.
#[derive(Deserialize)]
struct StoredLine {
    pk: String,
    directory_sk: Timestamp,
}

impl DynamoDirectory {
    pub fn new(profiles: Table) -> Self {
        Self(profiles)
    }

    async fn lines(&self, range: Range) -> Result<Vec<Line>> {
        self.0.query(range.index(INDEX)).await?.into_iter().map(|item| decode::<StoredLine>(item)?.read()).collect()
    }
}

/// The attributes that put a visible profile into the index; without them it is not in there.
pub(super) fn attributes(profile: &Profile) -> Item {
    if !profile.details.visible {
        return Item::new();
    }
    Item::from([
        (INDEX.pk.to_owned(), text(partition(profile.details.field))),
        (INDEX.sk.to_owned(), text(profile.updated_at.to_string())),
    ])
}

fn partition(field: Field) -> String {
    format!("FIELD#{}", field.as_str())
}

#[async_trait]
impl Directory for DynamoDirectory {
    async fn since(&self, field: Field, since: Timestamp, limit: usize) -> Result<Vec<Line>> {
        self.lines(Range::between(partition(field), since.to_string(), "\u{10FFFF}").limit(limit)).await
    }

    async fn newest(&self, field: Field, limit: usize) -> Result<Vec<Line>> {
        self.lines(Range::whole(partition(field)).newest_first().limit(limit)).await
    }
}

impl StoredLine {
    fn read(self) -> Result<Line> {
        let id: Option<UserId> = self.pk.strip_prefix("USER#").and_then(|id| id.parse().ok());
        let user_id = id.ok_or_else(|| Error::internal("the directory has a key that is no person"))?;
        Ok(Line { user_id, updated_at: self.directory_sk })
    }
}

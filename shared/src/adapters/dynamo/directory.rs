//! The directory: an index of the profiles table that lists visible people by field, newest first.

use std::cmp::Reverse;

use async_trait::async_trait;
use futures::future::try_join_all;
use serde::Deserialize;

use super::item::{Item, decode, text};
use super::range::{Index, Range};
use super::table::Table;
use crate::domain::id::UserId;
use crate::domain::profile::{Field, Profile};
use crate::error::{Error, Result};
use crate::ports::profiles::CandidateIndex;

pub(super) const INDEX: Index = Index { name: "directory", pk: "directory_pk", sk: "directory_sk" };

#[derive(Clone, Debug)]
pub struct DynamoDirectory(Table);

/// The keys of the index; everything else stays in the table.
#[derive(Deserialize)]
struct Line {
    pk: String,
    directory_sk: String,
}

impl DynamoDirectory {
    pub fn new(profiles: Table) -> Self {
        Self(profiles)
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
impl CandidateIndex for DynamoDirectory {
    async fn candidates(&self, limit: usize) -> Result<Vec<UserId>> {
        let fields = Field::ALL
            .iter()
            .map(|field| self.0.query(Range::whole(partition(*field)).index(INDEX).newest_first().limit(limit)));
        let lines = try_join_all(fields).await?.into_iter().flatten().map(decode);
        let mut lines: Vec<Line> = lines.collect::<Result<_>>()?;
        lines.sort_unstable_by(|a, b| Reverse(&a.directory_sk).cmp(&Reverse(&b.directory_sk)));
        lines.truncate(limit);
        lines.iter().map(Line::user_id).collect()
    }
}

impl Line {
    fn user_id(&self) -> Result<UserId> {
        let id = self.pk.strip_prefix("USER#").and_then(|id| id.parse().ok());
        id.ok_or_else(|| Error::internal("the directory has a key that is no person"))
    }
}

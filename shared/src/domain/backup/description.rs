//! What a table is beside its items: enough to make another one like it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Attribute, Broken, Item};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableDescription {
    pub key: KeySchema,
    /// The types (`S`, `N` or `B`) of the attributes that are keys of the table or of an index.
    pub attributes: BTreeMap<String, String>,
    pub indexes: Vec<Index>,
    /// What the stream tells, such as `NEW_IMAGE`.
    pub stream: Option<String>,
    /// The attribute after which items expire.
    pub time_to_live: Option<String>,
    pub point_in_time_recovery: bool,
    pub encrypted: bool,
    pub deletion_protection: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeySchema {
    pub hash: String,
    pub range: Option<String>,
}

/// A global secondary index.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Index {
    pub name: String,
    pub key: KeySchema,
    pub projection: Projection,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Projection {
    /// `ALL`, `KEYS_ONLY` or `INCLUDE`.
    pub kind: String,
    pub attributes: Vec<String>,
}

impl KeySchema {
    /// The attributes by which an item is found.
    pub fn of(&self, item: &Item) -> Result<Item, Broken> {
        let names = [Some(&self.hash), self.range.as_ref()].into_iter().flatten();
        let part = |name: &String| {
            let value = item.get(name).ok_or_else(|| Broken::new(format!("an item has no {name}")))?;
            Ok((name.clone(), value.clone()))
        };
        names.map(part).collect()
    }
}

impl TableDescription {
    /// Whether the item may have been deleted by the clock at that time.
    pub fn is_expired(&self, item: &Item, unix_seconds: u64) -> bool {
        let expires_at = self.time_to_live.as_ref().and_then(|name| item.get(name)).and_then(Attribute::as_number);
        expires_at.is_some_and(|at| at <= unix_seconds)
    }
}

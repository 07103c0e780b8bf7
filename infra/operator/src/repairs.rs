//! What was torn in a backup that was read while people were being erased, and is put right before they are erased again.

use std::collections::{BTreeMap, HashSet};

use shared::adapters::dynamo::{Repair, repairs};
use shared::domain::backup::{Item, TableKind};
use shared::domain::id::UserId;
use shared::domain::time::Timestamp;

use crate::failure::Failure;
use crate::target::Target;

/// Gathered while a backup is verified, which sees every item whatever has been restored before.
pub(crate) struct Repairs {
    people: HashSet<UserId>,
    at: Timestamp,
    found: BTreeMap<TableKind, BTreeMap<Item, Repair>>,
}

impl Repairs {
    /// For people who are to be erased again, and a backup that was read from this time on.
    pub(crate) fn of(people: HashSet<UserId>, at: Timestamp) -> Self {
        Self { people, at, found: BTreeMap::new() }
    }

    pub(crate) fn look_at(&mut self, table: TableKind, item: &Item) -> Result<(), Failure> {
        for repair in repairs(table, item, &self.people, self.at)? {
            let (Repair::Put(item) | Repair::Delete(item)) = &repair;
            let key = item.iter().filter(|(name, _)| ["pk", "sk"].contains(&name.as_str()));
            let key = key.map(|(name, value)| (name.clone(), value.clone())).collect();
            self.found.entry(table).or_default().insert(key, repair);
        }
        Ok(())
    }

    /// What is done twice is done once, so that whoever was killed does it all again. Answers how many there were.
    pub(crate) async fn make(&self, target: &Target<'_>) -> Result<usize, Failure> {
        let (mut put, mut delete) = (Vec::new(), Vec::new());
        for repair in self.found.get(&target.kind()).into_iter().flat_map(BTreeMap::values) {
            match repair {
                Repair::Put(item) => put.push(item.clone()),
                Repair::Delete(key) => delete.push(key.clone()),
            }
        }
        let count = put.len() + delete.len();
        target.repair(put, delete).await?;
        Ok(count)
    }
}

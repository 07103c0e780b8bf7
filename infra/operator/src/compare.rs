//! Whether a table holds what a backup holds: every item is read back and compared, attribute by attribute.

use std::collections::BTreeMap;
use std::fmt;

use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use shared::domain::backup::{Item, SavedTable};

use crate::failure::Failure;
use crate::table::{LANES, READS, Table};

/// How many items are what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    pub equal: u64,
    pub different: u64,
    pub missing: u64,
    /// Missing, and rightly so: their time was up, and the table expires them.
    pub expired: u64,
    /// In the table, and not in the backup.
    pub surplus: u64,
}

impl Comparison {
    pub fn is_equal(&self) -> bool {
        self.different + self.missing + self.surplus == 0
    }

    pub(crate) fn found(&self) -> u64 {
        self.equal + self.different
    }

    pub(crate) fn add(&mut self, other: &Self) {
        self.equal += other.equal;
        self.different += other.different;
        self.missing += other.missing;
        self.expired += other.expired;
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { equal, different, missing, expired, surplus } = self;
        write!(f, "{equal} items are equal, {different} differ, {missing} are missing, {surplus} are too many")?;
        if *expired > 0 {
            write!(f, ", {expired} have expired")?;
        }
        Ok(())
    }
}

pub(crate) async fn compare_part(
    table: &Table,
    saved: &SavedTable,
    items: Vec<Item>,
    expires: bool,
) -> Result<Comparison, Failure> {
    let batches: Vec<Vec<Item>> = items.chunks(READS).map(<[Item]>::to_vec).collect();
    let compared =
        stream::iter(batches).map(|batch| compare_batch(table, saved, batch, expires)).buffer_unordered(LANES);
    compared
        .try_fold(Comparison::default(), async |mut whole, batch| {
            whole.add(&batch);
            Ok(whole)
        })
        .await
}

async fn compare_batch(
    table: &Table,
    saved: &SavedTable,
    items: Vec<Item>,
    expires: bool,
) -> Result<Comparison, Failure> {
    let key = |item: &Item| {
        saved.description.key.of(item).map_err(|broken| Failure::new(format!("{}: {broken}", table.name())))
    };
    let keys = items.iter().map(key).collect::<Result<Vec<Item>, Failure>>()?;
    let found = table.get(keys.clone()).await?;
    let found = found.into_iter().map(|item| Ok((key(&item)?, item)));
    let found = found.collect::<Result<BTreeMap<Item, Item>, Failure>>()?;
    let now = table.now().unix_seconds();
    let mut comparison = Comparison::default();
    for (key, item) in keys.iter().zip(&items) {
        match found.get(key) {
            Some(there) if there == item => comparison.equal += 1,
            Some(_) => comparison.different += 1,
            None if expires && saved.description.is_expired(item, now) => comparison.expired += 1,
            None => comparison.missing += 1,
        }
    }
    Ok(comparison)
}

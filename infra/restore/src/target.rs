//! A table that is restored into: made or found empty, filled part by part, compared, and set up as its source was.

use shared::domain::backup::{Manifest, SavedTable, TableDescription};

use crate::compare::{Comparison, compare_part};
use crate::failure::Failure;
use crate::source::Source;
use crate::table::Table;

/// The tag of a table into which something is restored: the hash of the manifest, and how many parts are in it.
const UNDER_WAY: &str = "collabmatch:restore";
/// The tag of a table into which something was restored.
const DONE: &str = "collabmatch:restored-from";

pub(crate) struct Target<'m> {
    table: Table,
    saved: &'m SavedTable,
    manifest: &'m Manifest,
    state: State,
    /// Whether the table deletes items by the clock already.
    expires: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// It is to be made.
    Missing,
    Empty,
    /// It holds so many parts of this very backup.
    Begun(usize),
    /// All of this backup was restored into it; what has become of it since is not looked at.
    Restored,
}

impl<'m> Target<'m> {
    /// Looks, writes nothing, and refuses what is not to be overwritten.
    pub(crate) async fn look(
        table: Table,
        saved: &'m SavedTable,
        manifest: &'m Manifest,
        may_be_made: bool,
    ) -> Result<Self, Failure> {
        let there = table.describe().await?;
        let expires = there.as_ref().is_some_and(|there| there.time_to_live.is_some());
        let state = match there {
            None if may_be_made => State::Missing,
            None => {
                return Err(
                    Failure::new(format!("there is no table {}", table.name())).remedy("deploy the stack first")
                );
            }
            Some(there) => {
                fits(&table, &there, &saved.description)?;
                match table.tag(UNDER_WAY).await? {
                    Some(tag) => State::Begun(begun(&table, &tag, manifest)?),
                    None if table.is_empty().await? => State::Empty,
                    None if table.tag(DONE).await?.as_deref() == Some(manifest.backup.as_str()) => State::Restored,
                    None => {
                        return Err(Failure::new(format!("{} is not empty", table.name())).remedy(
                            "restore into new tables with another --into, or into the tables of a fresh stack",
                        ));
                    }
                }
            }
        };
        Ok(Self { table, saved, manifest, state, expires })
    }

    pub(crate) fn name(&self) -> &str {
        self.table.name()
    }

    pub(crate) fn is_restored(&self) -> bool {
        self.state == State::Restored
    }

    pub(crate) fn intention(&self) -> String {
        let how = match self.state {
            State::Restored => return format!("{} was restored from this backup before", self.table.name()),
            State::Missing => "a new table".to_owned(),
            State::Empty => "an empty table".to_owned(),
            State::Begun(parts) => format!("a table that holds {parts} parts already"),
        };
        let (kind, items) = (self.saved.table.as_str(), self.saved.items);
        format!("would restore {items} items of {kind} into {}, {how}", self.table.name())
    }

    /// Makes the table if it is missing. It is marked as ours before the first item is in it.
    pub(crate) async fn prepare(&self) -> Result<(), Failure> {
        match self.state {
            State::Missing => self.table.create(&self.saved.description, UNDER_WAY, &self.mark(0)).await,
            State::Empty => self.table.set_tag(UNDER_WAY, &self.mark(0)).await,
            State::Begun(_) | State::Restored => self.table.wait_until_active().await,
        }
    }

    pub(crate) async fn fill(&self, source: &Source, tell: &(dyn Fn(String) + Sync)) -> Result<(), Failure> {
        let begun = if let State::Begun(parts) = self.state { parts } else { 0 };
        if begun > 0 {
            tell(format!("{}: goes on after {begun} parts", self.table.name()));
        }
        let mut written: u64 = self.saved.parts(&source.backup).take(begun).map(|(_, part)| part.items).sum();
        for (number, (key, part)) in self.saved.parts(&source.backup).enumerate().skip(begun) {
            self.table.put(source.items(&key, part).await?).await?;
            self.table.set_tag(UNDER_WAY, &self.mark(number + 1)).await?;
            written += part.items;
            tell(format!("{}: {written} of {} items written", self.table.name(), self.saved.items));
        }
        Ok(())
    }

    /// The next one writes everything once more.
    pub(crate) async fn begin_anew(&self) -> Result<(), Failure> {
        self.table.set_tag(UNDER_WAY, &self.mark(0)).await
    }

    /// Reads every item back, and counts what is there beside them.
    pub(crate) async fn compare(&self, source: &Source) -> Result<Comparison, Failure> {
        let mut comparison = Comparison::default();
        for (key, part) in self.saved.parts(&source.backup) {
            comparison
                .add(&compare_part(&self.table, self.saved, source.items(&key, part).await?, self.expires).await?);
        }
        comparison.surplus = self.table.count().await?.saturating_sub(comparison.found());
        Ok(comparison)
    }

    /// What would delete items, or cost, comes last.
    pub(crate) async fn finish(&self) -> Result<(), Failure> {
        self.table.set_up(&self.saved.description).await?;
        self.table.set_tag(DONE, self.manifest.backup.as_str()).await?;
        self.table.remove_tag(UNDER_WAY).await
    }

    pub(crate) fn settings(&self) -> String {
        let TableDescription { time_to_live, stream, point_in_time_recovery, indexes, .. } = &self.saved.description;
        format!(
            "expires by {}, stream {}, point-in-time recovery {}, {} indexes",
            time_to_live.as_deref().unwrap_or("nothing"),
            stream.as_deref().unwrap_or("off"),
            if *point_in_time_recovery { "on" } else { "off" },
            indexes.len()
        )
    }

    fn mark(&self, parts: usize) -> String {
        format!("{}/{parts}", self.manifest.sha256)
    }
}

/// How many parts of this backup the tag says are in the table.
fn begun(table: &Table, tag: &str, manifest: &Manifest) -> Result<usize, Failure> {
    let parts =
        tag.split_once('/').filter(|(hash, _)| *hash == manifest.sha256).and_then(|(_, parts)| parts.parse().ok());
    parts.ok_or_else(|| {
        Failure::new(format!("another backup is being restored into {}", table.name()))
            .remedy("finish that one, delete the table, or choose another --into")
    })
}

/// A table of a stack has the keys and the indexes that its items were written for.
fn fits(table: &Table, there: &TableDescription, saved: &TableDescription) -> Result<(), Failure> {
    let sorted = |description: &TableDescription| {
        let mut indexes = description.indexes.clone();
        indexes.sort_by(|one, other| one.name.cmp(&other.name));
        indexes
    };
    if there.key == saved.key && sorted(there) == sorted(saved) {
        return Ok(());
    }
    Err(Failure::new(format!("{} has other keys or indexes than what was backed up", table.name()))
        .remedy("restore into new tables, with --into"))
}

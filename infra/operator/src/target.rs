//! A table that is restored into: made or found empty, filled part by part, compared, and set up as its source was.

use std::sync::atomic::{AtomicBool, Ordering};

use shared::domain::backup::{Item, Manifest, SavedTable, TableDescription, TableKind};

use crate::claim::{Holder, Mark};
use crate::compare::{Comparison, compare_part};
use crate::failure::Failure;
use crate::source::Source;
use crate::table::Table;

/// The tag of a table into which something is restored, with its [`Mark`].
const UNDER_WAY: &str = "collabmatch:restore";
/// The tag of a table into which something was restored, with the hash of its manifest: backups of a day are called alike.
const DONE: &str = "collabmatch:restored-from";

pub(crate) struct Target<'m> {
    table: Table,
    saved: &'m SavedTable,
    manifest: &'m Manifest,
    state: State,
    /// Whether the table deletes items by the clock already.
    expires: bool,
    /// Who filled it before, and is dead.
    before: Option<Holder>,
    /// Whether our own mark was read back.
    was_seen: AtomicBool,
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
        let mut before = None;
        let state = match there {
            None if may_be_made => State::Missing,
            None => {
                return Err(
                    Failure::new(format!("there is no table {}", table.name())).remedy("deploy the stack first")
                );
            }
            Some(there) => {
                fits(&table, &there, &saved.description)?;
                let is_done = table.tag(DONE).await?.as_deref() == Some(manifest.sha256.as_str());
                match table.tag(UNDER_WAY).await? {
                    Some(tag) => {
                        let mark = begun(&table, &tag, manifest)?;
                        before = mark.holder;
                        State::Begun(mark.parts)
                    }
                    None if is_done && saved.items == 0 => State::Restored,
                    None if table.is_empty().await? => State::Empty,
                    None if is_done => State::Restored,
                    None => {
                        return Err(Failure::new(format!("{} is not empty", table.name())).remedy(
                            "restore into new tables with another --into, or into the tables of a fresh stack",
                        ));
                    }
                }
            }
        };
        Ok(Self { table, saved, manifest, state, expires, before, was_seen: AtomicBool::new(false) })
    }

    pub(crate) fn name(&self) -> &str {
        self.table.name()
    }

    pub(crate) fn kind(&self) -> TableKind {
        self.saved.table
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
            State::Begun(parts) => {
                self.table.wait_until_active().await?;
                self.table.set_tag(UNDER_WAY, &self.mark(parts)).await
            }
            State::Restored => self.table.wait_until_active().await,
        }
    }

    /// Stops if somebody else has begun to fill the table meanwhile, or has finished it. Tags are read late: until ours was
    /// seen once, what was there before says nothing.
    async fn is_mine(&self) -> Result<(), Failure> {
        let tag = self.table.tag(UNDER_WAY).await?;
        let holder = tag.and_then(|tag| Mark::read(&tag)).and_then(|mark| mark.holder);
        if holder == Some(Holder::this()) {
            self.was_seen.store(true, Ordering::Relaxed);
            return Ok(());
        }
        if holder == self.before && !self.was_seen.load(Ordering::Relaxed) {
            return Ok(());
        }
        Err(busy(&self.table, "another process has begun, or has finished"))
    }

    /// Says that so many parts are in the table, and that its filler lives.
    async fn sign(&self, parts: usize) -> Result<(), Failure> {
        self.is_mine().await?;
        self.table.set_tag(UNDER_WAY, &self.mark(parts)).await
    }

    pub(crate) async fn fill(&self, source: &Source, tell: &(dyn Fn(String) + Sync)) -> Result<(), Failure> {
        let begun = if let State::Begun(parts) = self.state { parts } else { 0 };
        if begun > 0 {
            tell(format!("{}: goes on after {begun} parts", self.table.name()));
        }
        let mut written: u64 = self.saved.parts(&source.backup).take(begun).map(|(_, part)| part.items).sum();
        for (number, (key, part)) in self.saved.parts(&source.backup).enumerate().skip(begun) {
            let items = source.items(&key, part).await?;
            self.is_mine().await?;
            self.table.put(items).await?;
            self.sign(number + 1).await?;
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
            let items = source.items(&key, part).await?;
            comparison.add(&compare_part(&self.table, self.saved, items, self.expires).await?);
            self.sign(self.saved.parts(&source.backup).count()).await?;
        }
        comparison.surplus = self.table.count().await?.saturating_sub(comparison.found());
        Ok(comparison)
    }

    /// What would delete items, or cost, comes last.
    pub(crate) async fn finish(&self) -> Result<(), Failure> {
        self.is_mine().await?;
        self.table.set_up(&self.saved.description).await?;
        self.table.set_tag(DONE, &self.manifest.sha256).await?;
        self.table.remove_tag(UNDER_WAY).await
    }

    /// Comes after the table was compared: from here on it is more than what was backed up.
    pub(crate) async fn repair(&self, put: Vec<Item>, delete: Vec<Item>) -> Result<(), Failure> {
        self.table.put(put).await?;
        self.table.delete(delete).await
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
        Mark::new(&self.manifest.sha256, parts, self.table.now()).to_tag()
    }
}

/// What the tag says of this backup, if nobody who lives fills the table.
fn begun(table: &Table, tag: &str, manifest: &Manifest) -> Result<Mark, Failure> {
    let mark = Mark::read(tag).filter(|mark| mark.sha256 == manifest.sha256).ok_or_else(|| {
        Failure::new(format!("another backup is being restored into {}", table.name()))
            .remedy("finish that one, delete the table, or choose another --into")
    })?;
    match mark.holder_but_me(table.now()) {
        Some(holder) => Err(busy(table, &holder)),
        None => Ok(mark),
    }
}

fn busy(table: &Table, who: &str) -> Failure {
    Failure::new(format!("{} is being restored into by somebody else: {who}", table.name())).remedy(
        "let it end, or end it, and give the same command again: it goes on where that one stopped. One that was killed on \
         another machine is believed to live for ten minutes",
    )
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

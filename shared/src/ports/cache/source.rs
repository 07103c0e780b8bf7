//! Where a value came from, and how that is counted.

use std::sync::{Mutex, PoisonError};

use crate::domain::cache::{Event, Family, Tally};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// The memory of the environment.
    Memory,
    /// The store had it.
    Store,
    /// Somewhere, but no longer fresh.
    Old,
    /// Computed here.
    Computed,
    /// Computed in another process while this one waited.
    Elsewhere,
}

impl Source {
    /// What those count who came later and waited for the same.
    pub(super) fn for_passengers(self) -> Self {
        match self {
            Self::Memory | Self::Store => Self::Memory,
            Self::Old => Self::Old,
            Self::Computed | Self::Elsewhere => Self::Elsewhere,
        }
    }
}

/// What this process counted since it was taken last.
#[derive(Default)]
pub(super) struct Counters(Mutex<Tally>);

impl Counters {
    pub(super) fn lookup(&self, family: Family, source: Source) {
        let events: &[Event] = match source {
            Source::Memory => &[Event::LocalHit],
            Source::Store => &[Event::Hit],
            Source::Old => &[Event::Stale],
            Source::Computed => &[Event::Miss, Event::Computed],
            Source::Elsewhere => &[Event::Miss, Event::Waited],
        };
        for event in events {
            self.count(family, *event);
        }
    }

    pub(super) fn count(&self, family: Family, event: Event) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).add(family, event, 1);
    }

    pub(super) fn seen(&self) -> Tally {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn take(&self) -> Tally {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

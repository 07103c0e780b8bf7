//! When digests are due, by the clocks where somebody lives.
//!
//! A daily or weekly digest is due once on its date, at the first moment at which the clock shows the hour or, where clocks
//! were put forward over it, a later one. So a change of the clocks neither doubles nor loses a digest.

use std::time::Duration;

use super::{Cadence, DigestWishes};
use crate::domain::local_time::{Clocks, LocalTime};
use crate::domain::profile::TimeZone;
use crate::domain::time::Timestamp;

/// Clocks change, and their hours begin, at whole quarters of an hour.
const QUARTER: Duration = Duration::from_mins(15);
/// Longer than any date lasts, also one on which clocks are put back.
const LONGEST_DATE: Duration = Duration::from_hours(26);
/// A weekly digest whose hour is left out by a change of the clocks comes a week later.
const HORIZON: Duration = Duration::from_hours(24 * 22);

impl DigestWishes {
    /// The first due time after this moment; nothing if no digests are wished.
    pub(super) fn next(&self, zone: TimeZone, after: Timestamp) -> Option<Timestamp> {
        let clocks = zone.clocks()?;
        match self.cadence {
            Cadence::Never => None,
            Cadence::Hourly => {
                let earliest = after + Duration::from_hours(1);
                let mut moments = std::iter::once(earliest).chain(quarters(earliest + QUARTER));
                moments.find(|at| !self.is_quiet_at(clocks.show(*at)))
            }
            Cadence::Daily | Cadence::Weekly => self.next_date(&clocks, after),
        }
    }

    pub(super) fn is_quiet(&self, zone: TimeZone, now: Timestamp) -> bool {
        zone.clocks().is_some_and(|clocks| self.is_quiet_at(clocks.show(now)))
    }

    /// Looks at more than a whole date before `after`, to tell whether its due time has passed.
    fn next_date(&self, clocks: &Clocks, after: Timestamp) -> Option<Timestamp> {
        let mut done = i64::MIN;
        quarters(after - LONGEST_DATE).find(|at| {
            let local = clocks.show(*at);
            let is_due = local.day > done && self.may_go_at(local);
            if is_due {
                done = local.day;
            }
            is_due && *at > after
        })
    }

    fn may_go_at(&self, local: LocalTime) -> bool {
        let is_its_day = self.cadence == Cadence::Daily || self.weekday.index() == local.weekday();
        is_its_day && local.hour() >= self.hour.get() && !self.is_quiet_at(local)
    }

    fn is_quiet_at(&self, local: LocalTime) -> bool {
        self.quiet.contain(local.hour())
    }
}

/// The quarters of an hour from the one in which `from` lies, as far as anything can be due.
fn quarters(from: Timestamp) -> impl Iterator<Item = Timestamp> {
    let first = from.unix_seconds() / QUARTER.as_secs();
    let number = (HORIZON + LONGEST_DATE).as_secs() / QUARTER.as_secs();
    (first..first.saturating_add(number)).map(|quarter| Timestamp::from_unix_seconds(quarter * QUARTER.as_secs()))
}

#[cfg(test)]
#[path = "schedule_tests.rs"]
mod tests;

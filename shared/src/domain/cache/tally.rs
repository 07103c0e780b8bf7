//! What a cache did, counted per family.

use super::Family;

/// What can happen to a lookup. Each one is exactly one of `LocalHit`, `Hit`, `Stale` and `Miss`; the others say more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Event {
    /// Answered from the memory of the environment.
    LocalHit,
    /// Answered from Redis.
    Hit,
    /// Answered with a value that is no longer fresh while somebody else computes it anew.
    Stale,
    /// Neither knew a value that would do.
    Miss,
    /// The value was computed here.
    Computed,
    /// The value was computed by somebody else, and waited for.
    Waited,
    /// Redis did not answer, or was not asked because it did not before.
    FailOpen,
    /// Redis answered something that is no value of the key.
    BadValue,
}

impl Event {
    pub const ALL: [Self; 8] = [
        Self::LocalHit,
        Self::Hit,
        Self::Stale,
        Self::Miss,
        Self::Computed,
        Self::Waited,
        Self::FailOpen,
        Self::BadValue,
    ];

    /// The stable name: in stored counters and for the admin.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::LocalHit => "local_hits",
            Self::Hit => "hits",
            Self::Stale => "stale",
            Self::Miss => "misses",
            Self::Computed => "computed",
            Self::Waited => "waited",
            Self::FailOpen => "fail_open",
            Self::BadValue => "bad_value",
        }
    }
}

/// How often each event happened in each family.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally([[u64; Event::ALL.len()]; Family::ALL.len()]);

impl Tally {
    pub fn get(&self, family: Family, event: Event) -> u64 {
        self.0[family as usize][event as usize]
    }

    pub fn add(&mut self, family: Family, event: Event, count: u64) {
        let counted = &mut self.0[family as usize][event as usize];
        *counted = counted.saturating_add(count);
    }

    /// Adds everything that another one counted.
    pub fn merge(&mut self, other: &Self) {
        for (family, event, count) in other.counts() {
            self.add(family, event, count);
        }
    }

    pub fn is_empty(&self) -> bool {
        self.counts().next().is_none()
    }

    /// What happened at all.
    pub fn counts(&self) -> impl Iterator<Item = (Family, Event, u64)> {
        let all = Family::ALL.into_iter().flat_map(|family| Event::ALL.map(|event| (family, event)));
        all.map(|(family, event)| (family, event, self.get(family, event))).filter(|(_, _, count)| *count > 0)
    }

    /// The part of the lookups of a family that were answered without computing, 0..1; nothing before the first lookup.
    pub fn hit_rate(&self, family: Family) -> Option<f64> {
        let sum = |events: &[Event]| events.iter().map(|event| self.get(family, *event)).sum::<u64>();
        let hits = sum(&[Event::LocalHit, Event::Hit, Event::Stale]);
        let lookups = hits + self.get(family, Event::Miss);
        #[expect(clippy::cast_precision_loss, reason = "a rate of more than 2^52 lookups need not be exact")]
        let rate = (lookups > 0).then(|| hits as f64 / lookups as f64);
        rate
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_event_of_every_family_has_a_counter_of_its_own() {
        let mut tally = Tally::default();
        let mut expected = 0;
        for family in Family::ALL {
            for event in Event::ALL {
                expected += 1;
                tally.add(family, event, expected);
            }
        }
        let counts: HashSet<u64> = tally.counts().map(|(_, _, count)| count).collect();
        assert_eq!(counts, (1..=expected).collect());
        let names: HashSet<_> = Event::ALL.map(Event::as_str).into_iter().collect();
        assert_eq!(names.len(), Event::ALL.len());
    }

    #[test]
    fn a_rate_is_of_lookups_and_needs_one() {
        let mut tally = Tally::default();
        assert_eq!(tally.hit_rate(Family::List), None);
        for (event, count) in [(Event::LocalHit, 1), (Event::Hit, 1), (Event::Stale, 1), (Event::Miss, 1)] {
            tally.add(Family::List, event, count);
        }
        tally.add(Family::List, Event::Computed, 100);
        assert_eq!(tally.hit_rate(Family::List), Some(0.75));
        assert_eq!(tally.hit_rate(Family::Matrix), None);
    }

    #[test]
    fn merging_adds_up() {
        let mut tally = Tally::default();
        tally.add(Family::List, Event::Hit, 2);
        let mut sum = tally;
        sum.merge(&tally);
        assert_eq!(sum.get(Family::List, Event::Hit), 4);
        assert!(Tally::default().is_empty() && !sum.is_empty());
    }
}

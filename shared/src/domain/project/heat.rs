//! Heat: how much people care for a project, counted so that the past fades and nothing has to be counted again.
//!
//! What happens later is worth more, by a factor of two for every half-life since the beginning of an era. So a score is a
//! plain sum that events are added to in any order, and the scores of two projects compare as they are stored, whenever
//! they were touched last. What a reader sees is the sum divided by what an event of now is worth.
//!
//! Points are whole numbers, because sums of them lose nothing. An era is so long that its last event is worth 2^64 of its
//! first: a sum stays below the 38 digits that the store is exact to, and in the next era the whole sum is worth 2^-64.

use std::time::Duration;

use crate::domain::time::Timestamp;

/// The half-lives of an era.
const HALF_LIVES: u32 = 64;
/// What an event of weight 1 is worth at the beginning of an era: three digits behind the point.
const UNIT: f64 = 1_000.0;
/// After this many half-lives of an era nothing of the one before can be seen: it is worth a millionth.
const MEMORY: f64 = 20.0;

/// Two ways to fade.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Metric {
    /// What people care for in the long run.
    Popular,
    /// What they care for these days.
    Trending,
}

/// What somebody does that shows that they care, at most once a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    View,
    Join,
}

/// A sum of events, in the units of one era.
pub type Points = u128;

impl Event {
    /// In views.
    pub const fn weight(self) -> u32 {
        match self {
            Self::View => 1,
            Self::Join => 10,
        }
    }

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::View => "view",
            Self::Join => "join",
        }
    }
}

impl Metric {
    pub const ALL: [Self; 2] = [Self::Popular, Self::Trending];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Popular => "popular",
            Self::Trending => "trending",
        }
    }

    /// After this time an event is worth half.
    pub const fn half_life(self) -> Duration {
        match self {
            Self::Popular => Duration::from_hours(30 * 24),
            Self::Trending => Duration::from_hours(2 * 24),
        }
    }

    /// The number of the era that `now` falls into.
    pub const fn era(self, now: Timestamp) -> u64 {
        now.unix_millis() / self.era_millis()
    }

    /// When the last trace of an era is gone.
    pub const fn forgotten_at(self, era: u64) -> Timestamp {
        Timestamp::from_unix_millis((era + 2) * self.era_millis())
    }

    /// What an event is worth now, in the units of the present era.
    pub fn points(self, event: Event, now: Timestamp) -> Points {
        let points = f64::from(event.weight()) * self.worth(now);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most 10,000 times 2^64")]
        let points = points.round() as Points;
        points
    }

    /// Whether what the era before has summed up can still be seen.
    pub fn remembers_the_era_before(self, now: Timestamp) -> bool {
        self.elapsed(now) < MEMORY
    }

    /// The sum of this era and what is left of the one before.
    pub const fn joined(present: Points, before: Points) -> Points {
        present.saturating_add(before >> HALF_LIVES)
    }

    /// What a sum is worth now, in views of this moment.
    pub fn score(self, points: Points, now: Timestamp) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "a reader sees a few digits")]
        let points = points as f64;
        points / self.worth(now)
    }

    /// The worth of a view.
    fn worth(self, now: Timestamp) -> f64 {
        UNIT * self.elapsed(now).exp2()
    }

    /// Half-lives since the era began.
    fn elapsed(self, now: Timestamp) -> f64 {
        let millis = now.unix_millis() % self.era_millis();
        Duration::from_millis(millis).as_secs_f64() / self.half_life().as_secs_f64()
    }

    const fn era_millis(self) -> u64 {
        self.half_life().as_secs() * 1_000 * HALF_LIVES as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const DAY: u64 = 86_400_000;

    fn any_metric() -> impl Strategy<Value = Metric> {
        prop::sample::select(&Metric::ALL[..])
    }

    fn any_events() -> impl Strategy<Value = Vec<(Event, u64)>> {
        let event = prop::sample::select(&[Event::View, Event::Join][..]);
        prop::collection::vec((event, 0..DAY * 3_000), 1..40)
    }

    /// What a store sums up in each of two eras, for a reader in the later one.
    fn stored(metric: Metric, events: impl Iterator<Item = (Event, Timestamp)>, now: Timestamp) -> Points {
        let (mut present, mut before) = (0, 0);
        for (event, at) in events {
            match metric.era(now) - metric.era(at) {
                0 => present += metric.points(event, at),
                1 => before += metric.points(event, at),
                _ => {}
            }
        }
        Metric::joined(present, before)
    }

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() < 0.01 + b.abs() * 1e-9
    }

    #[test]
    fn a_view_is_worth_one_now_and_half_after_a_half_life() {
        for metric in Metric::ALL {
            let then = Timestamp::from_unix_millis(metric.era_millis() * 9 + 5 * DAY);
            let points = metric.points(Event::View, then);
            assert!(close(metric.score(points, then), 1.0));
            assert!(close(metric.score(points, then + metric.half_life()), 0.5));
            assert!(close(metric.score(metric.points(Event::Join, then), then), 10.0));
        }
    }

    #[test]
    fn nothing_jumps_when_an_era_ends() {
        for metric in Metric::ALL {
            let border = Timestamp::from_unix_millis(metric.era_millis() * 11);
            let last = Timestamp::from_unix_millis(border.unix_millis() - 1);
            assert_eq!(metric.era(last) + 1, metric.era(border));
            assert!(metric.remembers_the_era_before(border) && !metric.remembers_the_era_before(last));
            let points = metric.points(Event::View, last) * 1_000;
            let (before, after) = (metric.score(points, last), metric.score(Metric::joined(0, points), border));
            assert!((before - after).abs() < 0.01, "{metric:?}: {before} and {after}");
            assert!(metric.forgotten_at(metric.era(last)) > border + metric.half_life() * 20);
        }
    }

    /// The store keeps 38 digits; a million people a day for a whole era stay far below.
    #[test]
    fn a_sum_keeps_all_its_digits() {
        for metric in Metric::ALL {
            let last = Timestamp::from_unix_millis(metric.era_millis() - 1);
            let days = u128::from(metric.era_millis() / DAY);
            assert!(metric.points(Event::Join, last) * days * 1_000_000 < 10_u128.pow(38));
        }
    }

    proptest! {
        #[test]
        fn a_sum_is_what_each_event_is_worth_by_itself(metric in any_metric(), events in any_events(), later in 0..DAY * 90) {
            let start = metric.era_millis() * 10;
            let events: Vec<_> =
                events.into_iter().map(|(event, at)| (event, Timestamp::from_unix_millis(start + at))).collect();
            let newest = events.iter().map(|(_, at)| *at).max().unwrap();
            let now = newest + Duration::from_millis(later);
            let decayed: f64 = events
                .iter()
                .map(|(event, at)| {
                    let age = now.since(*at).as_secs_f64() / metric.half_life().as_secs_f64();
                    f64::from(event.weight()) * (-age).exp2()
                })
                .sum();
            let score = metric.score(stored(metric, events.into_iter(), now), now);
            prop_assert!(close(score, decayed), "{score} for {decayed}");
        }

        #[test]
        fn the_order_of_events_does_not_matter(metric in any_metric(), events in any_events()) {
            let at = |millis: u64| Timestamp::from_unix_millis(metric.era_millis() * 10 + millis);
            let now = at(DAY * 3_000);
            let events: Vec<_> = events.into_iter().map(|(event, millis)| (event, at(millis))).collect();
            let forth = stored(metric, events.iter().copied(), now);
            prop_assert_eq!(forth, stored(metric, events.into_iter().rev(), now));
        }

        #[test]
        fn scores_fade_and_never_overtake_each_other(
            metric in any_metric(), one in any_events(), other in any_events(), later in 0..DAY * 40,
        ) {
            // Within an era the order of two sums is the order of their scores, at any time.
            let at = |millis: u64| Timestamp::from_unix_millis(metric.era_millis() * 10 + millis % (20 * DAY));
            let sum = |events: Vec<(Event, u64)>| {
                events.into_iter().map(|(event, millis)| metric.points(event, at(millis))).sum::<Points>()
            };
            let (one, other) = (sum(one), sum(other));
            let (now, then) = (at(20 * DAY - 1), at(20 * DAY - 1) + Duration::from_millis(later));
            prop_assert_eq!(one > other, metric.score(one, then) > metric.score(other, then));
            prop_assert!(metric.score(one, then) <= metric.score(one, now));
        }
    }
}

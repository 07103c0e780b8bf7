//! The circuit breaker: whoever does not answer several times in a row is left alone for a while.

use std::time::Duration;

use crate::domain::time::Timestamp;

/// What a caller may do now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// Ask, as everybody does.
    Pass,
    /// Ask, as the only one: the answer decides for all.
    Probe,
    /// Do not ask.
    Refuse,
}

/// Closed at first; open after so many failures in a row; after a pause one caller tries, and its success closes it. Every
/// failed try doubles the pause.
#[derive(Clone, Debug)]
pub struct Breaker {
    /// In a row.
    failures: u32,
    /// Nobody asks before; nothing while it is closed.
    closed_until: Option<Timestamp>,
    /// How long the breaker stays open this time.
    pause: Duration,
}

impl Breaker {
    /// One lost packet is no outage; a second and a third in a row are.
    pub const FAILURES: u32 = 3;
    /// How long the first pause is.
    pub const FIRST_PAUSE: Duration = Duration::from_secs(1);
    /// Longer pauses would make a recovered cache wait for its visitors.
    pub const LONGEST_PAUSE: Duration = Duration::from_secs(30);
    /// Whoever tries and has said nothing for so long will never say anything: the next one may try.
    pub const PROBE_LIMIT: Duration = Duration::from_secs(2);

    /// Asks whether to ask. Whoever is let in MUST report [`Self::succeeded`] or [`Self::failed`], as far as it can.
    pub fn admit(&mut self, now: Timestamp) -> Admission {
        match self.closed_until {
            None => Admission::Pass,
            Some(until) if now < until && until.since(now) <= Self::LONGEST_PAUSE => Admission::Refuse,
            // Also when the clock was set back and the end of the pause lies further ahead than any pause is long.
            Some(_) => {
                self.closed_until = Some(now + Self::PROBE_LIMIT);
                Admission::Probe
            }
        }
    }

    /// An answer came. Answers to what was asked before it opened close it, too: whoever answers is there.
    pub fn succeeded(&mut self) {
        *self = Self::default();
    }

    /// No answer came. True if this was the failure that opened the breaker.
    pub fn failed(&mut self, admission: Admission, now: Timestamp) -> bool {
        match (admission, self.closed_until) {
            (Admission::Probe, _) => {
                self.pause = (self.pause * 2).min(Self::LONGEST_PAUSE);
                self.closed_until = Some(now + self.pause);
                false
            }
            // Late failures of what was asked before it opened say nothing new.
            (_, Some(_)) => false,
            (_, None) => {
                self.failures += 1;
                let opens = self.failures >= Self::FAILURES;
                if opens {
                    self.closed_until = Some(now + self.pause);
                }
                opens
            }
        }
    }

    pub fn is_open(&self) -> bool {
        self.closed_until.is_some()
    }
}

impl Default for Breaker {
    fn default() -> Self {
        Self { failures: 0, closed_until: None, pause: Self::FIRST_PAUSE }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(millis: u64) -> Timestamp {
        Timestamp::from_unix_millis(1_000_000 + millis)
    }

    fn opened() -> Breaker {
        let mut breaker = Breaker::default();
        for _ in 0..Breaker::FAILURES {
            assert_eq!(breaker.admit(at(0)), Admission::Pass);
            breaker.failed(Admission::Pass, at(0));
        }
        breaker
    }

    #[test]
    fn failures_in_a_row_open_it_and_others_do_not() {
        let mut breaker = Breaker::default();
        for _ in 0..10 {
            assert!(!breaker.failed(Admission::Pass, at(0)));
            assert!(!breaker.failed(Admission::Pass, at(0)));
            breaker.succeeded();
        }
        assert!(!breaker.failed(Admission::Pass, at(0)) && !breaker.failed(Admission::Pass, at(0)));
        assert!(breaker.failed(Admission::Pass, at(0)));
        assert_eq!(breaker.admit(at(1)), Admission::Refuse);
    }

    #[test]
    fn one_caller_tries_after_the_pause_and_its_success_closes_it() {
        let mut breaker = opened();
        assert_eq!(breaker.admit(at(999)), Admission::Refuse);
        assert_eq!(breaker.admit(at(1_000)), Admission::Probe);
        assert_eq!(breaker.admit(at(1_000)), Admission::Refuse);
        breaker.succeeded();
        assert_eq!(breaker.admit(at(1_001)), Admission::Pass);
    }

    #[test]
    fn failed_tries_make_the_pauses_longer_up_to_a_bound() {
        let mut breaker = opened();
        let mut now = 1_000;
        for pause in [2_000, 4_000, 8_000, 16_000, 30_000, 30_000] {
            assert_eq!(breaker.admit(at(now)), Admission::Probe);
            assert!(!breaker.failed(Admission::Probe, at(now)));
            assert_eq!(breaker.admit(at(now + pause - 1)), Admission::Refuse);
            now += pause;
        }
    }

    #[test]
    fn who_tries_and_never_reports_is_replaced() {
        let mut breaker = opened();
        assert_eq!(breaker.admit(at(1_000)), Admission::Probe);
        assert_eq!(breaker.admit(at(2_999)), Admission::Refuse);
        assert_eq!(breaker.admit(at(3_000)), Admission::Probe);
    }

    #[test]
    fn late_failures_of_the_flood_do_not_prolong_the_pause() {
        let mut breaker = opened();
        for _ in 0..100 {
            assert!(!breaker.failed(Admission::Pass, at(900)));
        }
        assert_eq!(breaker.admit(at(1_000)), Admission::Probe);
    }

    #[test]
    fn a_clock_that_is_set_back_does_not_keep_it_open() {
        let mut breaker = opened();
        assert_eq!(breaker.admit(Timestamp::from_unix_seconds(1)), Admission::Probe);
    }

    proptest! {
        /// Whatever happens: while it is open at most one caller is let in per pause, and a dead cache is asked ever less.
        #[test]
        fn a_dead_cache_is_rarely_asked(steps in prop::collection::vec(1_u64..200, 1..2_000)) {
            let mut breaker = Breaker::default();
            let (mut now, mut asked) = (0, 0_u64);
            for step in steps {
                now += step;
                let admission = breaker.admit(at(now));
                if admission != Admission::Refuse {
                    asked += 1;
                    breaker.failed(admission, at(now));
                }
            }
            // Three to open it, then after 1, 2, 4, 8, 16 and every 30 seconds.
            prop_assert!(asked <= 3 + 6 + now / 30_000, "{} times in {} ms", asked, now);
        }

        /// Whatever happened before: once the cache answers again, it is used again after one pause at the latest.
        #[test]
        fn a_recovered_cache_is_used_again(fates in prop::collection::vec((any::<bool>(), 1_u64..5_000), 0..200)) {
            let mut breaker = Breaker::default();
            let mut now = 0;
            for (answers, step) in fates {
                now += step;
                match (breaker.admit(at(now)), answers) {
                    (Admission::Refuse, _) => {}
                    (_, true) => breaker.succeeded(),
                    (admission, false) => {
                        breaker.failed(admission, at(now));
                    }
                }
            }
            now += 30_000;
            prop_assert_ne!(breaker.admit(at(now)), Admission::Refuse);
            breaker.succeeded();
            prop_assert_eq!(breaker.admit(at(now)), Admission::Pass);
        }
    }
}

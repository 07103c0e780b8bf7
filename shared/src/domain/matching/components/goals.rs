//! Goals: what two people want from each other, alike (collaborate) or complementary (mentor and be mentored).
//!
//! The best pair of goals counts 7 parts, the mean of the best partner for every goal of both counts 3.

use super::super::features::Features;
use super::super::matrix::Percent;
use super::super::reason::{Explanation, Notes, ReasonCode};
use super::{ascending, count};
use crate::domain::profile::Goal;

const GOOD: Percent = 60;
const NAMED: usize = 3;

pub(super) fn measure(a: &Features<'_>, b: &Features<'_>, notes: &mut Notes) -> Option<f64> {
    between(&a.goals, &b.goals, notes)
}

/// The same for whoever or whatever has goals.
pub(in super::super) fn between(a: &[Goal], b: &[Goal], notes: &mut Notes) -> Option<f64> {
    let gains = || [(a, b), (b, a)].into_iter().flat_map(|(own, other)| gains(own, other));
    let best = gains().map(|(percent, ..)| percent).max()?;
    let sum: u32 = gains().map(|(percent, ..)| u32::from(percent)).sum();
    notes.explain(|explanation| explain(explanation, gains().collect()));
    let mean = f64::from(sum) / count(a.len() + b.len());
    Some((0.7 * f64::from(best) + 0.3 * mean) / 100.0)
}

/// For every own goal the best partner among the other's, with the two in ascending order.
fn gains(own: &[Goal], other: &[Goal]) -> impl Iterator<Item = (Percent, Goal, Goal)> {
    own.iter().filter_map(|goal| {
        let pairs = other.iter().map(|partner| {
            let (first, second) = ascending(*goal, *partner);
            (fit(first, second), first, second)
        });
        pairs.reduce(|best, pair| if pair.0 > best.0 { pair } else { best })
    })
}

fn explain(explanation: &mut Explanation, mut pairs: Vec<(Percent, Goal, Goal)>) {
    pairs.sort_unstable_by_key(|(percent, first, second)| (std::cmp::Reverse(*percent), *first, *second));
    pairs.dedup();
    for (_, first, second) in pairs.iter().filter(|(percent, ..)| *percent >= GOOD).take(NAMED) {
        let (code, text, items) = sentence(*first, *second);
        explanation.reason(code, text, items);
    }
    if let Some((percent, first, second)) = pairs.first()
        && *percent < GOOD
    {
        let (_, text, items) = sentence(*first, *second);
        explanation.counter(ReasonCode::GoalMismatch, format!("{text}: goals do not meet"), items);
    }
}

fn sentence(first: Goal, second: Goal) -> (ReasonCode, String, Vec<String>) {
    if first == second {
        let items = vec![first.as_str().to_owned()];
        return (ReasonCode::GoalShared, format!("Both want to {}", wish(first)), items);
    }
    let text = format!("One wants to {}, the other to {}", wish(first), wish(second));
    (ReasonCode::GoalComplement, text, vec![first.as_str().to_owned(), second.as_str().to_owned()])
}

const fn wish(goal: Goal) -> &'static str {
    match goal {
        Goal::CoFounder => "find a co-founder",
        Goal::Collaborate => "collaborate",
        Goal::Hire => "hire",
        Goal::FindWork => "find work",
        Goal::Mentor => "mentor",
        Goal::BeMentored => "be mentored",
        Goal::Learn => "learn",
        Goal::Network => "meet people",
    }
}

/// How well two goals in ascending order answer each other.
fn fit(first: Goal, second: Goal) -> Percent {
    FIT[first.index()][second.index() - first.index()]
}

/// One row per goal, from itself to the last goal.
#[rustfmt::skip]
const FIT: [&[Percent]; 8] = [
    /* co-founder  */ &[100, 70, 30, 40, 25, 25, 25, 45],
    /* collaborate */ &[100, 40, 50, 40, 40, 60, 55],
    /* hire        */ &[10, 100, 20, 20, 20, 45],
    /* find-work   */ &[15, 40, 30, 30, 50],
    /* mentor      */ &[30, 100, 85, 45],
    /* be-mentored */ &[20, 45, 45],
    /* learn       */ &[70, 55],
    /* network     */ &[85],
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_of_goals_has_a_value() {
        assert_eq!(FIT.len(), Goal::ALL.len());
        for (index, row) in FIT.iter().enumerate() {
            assert_eq!(row.len(), Goal::ALL.len() - index);
            assert!(row.iter().all(|value| *value <= 100));
        }
    }
}

//! Shared interests: up to five, measured by the shorter list so that a long one does not dilute them. The first one opens
//! a conversation, so it is worth the most, and each further one less.

use super::super::features::{Features, shared};
use super::super::reason::{Notes, ReasonCode, enumeration};
use super::count;

/// Fewer than three interests in common are no full match, however short the lists are.
const FULL: std::ops::RangeInclusive<usize> = 3..=5;
const NAMED: usize = 5;

pub(super) fn measure(a: &Features<'_>, b: &Features<'_>, notes: &mut Notes) -> Option<f64> {
    if a.interests.is_empty() || b.interests.is_empty() {
        return None;
    }
    let both = || shared(&a.interests, &b.interests, |interest| interest.canonical());
    let number = both().count();
    notes.explain(|explanation| {
        let items: Vec<_> = both().take(NAMED).map(|(a, b)| a.as_str().max(b.as_str()).to_owned()).collect();
        if items.is_empty() {
            explanation.counter(ReasonCode::InterestNoneShared, "No shared interest".to_owned(), items);
        } else {
            let text = format!("Both are interested in {}", enumeration(&items));
            explanation.reason(ReasonCode::InterestShared, text, items);
        }
    });
    Some(value(number, a.interests.len().min(b.interests.len())))
}

/// What so many interests in common are worth to people the shorter of whose lists has this length.
pub(in super::super) fn value(in_common: usize, shorter: usize) -> f64 {
    let full = shorter.clamp(*FULL.start(), *FULL.end());
    let missing = 1.0 - (count(in_common) / count(full)).min(1.0);
    1.0 - missing * missing
}

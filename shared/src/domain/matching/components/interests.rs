//! Shared interests: up to five, measured by the shorter list so that a long one does not dilute them.

use super::super::features::{Features, shared};
use super::super::reason::{Notes, ReasonCode, enumeration};
use super::count;

/// Fewer than three interests in common are no full match, however short the lists are.
pub(in super::super) const FULL: std::ops::RangeInclusive<usize> = 3..=5;
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
    let full = a.interests.len().min(b.interests.len()).clamp(*FULL.start(), *FULL.end());
    Some((count(number) / count(full)).min(1.0))
}

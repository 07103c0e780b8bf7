//! Semantic similarity: how close what two people say in their own words is in meaning.
//!
//! The cosine of two texts of people about themselves is rarely below 0 or above 0.8, so that it would say little as it
//! is. The value is 0 up to the similarity of texts about unrelated things, one half where texts begin to share a
//! subject, and 1 from where one could stand for the other; in between it is a straight line.

use super::super::features::Features;
use super::super::person::comparable;
use super::super::reason::{Notes, ReasonCode};

/// Similarities and the values they are worth, in ascending order.
const CALIBRATION: [(f64, f64); 4] = [(0.10, 0.0), (0.35, 0.5), (0.60, 0.85), (0.85, 1.0)];

/// From here on what two people say is a reason.
pub(in super::super) const GOOD: f64 = 0.5;

pub(super) fn measure(a: &Features<'_>, b: &Features<'_>, notes: &mut Notes) -> Option<f64> {
    let (first, second) = comparable(a.embedding, b.embedding)?;
    let similarity = first.similarity(second);
    let value = calibrated(similarity);
    notes.explain(|explanation| {
        // Nobody reads a minus before a number that means "none".
        let shown = format!("{:.2}", similarity.max(0.0));
        if value >= GOOD {
            let text = format!("What both say about themselves is close in meaning: {shown}");
            explanation.reason(ReasonCode::TextSimilar, text, vec![shown]);
        } else {
            let text = format!("What they say about themselves is about different things: {shown}");
            explanation.counter(ReasonCode::TextDistant, text, vec![shown]);
        }
    });
    Some(value)
}

/// Never falls as the similarity grows.
pub(in super::super) fn calibrated(similarity: f64) -> f64 {
    let [(lowest, least), .., (highest, most)] = CALIBRATION;
    if similarity <= lowest {
        return least;
    }
    if similarity >= highest {
        return most;
    }
    let line = CALIBRATION.windows(2).find(|line| similarity <= line[1].0);
    line.map_or(most, |line| {
        let ((from, low), (to, high)) = (line[0], line[1]);
        low + (high - low) * (similarity - from) / (to - from)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn calibration_meets_its_points_and_ends() {
        for (similarity, value) in CALIBRATION.into_iter().chain([(-1.0, 0.0), (0.0, 0.0), (1.0, 1.0), (0.225, 0.25)]) {
            assert!((calibrated(similarity) - value).abs() < 1e-9, "{similarity}: {}", calibrated(similarity));
        }
    }

    proptest! {
        #[test]
        fn calibration_is_bounded_and_never_falls(a in -1.0..=1.0_f64, b in -1.0..=1.0_f64) {
            let (low, high) = (a.min(b), a.max(b));
            prop_assert!((0.0..=1.0).contains(&calibrated(low)));
            prop_assert!(calibrated(low) <= calibrated(high));
        }
    }
}

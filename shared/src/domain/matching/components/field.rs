//! Field synergy: how much two professional fields gain from each other.

use super::super::features::Features;
use super::super::matrix::Percent;
use super::super::reason::{Notes, ReasonCode, capitalised};
use super::ascending;
use crate::domain::profile::Field;

pub(in super::super) const GOOD: Percent = 70;
pub(in super::super) const POOR: Percent = 50;

pub(super) fn measure(a: &Features<'_>, b: &Features<'_>, notes: &mut Notes) -> f64 {
    let (first, second) = ascending(a.field, b.field);
    let percent = synergy(first, second);
    let value = f64::from(percent) / 100.0;
    notes.explain(|explanation| {
        let items = vec![first.as_str().to_owned(), second.as_str().to_owned()];
        let both = format!("{} and {}", capitalised(first.as_str()), second.as_str());
        if first == second {
            let text = format!("Both work in {}", first.as_str());
            if first != Field::Other {
                explanation.reason(ReasonCode::FieldShared, text, vec![first.as_str().to_owned()]);
            }
        } else if percent >= GOOD {
            explanation.reason(ReasonCode::FieldSynergy, format!("{both} work well together: {value:.2}"), items);
        } else if percent < POOR {
            explanation.counter(ReasonCode::FieldDistant, format!("{both} rarely meet: {value:.2}"), items);
        }
    });
    value
}

/// How much two fields gain from each other.
pub(in crate::domain) fn synergy(a: Field, b: Field) -> Percent {
    let (first, second) = ascending(a, b);
    SYNERGY[first.index()][second.index() - first.index()]
}

/// One row per field, from itself to the last field.
#[rustfmt::skip]
const SYNERGY: [&[Percent]; 11] = [
    /* technology */ &[65, 90, 90, 70, 75, 80, 60, 55, 75, 65, 50],
    /* design     */ &[55, 90, 85, 65, 60, 80, 70, 45, 60, 50],
    /* product    */ &[55, 85, 85, 80, 65, 60, 60, 60, 50],
    /* marketing  */ &[50, 85, 75, 90, 75, 45, 60, 50],
    /* business   */ &[55, 75, 60, 75, 70, 65, 50],
    /* data       */ &[60, 55, 40, 90, 60, 50],
    /* content    */ &[50, 60, 65, 85, 50],
    /* crafts     */ &[60, 45, 65, 50],
    /* science    */ &[65, 85, 50],
    /* education  */ &[55, 50],
    /* other      */ &[50],
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_of_fields_has_a_value() {
        assert_eq!(SYNERGY.len(), Field::ALL.len());
        for (index, row) in SYNERGY.iter().enumerate() {
            assert_eq!(row.len(), Field::ALL.len() - index);
            assert!(row.iter().all(|value| *value <= 100));
        }
    }
}

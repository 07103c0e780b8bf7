//! Skill complementarity: what each person's skills gain from the best partner among the other's.
//!
//! For every skill the best value that the matrix has with any skill of the other person is its gain; what its owner
//! could do alone is no gain. The four greatest gains of each side count, weighted 4 : 3 : 2 : 1, so that a long list
//! neither helps nor hurts by its length; the value is the mean of both sides. A skill that the matrix does not know
//! counts when both have it.

use std::cmp::Reverse;

use super::super::features::{Features, shared};
use super::super::matrix::{Percent, SAME_SKILL, SkillId, SkillMatrix};
use super::super::reason::{Explanation, Notes, ReasonCode, capitalised, enumeration};
use super::ascending;

const COUNTED: usize = 4;
/// From here on a pair is worth a reason.
const GOOD: Percent = 60;
/// Below this a skill's gain is worth a counter-reason.
const POOR: Percent = 40;
/// Longer explanations are not read.
const NAMED: usize = 3;

pub(super) fn measure(a: &Features<'_>, b: &Features<'_>, matrix: &SkillMatrix, notes: &mut Notes) -> Option<f64> {
    let shared_others = shared(&a.other_skills, &b.other_skills, |skill| skill.canonical()).count();
    let value = f64::midpoint(gain(a, b, shared_others, matrix)?, gain(b, a, shared_others, matrix)?);
    notes.explain(|explanation| explain(explanation, a, b, matrix));
    Some(value)
}

/// The weighted mean of the greatest gains of one side, none if there is nothing to compare.
fn gain(own: &Features<'_>, other: &Features<'_>, shared_others: usize, matrix: &SkillMatrix) -> Option<f64> {
    let mut greatest = [None; COUNTED];
    for (percent, ..) in gains(own, other, matrix) {
        insert(&mut greatest, percent);
    }
    for _ in 0..shared_others.min(COUNTED) {
        insert(&mut greatest, SAME_SKILL);
    }
    let (sum, weights) = greatest
        .iter()
        .flatten()
        .zip([4_u32, 3, 2, 1])
        .fold((0, 0), |(sum, weights), (percent, weight)| (sum + u32::from(*percent) * weight, weights + weight));
    (weights > 0).then(|| f64::from(sum) / f64::from(weights * 100))
}

/// Keeps `greatest` in descending order.
fn insert(greatest: &mut [Option<Percent>; COUNTED], percent: Percent) {
    let mut carried = Some(percent);
    for slot in greatest {
        if carried > *slot {
            std::mem::swap(slot, &mut carried);
        }
    }
}

/// For each own skill its gain, and the other's skill that it is due to; of equals the one the matrix lists first.
///
/// What the owner of a skill also has brings nothing new, so it counts no more than the same skill would.
fn gains<'p>(
    own: &'p Features<'p>,
    other: &'p Features<'p>,
    matrix: &'p SkillMatrix,
) -> impl Iterator<Item = (Percent, SkillId, SkillId)> {
    own.known_skills.iter().filter_map(|skill| {
        let mut best: Option<(Percent, SkillId, SkillId)> = None;
        for partner in &other.known_skills {
            let mut percent = matrix.percent(*skill, *partner);
            if percent > SAME_SKILL && own.known_skills.binary_search(partner).is_ok() {
                percent = SAME_SKILL;
            }
            if best.is_none_or(|(greatest, ..)| percent > greatest) {
                best = Some((percent, *skill, *partner));
            }
        }
        best
    })
}

fn explain(explanation: &mut Explanation, a: &Features<'_>, b: &Features<'_>, matrix: &SkillMatrix) {
    let all = || gains(a, b, matrix).chain(gains(b, a, matrix));
    complements(explanation, all(), matrix);
    let shared = shared_labels(a, b, matrix);
    if !shared.is_empty() {
        explanation.reason(ReasonCode::SkillShared, format!("Both know {}", enumeration(&shared)), shared);
    }
    unmatched(explanation, all(), matrix);
}

/// Names the pairs with the greatest gains.
fn complements(
    explanation: &mut Explanation,
    gains: impl Iterator<Item = (Percent, SkillId, SkillId)>,
    matrix: &SkillMatrix,
) {
    let mut pairs: Vec<_> = gains
        .filter(|(percent, ..)| *percent >= GOOD)
        .map(|(percent, skill, partner)| (Reverse(percent), ascending(skill, partner)))
        .collect();
    pairs.sort_unstable();
    pairs.dedup();
    for (Reverse(percent), (first, second)) in pairs.into_iter().take(NAMED) {
        let (first, second) = (matrix.label(first), matrix.label(second));
        let text = format!("{} complements {second}: {:.2}", capitalised(first), f64::from(percent) / 100.0);
        explanation.reason(ReasonCode::SkillComplement, text, vec![first.to_owned(), second.to_owned()]);
    }
}

/// Names what both have, in the same spelling whoever comes first.
fn shared_labels(a: &Features<'_>, b: &Features<'_>, matrix: &SkillMatrix) -> Vec<String> {
    let known = shared(&a.known_skills, &b.known_skills, |id| *id).map(|(id, _)| matrix.label(*id));
    let others = shared(&a.other_skills, &b.other_skills, |skill| skill.canonical());
    known.chain(others.map(|(a, b)| a.as_str().max(b.as_str()))).take(NAMED).map(str::to_owned).collect()
}

/// Names the skills that gain little from the other person.
fn unmatched(
    explanation: &mut Explanation,
    gains: impl Iterator<Item = (Percent, SkillId, SkillId)>,
    matrix: &SkillMatrix,
) {
    let mut lonely: Vec<_> = gains.filter(|(percent, ..)| *percent < POOR).map(|(p, skill, _)| (p, skill)).collect();
    lonely.sort_unstable();
    for (percent, skill) in lonely.into_iter().take(NAMED) {
        let label = matrix.label(skill);
        let text = format!("Nothing complements {label}: {:.2} at best", f64::from(percent) / 100.0);
        explanation.counter(ReasonCode::SkillUnmatched, text, vec![label.to_owned()]);
    }
}

//! Skill complementarity: what each person's skills gain from the best partner among the other's.
//!
//! For every skill the best value that the matrix has with any skill of the other person is its gain. The four
//! greatest gains of each side count, weighted 4 : 3 : 2 : 1, so that a long list neither helps nor hurts by its
//! length; the value is the mean of both sides. A skill that the matrix does not know counts when both have it.

use super::super::features::{Features, shared};
use super::super::matrix::{Percent, SAME_SKILL, SkillId, SkillMatrix};
use super::super::reason::{Explanation, Notes, ReasonCode, capitalised, enumeration};
use super::ascending;
use crate::domain::profile::Skill;

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

/// The weighted mean of the greatest gains of `own` skills, none if there is nothing to compare.
fn gain(own: &Features<'_>, other: &Features<'_>, shared_others: usize, matrix: &SkillMatrix) -> Option<f64> {
    let mut greatest = [None; COUNTED];
    for skill in &own.known_skills {
        insert(&mut greatest, best(*skill, other, matrix).map(|(value, _)| value));
    }
    for _ in 0..shared_others.min(COUNTED) {
        insert(&mut greatest, Some(SAME_SKILL));
    }
    let (sum, weights) = greatest
        .iter()
        .flatten()
        .zip([4_u32, 3, 2, 1])
        .fold((0, 0), |(sum, weights), (gain, weight)| (sum + u32::from(*gain) * weight, weights + weight));
    (weights > 0).then(|| f64::from(sum) / f64::from(weights * 100))
}

/// Keeps `greatest` in descending order.
fn insert(greatest: &mut [Option<Percent>; COUNTED], value: Option<Percent>) {
    let mut carried = value;
    for slot in greatest {
        if carried > *slot {
            std::mem::swap(slot, &mut carried);
        }
    }
}

/// The other's skill that complements `skill` best; of equals the one that the matrix lists first.
fn best(skill: SkillId, other: &Features<'_>, matrix: &SkillMatrix) -> Option<(Percent, SkillId)> {
    let pairs = other.known_skills.iter().map(|partner| (matrix.percent(skill, *partner), *partner));
    pairs.reduce(|best, pair| if pair.0 > best.0 { pair } else { best })
}

fn explain(explanation: &mut Explanation, a: &Features<'_>, b: &Features<'_>, matrix: &SkillMatrix) {
    let mut pairs: Vec<(Percent, SkillId, SkillId)> = Vec::new();
    for (own, other) in [(a, b), (b, a)] {
        for skill in &own.known_skills {
            if let Some((value, partner)) = best(*skill, other, matrix) {
                let (first, second) = ascending(*skill, partner);
                pairs.push((value, first, second));
            }
        }
    }
    pairs.sort_unstable_by_key(|(value, first, second)| (std::cmp::Reverse(*value), *first, *second));
    pairs.dedup();
    for (value, first, second) in
        pairs.iter().filter(|(value, first, second)| *value >= GOOD && first != second).take(NAMED)
    {
        let (first, second) = (matrix.label(*first), matrix.label(*second));
        let text = format!("{} complements {second}: {:.2}", capitalised(first), f64::from(*value) / 100.0);
        explanation.reason(ReasonCode::SkillComplement, text, vec![first.to_owned(), second.to_owned()]);
    }
    let shared = shared_labels(a, b, matrix);
    if !shared.is_empty() {
        explanation.reason(ReasonCode::SkillShared, format!("Both know {}", enumeration(&shared)), shared);
    }
    counter(explanation, [(a, b), (b, a)], matrix);
}

fn shared_labels(a: &Features<'_>, b: &Features<'_>, matrix: &SkillMatrix) -> Vec<String> {
    let known = shared(&a.known_skills, &b.known_skills, |id| *id).map(|(id, _)| matrix.label(*id).to_owned());
    let others = shared(&a.other_skills, &b.other_skills, |skill| skill.canonical());
    known.chain(others.map(|(a, b)| spelling(a, b))).take(NAMED).collect()
}

/// Of two spellings of one skill, the same one whoever comes first.
fn spelling(a: &Skill, b: &Skill) -> String {
    a.as_str().min(b.as_str()).to_owned()
}

/// Names the skills that gain nothing from the other person.
fn counter(explanation: &mut Explanation, sides: [(&Features<'_>, &Features<'_>); 2], matrix: &SkillMatrix) {
    let mut lonely: Vec<(Percent, SkillId)> = sides
        .iter()
        .flat_map(|(own, other)| own.known_skills.iter().map(move |skill| (*skill, other)))
        .filter_map(|(skill, other)| best(skill, other, matrix).map(|(value, _)| (value, skill)))
        .filter(|(value, _)| *value < POOR)
        .collect();
    lonely.sort_unstable();
    lonely.dedup();
    for (value, skill) in lonely.into_iter().take(NAMED) {
        let label = matrix.label(skill);
        let text = format!("Nothing complements {label}: {:.2} at best", f64::from(value) / 100.0);
        explanation.counter(ReasonCode::SkillUnmatched, text, vec![label.to_owned()]);
    }
}

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

/// What a skill gains: how much, which skill, and the other's skill that it is due to.
type Gain = (Percent, SkillId, SkillId);

/// Two skills of which one gains by the other, the greatest gain first.
type Pair = (Reverse<Percent>, (SkillId, SkillId));

pub(super) fn measure(a: &Features<'_>, b: &Features<'_>, matrix: &SkillMatrix, notes: &mut Notes) -> Option<f64> {
    let shared_others = shared(&a.other_skills, &b.other_skills, |skill| skill.canonical()).count();
    let all = gains(a, b, matrix);
    let (of_a, of_b) = all.split_at(all.len().min(a.known_skills.len()));
    let value = f64::midpoint(mean(of_a, shared_others)?, mean(of_b, shared_others)?);
    notes.explain(|explanation| explain(explanation, a, b, &all, matrix));
    Some(value)
}

/// The weighted mean of the greatest gains of one side, none if there is nothing to compare.
fn mean(gains: &[Gain], shared_others: usize) -> Option<f64> {
    let mut greatest = [None; COUNTED];
    for (percent, ..) in gains {
        insert(&mut greatest, *percent);
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

/// For each skill of `a` its gain, then for each of `b`; of equal partners the one the matrix lists first. Nothing if one
/// of the two has no skill that the matrix knows.
///
/// What the owner of a skill also has brings nothing new, so it counts no more than the same skill would. Every pair is
/// looked up once for both sides.
fn gains(a: &Features<'_>, b: &Features<'_>, matrix: &SkillMatrix) -> Vec<Gain> {
    let (first, second) = (&a.known_skills, &b.known_skills);
    let (Some(of_first), Some(of_second)) = (first.first(), second.first()) else { return Vec::new() };
    let also = |own: &[SkillId], partner: &SkillId| own.binary_search(partner).is_ok();
    let known_to_a: Vec<bool> = second.iter().map(|skill| also(first, skill)).collect();
    let nothing_yet = |skill: &SkillId, partner: &SkillId| (0, *skill, *partner);
    let of_a = first.iter().map(|skill| nothing_yet(skill, of_second));
    let of_b = second.iter().map(|skill| nothing_yet(skill, of_first));
    let mut gains: Vec<Gain> = of_a.chain(of_b).collect();
    let (of_a, of_b) = gains.split_at_mut(first.len());
    for (skill, gain) in first.iter().zip(of_a) {
        let known_to_b = also(second, skill);
        for ((partner, return_gain), known_to_a) in second.iter().zip(&mut *of_b).zip(&known_to_a) {
            let percent = matrix.percent(*skill, *partner);
            raise(gain, percent, *partner, *known_to_a);
            raise(return_gain, percent, *skill, known_to_b);
        }
    }
    gains
}

/// Takes a partner that is better than the best one until now.
fn raise(gain: &mut Gain, percent: Percent, partner: SkillId, owner_has_it: bool) {
    let percent = if owner_has_it { percent.min(SAME_SKILL) } else { percent };
    if percent > gain.0 {
        (gain.0, gain.2) = (percent, partner);
    }
}

fn explain(explanation: &mut Explanation, a: &Features<'_>, b: &Features<'_>, gains: &[Gain], matrix: &SkillMatrix) {
    complements(explanation, gains, matrix);
    let shared = shared_labels(a, b, matrix);
    if !shared.is_empty() {
        explanation.reason(ReasonCode::SkillShared, format!("Both know {}", enumeration(&shared)), shared);
    }
    unmatched(explanation, gains, matrix);
}

/// Names the pairs with the greatest gains. What one skill gives several others, to the same degree and for the same
/// reason, is one sentence; what holds for two kinds of skills in general is said once.
fn complements(explanation: &mut Explanation, gains: &[Gain], matrix: &SkillMatrix) {
    let pairs = gains.iter().filter(|(percent, ..)| *percent >= GOOD);
    let mut pairs: Vec<Pair> =
        pairs.map(|(percent, skill, partner)| (Reverse(*percent), ascending(*skill, *partner))).collect();
    pairs.sort_unstable();
    pairs.dedup();
    for _ in 0..NAMED {
        let Some(&(percent, (one, other))) = pairs.first() else { break };
        let (of_one, of_other) = (alike(&pairs, one, other, matrix), alike(&pairs, other, one, matrix));
        let (skill, partners) = if of_other.len() > of_one.len() { (other, of_other) } else { (one, of_one) };
        complement(explanation, percent.0, skill, &partners, matrix);
        let general = matrix.generalised(one, other);
        pairs.retain(|(_, pair)| match general {
            None => partners.iter().all(|partner| *pair != ascending(skill, *partner)),
            Some([a, b]) => ![Some([a, b]), Some([b, a])].contains(&matrix.generalised(pair.0, pair.1)),
        });
    }
}

/// Which skills `skill` complements as it does `partner`, which is one of them.
fn alike(pairs: &[Pair], skill: SkillId, partner: SkillId, matrix: &SkillMatrix) -> Vec<SkillId> {
    let said = |partner| (matrix.percent(skill, partner), matrix.generalised(skill, partner));
    let of_skill = pairs.iter().filter_map(|(_, (one, other))| match skill {
        skill if skill == *one => Some(*other),
        skill if skill == *other => Some(*one),
        _ => None,
    });
    of_skill.filter(|other| said(*other) == said(partner)).take(NAMED).collect()
}

fn complement(
    explanation: &mut Explanation,
    percent: Percent,
    skill: SkillId,
    partners: &[SkillId],
    matrix: &SkillMatrix,
) {
    let general = partners.first().and_then(|partner| matrix.generalised(skill, *partner));
    let general = general.map(|[one, other]| format!(", as {one} and {other} skills do in general"));
    let label = matrix.label(skill);
    let partners: Vec<String> = partners.iter().map(|partner| matrix.label(*partner).to_owned()).collect();
    let text = format!(
        "{} complements {}: {:.2}{}",
        capitalised(label),
        enumeration(&partners),
        f64::from(percent) / 100.0,
        general.unwrap_or_default()
    );
    let items = std::iter::once(label.to_owned()).chain(partners).collect();
    explanation.reason(ReasonCode::SkillComplement, text, items);
}

/// Names what both have, in the same spelling whoever comes first.
fn shared_labels(a: &Features<'_>, b: &Features<'_>, matrix: &SkillMatrix) -> Vec<String> {
    let known = shared(&a.known_skills, &b.known_skills, |id| *id).map(|(id, _)| matrix.label(*id));
    let others = shared(&a.other_skills, &b.other_skills, |skill| skill.canonical());
    known.chain(others.map(|(a, b)| a.as_str().max(b.as_str()))).take(NAMED).map(str::to_owned).collect()
}

/// Names the skills that gain little from the other person.
fn unmatched(explanation: &mut Explanation, gains: &[Gain], matrix: &SkillMatrix) {
    let lonely = gains.iter().filter(|(percent, ..)| *percent < POOR);
    let mut lonely: Vec<_> = lonely.map(|(percent, skill, _)| (*percent, *skill)).collect();
    lonely.sort_unstable();
    for (percent, skill) in lonely.into_iter().take(NAMED) {
        let label = matrix.label(skill);
        let text = format!("Nothing complements {label}: {:.2} at best", f64::from(percent) / 100.0);
        explanation.counter(ReasonCode::SkillUnmatched, text, vec![label.to_owned()]);
    }
}

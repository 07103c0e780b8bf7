//! Puts the components of a score together, and ranks candidates by it.

use super::components;
use super::features::Features;
use super::model::Model;
use super::person::Side;
use super::reason::{Explanation, Notes, Reason};
use super::score::{Component, ComponentName, Score, Versions};
use crate::domain::profile::{Profile, Skill};

/// Grows with every change of rules or built-in values that can change a score.
pub const ENGINE_VERSION: u32 = 4;

/// One candidate with the score that put it in its place.
#[derive(Clone, Debug)]
pub struct Ranked<'c> {
    pub profile: &'c Profile,
    pub score: Score,
}

/// How well two people fit, and why.
pub fn score<'p>(a: impl Into<Side<'p>>, b: impl Into<Side<'p>>, model: &Model) -> Score {
    score_features(&Features::of(a, &model.matrix), &Features::of(b, &model.matrix), model)
}

/// Like [`score`], for profiles whose features are at hand.
pub fn score_features(a: &Features<'_>, b: &Features<'_>, model: &Model) -> Score {
    let components = measured(a, b, model, || Notes::Kept(Explanation::default())).collect();
    let (total, components) = shared_out(components);
    let has_semantic = components.iter().any(|component| component.name == ComponentName::Semantic);
    let embedding = a.embedding.filter(|_| has_semantic).map(|embedding| embedding.model.as_str().to_owned());
    let versions = Versions { engine: ENGINE_VERSION, matrix: model.matrix.version(), embedding };
    let counts = |name| model.weights.of(name) > 0.0;
    let text = (counts(ComponentName::Semantic) && !has_semantic).then(Reason::text_not_compared);
    let skills = unknown_skills(a, b).filter(|_| counts(ComponentName::Skills));
    let not_compared = text.into_iter().chain(skills).collect();
    Score { total, components, not_compared, versions }
}

/// Names the skills of both that the matrix does not know and only one of them has: they count for nothing here.
fn unknown_skills(a: &Features<'_>, b: &Features<'_>) -> Option<Reason> {
    let lacks = |other: &Features<'_>, skill: &Skill| {
        other.other_skills.binary_search_by_key(&skill.canonical(), |one| one.canonical()).is_err()
    };
    let of_a = a.other_skills.iter().filter(|skill| lacks(b, skill));
    let of_b = b.other_skills.iter().filter(|skill| lacks(a, skill));
    let mut unknown: Vec<&Skill> = of_a.chain(of_b).copied().collect();
    unknown.sort_unstable_by_key(|skill| skill.canonical());
    (!unknown.is_empty()).then(|| Reason::skills_unknown(unknown.into_iter().map(|skill| skill.as_str().to_owned())))
}

/// The total that [`score_features`] gives, without the cost of explaining it.
pub fn total_features(a: &Features<'_>, b: &Features<'_>, model: &Model) -> f64 {
    total(measured(a, b, model, || Notes::Silent).map(|component| (component.value, component.weight)))
}

/// The best `limit` candidates, best first; of equals the one with the smaller id. `me` is left out. They are ordered by
/// `ranking`, which has the same matrix and perhaps other weights, and explained by `model`.
pub fn rank<'c, C: Into<Side<'c>>>(
    me: impl Into<Side<'c>>,
    candidates: impl IntoIterator<Item = C>,
    limit: usize,
    model: &Model,
    ranking: &Model,
) -> Vec<Ranked<'c>> {
    let mine = Features::of(me, &model.matrix);
    let mut totals: Vec<(f64, Side<'c>)> = candidates
        .into_iter()
        .map(Into::into)
        .filter(|candidate| candidate.profile.user_id != mine.user_id)
        .map(|candidate| (total_features(&mine, &Features::of(candidate, &model.matrix), ranking), candidate))
        .collect();
    let id = |side: &Side<'_>| side.profile.user_id;
    totals.sort_unstable_by(|(a, first), (b, second)| b.total_cmp(a).then(id(first).cmp(&id(second))));
    totals.truncate(limit);
    let explained = |side| score_features(&mine, &Features::of(side, &model.matrix), model);
    totals.into_iter().map(|(_, side)| Ranked { profile: side.profile, score: explained(side) }).collect()
}

/// Every component that has data and counts, with its weight in the model.
///
/// The two people are put in the order of their ids first: a component cannot tell who asked.
fn measured<'p>(
    a: &'p Features<'p>,
    b: &'p Features<'p>,
    model: &'p Model,
    notes: impl Fn() -> Notes,
) -> impl Iterator<Item = Component> {
    let (a, b) = if a.user_id <= b.user_id { (a, b) } else { (b, a) };
    ComponentName::ALL.into_iter().filter_map(move |name| {
        let weight = model.weights.of(name);
        if weight <= 0.0 {
            return None;
        }
        let mut notes = notes();
        let value = components::measure(name)(a, b, &model.matrix, &mut notes)?;
        let Explanation { reasons, counter_reasons } = notes.into_explanation();
        Some(Component { name, value: rounded(value), weight, reasons, counter_reasons })
    })
}

/// The total of components, which then share its weight among them.
pub(super) fn shared_out(mut components: Vec<Component>) -> (f64, Vec<Component>) {
    let total = total(components.iter().map(|component| (component.value, component.weight)));
    let sum: f64 = components.iter().map(|component| component.weight).sum();
    for component in &mut components {
        component.weight = rounded(component.weight / sum);
    }
    (total, components)
}

/// The mean of `(value, weight)` pairs, rounded. What is missing gives its weight to the rest in proportion.
pub(super) fn total(parts: impl Iterator<Item = (f64, f64)>) -> f64 {
    let (sum, weights) =
        parts.fold((0.0, 0.0), |(sum, weights), (value, weight)| (sum + value * weight, weights + weight));
    if weights > 0.0 { rounded((sum / weights).clamp(0.0, 1.0)) } else { 0.0 }
}

/// Four places: what a reader sees, equal on every processor, and what a cache gives back unchanged.
pub(super) fn rounded(value: f64) -> f64 {
    (value * 10_000.0).round() / 10_000.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_missing_gives_its_weight_to_the_rest() {
        assert!((total([(0.8, 0.3), (0.2, 0.1)].into_iter()) - 0.65).abs() < 1e-9);
        assert!(total([].into_iter()).abs() < 1e-9);
    }

    proptest! {
        #[test]
        fn raising_a_component_never_lowers_the_total(
            mut parts in prop::collection::vec((0.0..=1.0_f64, 0.0..=1.0_f64), 1..8),
            index in any::<prop::sample::Index>(),
            raise in 0.0..=1.0_f64,
        ) {
            let before = total(parts.iter().copied());
            let (value, _) = index.get_mut(&mut parts);
            *value += (1.0 - *value) * raise;
            prop_assert!(total(parts.iter().copied()) >= before);
        }

        #[test]
        fn a_total_lies_between_its_smallest_and_greatest_value(
            parts in prop::collection::vec((0.0..=1.0_f64, 0.01..=1.0_f64), 1..8),
        ) {
            let values = || parts.iter().map(|(value, _)| *value);
            let (low, high) = (values().fold(1.0, f64::min), values().fold(0.0, f64::max));
            prop_assert!((low - 1e-4..=high + 1e-4).contains(&total(parts.iter().copied())));
        }
    }
}

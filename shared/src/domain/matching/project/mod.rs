//! How well a person and a project fit, and why: the same rules whoever of the two asks.
//!
//! It is the manner of the engine for two people: components from 0 to 1 with weights, a component without data gives its
//! weight to the others, and the words of both are compared by embeddings. Unlike two people, the two sides are not alike:
//! a project needs and a person brings, so whoever brings more never fits less.

mod components;
#[cfg(test)]
mod tests;

use super::engine::{rounded, shared_out, total};
use super::features::Features;
use super::matrix::SkillId;
use super::reason::{Explanation, Notes, Reason};
use super::score::{Component, ComponentName, Score, Versions};
use super::{Side, SkillMatrix};
use crate::domain::embedding::Embedding;
use crate::domain::profile::{Goal, Language, Skill};
use crate::domain::project::{Project, ProjectDetails};

/// Grows with every change of rules or built-in values that can change a fit.
pub const FIT_VERSION: u32 = 2;

/// A project and what was computed from it.
#[derive(Clone, Debug)]
pub struct Venture {
    pub project: Project,
    embedding: Option<Embedding>,
}

impl Venture {
    /// An embedding of anything but what the project says now is dropped: a score never compares what was taken back.
    pub fn new(project: Project, embedding: Option<Embedding>) -> Self {
        let embedding = embedding.filter(|embedding| project.text_hash == embedding.hash);
        Self { project, embedding }
    }
}

/// What the engine reads of a project, prepared once; every list is sorted.
#[derive(Clone, Debug)]
pub struct Needs<'v> {
    details: &'v ProjectDetails,
    skills: Vec<Need<'v>>,
    goals: Vec<Goal>,
    languages: Vec<Language>,
    embedding: Option<&'v Embedding>,
}

/// A skill that the project needs. One that the matrix does not know is covered by who has the same.
#[derive(Clone, Copy, Debug)]
struct Need<'v> {
    skill: &'v Skill,
    id: Option<SkillId>,
}

impl<'v> Needs<'v> {
    /// The needs that belong to `matrix`: score them with the same one.
    pub fn of(venture: &'v Venture, matrix: &SkillMatrix) -> Self {
        let details = &venture.project.details;
        let mut skills: Vec<_> =
            details.needed_skills.iter().map(|skill| Need { skill, id: matrix.id(skill) }).collect();
        let (mut goals, mut languages) = (details.goals.clone(), details.languages.clone());
        skills.sort_unstable_by_key(|need| need.skill.canonical());
        goals.sort_unstable();
        languages.sort_unstable();
        Self { details, skills, goals, languages, embedding: venture.embedding.as_ref() }
    }
}

/// How well a person and a project fit, and why.
pub fn fit<'p>(person: impl Into<Side<'p>>, venture: &Venture, matrix: &SkillMatrix) -> Score {
    fit_features(&Features::of(person, matrix), &Needs::of(venture, matrix), matrix)
}

/// Like [`fit`], for sides whose features are at hand.
pub fn fit_features(person: &Features<'_>, needs: &Needs<'_>, matrix: &SkillMatrix) -> Score {
    let measured = measured(person, needs, matrix, || Notes::Kept(Explanation::default()));
    let (total, components) = shared_out(measured.collect());
    let is_compared = components.iter().any(|component| component.name == ComponentName::Semantic);
    let embedding = needs.embedding.filter(|_| is_compared).map(|embedding| embedding.model.as_str().to_owned());
    let not_compared = if is_compared { Vec::new() } else { vec![Reason::project_not_compared()] };
    let versions = Versions { engine: FIT_VERSION, matrix: matrix.version(), embedding };
    Score { total, components, not_compared, versions }
}

/// The total that [`fit_features`] gives, without the cost of explaining it.
pub fn fit_total(person: &Features<'_>, needs: &Needs<'_>, matrix: &SkillMatrix) -> f64 {
    let measured = measured(person, needs, matrix, || Notes::Silent);
    total(measured.map(|component| (component.value, component.weight)))
}

/// Every component that has data, with its weight.
fn measured(
    person: &Features<'_>,
    needs: &Needs<'_>,
    matrix: &SkillMatrix,
    notes: impl Fn() -> Notes,
) -> impl Iterator<Item = Component> {
    components::ALL.into_iter().filter_map(move |(name, weight, measure)| {
        let mut notes = notes();
        let value = measure(person, needs, matrix, &mut notes)?;
        let Explanation { reasons, counter_reasons } = notes.into_explanation();
        Some(Component { name, value: rounded(value), weight, reasons, counter_reasons })
    })
}

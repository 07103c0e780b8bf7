//! How well two people fit, or a person and a project, and why: a pure function of what both say and a model.
//!
//! A score is made of components (skills, field, experience, …). Each looks at one side of the two profiles, gives a
//! value from 0 to 1 and says in reasons and counter-reasons which concrete items led to it. A component that has
//! nothing to look at is left out of the score, and its weight goes to the others in proportion. What two people say in
//! their own words is compared by embeddings, which are made a moment after an edit; a score without them says so.
//!
//! Invariants: a score is symmetric, does not depend on the order of entries in a profile, on the time or on chance,
//! and names the versions of everything that it was computed from. Who may see whom is not decided here.

mod components;
mod engine;
mod features;
mod head;
mod kept_matrix;
mod leaning;
mod matrix;
mod matrix_builtin;
mod model;
mod person;
mod project;
mod reason;
mod score;
mod statement;
mod tables;
mod taste;
mod weights;

#[cfg(test)]
mod golden_tests;
#[cfg(test)]
mod property_tests;
#[cfg(test)]
pub(super) mod samples;

pub(in crate::domain) use components::field::synergy;
pub use engine::{ENGINE_VERSION, Ranked, rank, score, score_features, total_features};
pub use features::Features;
pub use head::Head;
pub use kept_matrix::KeptMatrix;
pub use leaning::{ForYou, Leaning, LearnedWeight};
pub use matrix::SkillMatrix;
pub use model::Model;
pub use person::{Person, Side};
pub use project::{FIT_VERSION, Needs, Venture, fit, fit_features, fit_total};
pub use reason::{Reason, ReasonCode};
pub use score::{Component, ComponentName, Score, Versions};
pub use statement::{Edit, PairKey, Plan, SkillPair, Statement, StatementInput, Statements};
pub(in crate::domain) use tables::tables;
pub use taste::{Answer, Impression, Lesson, Opinion, Step, Taste, Verdict};
pub use weights::Weights;

//! A leaning: how one person weighs the components because of their taste, and a score as that person sees it.

use serde::Serialize;
use utoipa::ToSchema;

use super::engine::{rounded, total};
use super::{ComponentName, Score, Weights};

/// How one person weighs the components.
#[derive(Clone, Debug, PartialEq)]
pub struct Leaning {
    /// The version of the taste that it comes from.
    pub version: u64,
    pub weights: Weights,
    base: Weights,
    because: [Option<String>; ComponentName::ALL.len()],
}

/// A score as one person sees it.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ForYou {
    /// 0 to 1: the sum of `value × yours` over the components of the score.
    #[schema(minimum = 0, maximum = 1, example = 0.78)]
    pub total: f64,
    /// Grows with every answer that the person gives.
    pub taste_version: u64,
    /// The components of the score, in its order.
    pub weights: Vec<LearnedWeight>,
}

/// How much a component counts for one person.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct LearnedWeight {
    pub component: ComponentName,
    /// What it counts for everybody, 0 to 1.
    #[schema(minimum = 0, maximum = 1, example = 0.26)]
    pub base: f64,
    /// What it counts for this person, 0 to 1.
    #[schema(minimum = 0, maximum = 1, example = 0.31)]
    pub yours: f64,
    /// Why it moved; left out where it only makes room for others.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "12 likes had 0.85 here, 7 passes 0.40")]
    pub because: Option<String>,
}

impl Leaning {
    pub(super) fn new(
        version: u64,
        base: Weights,
        weights: Weights,
        because: [Option<String>; ComponentName::ALL.len()],
    ) -> Self {
        Self { version, weights, base, because }
    }

    /// All weights, as they are before a component is missing.
    pub fn all(&self) -> Vec<LearnedWeight> {
        ComponentName::ALL.map(|name| self.learned(name, self.base.of(name), self.weights.of(name))).into()
    }

    /// The total of a score with the weights of this person, to the last digit what
    /// [`total_features`](super::total_features) gives with them.
    pub fn total(&self, score: &Score) -> f64 {
        let parts = score.components.iter().map(|component| (component.value, self.weights.of(component.name)));
        total(parts)
    }

    /// A score as this person sees it.
    pub fn on(&self, score: &Score) -> ForYou {
        let sum: f64 = score.components.iter().map(|component| self.weights.of(component.name)).sum();
        let weights = score.components.iter().map(|component| {
            let share = self.weights.of(component.name) / sum;
            self.learned(component.name, component.weight, share)
        });
        ForYou { total: self.total(score), taste_version: self.version, weights: weights.collect() }
    }

    fn learned(&self, component: ComponentName, base: f64, yours: f64) -> LearnedWeight {
        let [base, yours] = [base, yours].map(rounded);
        LearnedWeight { component, base, yours, because: self.because[component.index()].clone() }
    }
}

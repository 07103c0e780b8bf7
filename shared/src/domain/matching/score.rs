//! The answer of the engine.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Reason;

/// How well two people fit. `total` is the sum of `value × weight` over the components, rounded to four places.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, ToSchema)]
pub struct Score {
    /// 0 to 1.
    #[schema(minimum = 0, maximum = 1, example = 0.74)]
    pub total: f64,
    /// Only the components for which both profiles have data.
    pub components: Vec<Component>,
    /// What could not be compared although it counts, and why not; its weight went to the components.
    pub not_compared: Vec<Reason>,
    pub versions: Versions,
}

/// One side of the fit.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, ToSchema)]
pub struct Component {
    pub name: ComponentName,
    /// 0 to 1.
    #[schema(minimum = 0, maximum = 1, example = 0.82)]
    pub value: f64,
    /// The share of the total, 0 to 1; the weights of a score's components sum to 1.
    #[schema(minimum = 0, maximum = 1, example = 0.3)]
    pub weight: f64,
    pub reasons: Vec<Reason>,
    pub counter_reasons: Vec<Reason>,
}

/// The components in the order in which a score lists them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ComponentName {
    Skills,
    Field,
    Experience,
    Interests,
    Goals,
    Languages,
    Availability,
    Place,
    Semantic,
}

impl ComponentName {
    pub const ALL: [Self; 9] = [
        Self::Skills,
        Self::Field,
        Self::Experience,
        Self::Interests,
        Self::Goals,
        Self::Languages,
        Self::Availability,
        Self::Place,
        Self::Semantic,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Skills => "skills",
            Self::Field => "field",
            Self::Experience => "experience",
            Self::Interests => "interests",
            Self::Goals => "goals",
            Self::Languages => "languages",
            Self::Availability => "availability",
            Self::Place => "place",
            Self::Semantic => "semantic",
        }
    }

    /// The position in [`Self::ALL`], for tables.
    pub const fn index(self) -> usize {
        self as usize
    }
}

/// What the score was computed with: the same versions give the same score for the same two profiles.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub struct Versions {
    /// The version of the rules.
    pub engine: u32,
    /// The version of the skill matrix; 0 is the built-in one.
    pub matrix: u64,
    /// The model behind semantic similarity; null if the score has no such component.
    pub embedding: Option<String>,
}

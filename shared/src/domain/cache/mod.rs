//! What may be kept for a while instead of being computed again: keys, lifetimes, envelopes, counters and the breaker.
//!
//! To cache one more thing, write a type for its key and implement [`Key`]; `Cache` in `ports/cache` does the rest.
//!
//! Invariants: no key is ever deleted. A key names the versions of everything that its value was computed from, and those
//! versions come with items that the request reads anyway; a write makes old entries unreachable, and "clear" counts the
//! generation of a family up. What must hold at once (blocks, visibility) is asked after the cache, on fresh items.

mod breaker;
mod envelope;
mod key;
mod tally;
mod tier;

pub use breaker::{Admission, Breaker};
pub use envelope::{Envelope, Unusable};
pub use key::{Key, KeyText, Parts};
pub use tally::{Event, Tally};
pub use tier::{Tier, Tiers};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::fields::Refusal;

/// What is cleared and counted together. Only what is cached is a family: explanations of pairs, and of people and projects,
/// are computed, and vectors of texts are items that name their text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Family {
    /// Ranked lists: who comes before whom for one person and their filters.
    List,
    PopularProjects,
    /// The skill matrix of the admins.
    Matrix,
}

impl Family {
    pub const ALL: [Self; 3] = [Self::List, Self::PopularProjects, Self::Matrix];

    /// The stable name: in keys, in counters and for the admin.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::PopularProjects => "popular_projects",
            Self::Matrix => "matrix",
        }
    }

    /// The family with this name, or a refusal that says which there are.
    pub fn parse(name: &str) -> Result<Self, Refusal> {
        Self::ALL.into_iter().find(|family| family.as_str() == name).ok_or_else(|| {
            let names = Self::ALL.map(Self::as_str).join(", ");
            format!("family must be one of {names}").into()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_are_found_by_their_names() {
        for family in Family::ALL {
            assert_eq!(Family::parse(family.as_str()).ok(), Some(family));
            assert_eq!(serde_json::to_value(family).unwrap(), family.as_str(), "the audit calls it by the same name");
        }
        let refusal = Family::parse("lists").unwrap_err();
        assert_eq!(refusal, "family must be one of list, popular_projects, matrix");
    }
}

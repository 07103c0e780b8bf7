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

/// What is cleared and counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Family {
    /// Ranked lists: who comes before whom for one person and their filters.
    List,
    /// Explanations of pairs.
    Pair,
    /// How well people and projects fit.
    UserProject,
    PopularProjects,
    /// The skill matrix of the admins.
    Matrix,
    /// Vectors of texts.
    Embedding,
}

impl Family {
    pub const ALL: [Self; 6] =
        [Self::List, Self::Pair, Self::UserProject, Self::PopularProjects, Self::Matrix, Self::Embedding];

    /// The stable name: in keys, in counters and for the admin.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Pair => "pair",
            Self::UserProject => "user_project",
            Self::PopularProjects => "popular_projects",
            Self::Matrix => "matrix",
            Self::Embedding => "embedding",
        }
    }

    /// The family with this name, if there is one.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|family| family.as_str() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_are_found_by_their_names() {
        for family in Family::ALL {
            assert_eq!(Family::parse(family.as_str()), Some(family));
        }
        assert_eq!(Family::parse("lists"), None);
    }
}

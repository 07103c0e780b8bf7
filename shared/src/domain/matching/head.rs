//! The head: one small item that says which version of everything shared is current.
//!
//! Whatever is computed and kept names these numbers in its key, so that an edit makes old entries unreachable instead of
//! having to find and delete them.

/// A kind of thing that is kept, with a generation of its own: raising it forgets all of the kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    List,
    Pair,
    UserProject,
    PopularProjects,
    Matrix,
    Embedding,
}

impl Family {
    pub const ALL: [Self; 6] =
        [Self::List, Self::Pair, Self::UserProject, Self::PopularProjects, Self::Matrix, Self::Embedding];

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
}

/// Zero everywhere before the first edit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Head {
    /// The version of the skill matrix; 0 is the built-in one.
    pub matrix: u64,
    generations: [u64; Family::ALL.len()],
}

impl Head {
    pub fn new(matrix: u64, generation: impl Fn(Family) -> u64) -> Self {
        Self { matrix, generations: Family::ALL.map(generation) }
    }

    pub const fn generation(&self, family: Family) -> u64 {
        self.generations[family as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_family_has_a_generation_of_its_own() {
        let head = Head::new(7, |family| family.as_str().len() as u64);
        for family in Family::ALL {
            assert_eq!(head.generation(family), family.as_str().len() as u64, "{family:?}");
        }
    }
}

//! The head: one small item that says which version of everything shared is current.
//!
//! Whatever is computed and kept names these numbers in its key, so that an edit makes old entries unreachable instead of
//! having to find and delete them.

use crate::domain::cache::Family;

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

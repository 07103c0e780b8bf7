//! Everything but the two profiles that a score depends on.

use std::sync::Arc;

use super::{SkillMatrix, Weights};

/// The built-in matrix and weights are the default, so that matching works before an administrator stored any.
#[derive(Clone, Debug, Default)]
pub struct Model {
    /// Shared, because it is half a megabyte that all requests of a version have in common.
    pub matrix: Arc<SkillMatrix>,
    pub weights: Weights,
}

impl Model {
    /// The same matrix with other weights, such as those of one person.
    #[must_use]
    pub fn weighing(&self, weights: Weights) -> Self {
        Self { matrix: Arc::clone(&self.matrix), weights }
    }
}

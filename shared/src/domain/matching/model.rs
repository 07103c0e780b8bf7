//! Everything but the two profiles that a score depends on.

use super::{SkillMatrix, Weights};

/// The built-in matrix and weights are the default, so that matching works before an administrator stored any.
#[derive(Clone, Debug, Default)]
pub struct Model {
    pub matrix: SkillMatrix,
    pub weights: Weights,
}

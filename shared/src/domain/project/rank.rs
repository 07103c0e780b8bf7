//! The place of a project in the list of somebody.

use std::cmp::Reverse;

use serde::{Deserialize, Serialize};

use crate::domain::id::ProjectId;

/// A greater total comes first, and of equals the smaller id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ProjectRank(Reverse<u16>, ProjectId);

impl ProjectRank {
    /// `total` is 0 to 1 and kept in steps of 0.0001, which is how totals are rounded.
    pub fn new(project_id: ProjectId, total: f64) -> Self {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 10,000 after the clamp")]
        let steps = (total.clamp(0.0, 1.0) * 10_000.0).round() as u16;
        Self(Reverse(steps), project_id)
    }

    pub fn project_id(self) -> ProjectId {
        self.1
    }
}

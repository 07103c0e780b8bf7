//! Statements as they are shown.

use serde::Serialize;
use shared::domain::id::UserId;
use shared::domain::matching::{SkillMatrix, Statement};
use shared::domain::time::Timestamp;
use utoipa::ToSchema;

#[derive(Serialize, ToSchema)]
pub(super) struct StatementView {
    /// The two skills in the order of their canonical forms, as they were written when it was stated.
    #[schema(example = "Falconry")]
    a: String,
    #[schema(example = "Rust")]
    b: String,
    /// 0 to 1.
    #[schema(minimum = 0, maximum = 1, example = 0.8)]
    value: f64,
    /// What would hold without the statement; left out if the built-in matrix does not know both skills.
    #[serde(skip_serializing_if = "Option::is_none")]
    builtin: Option<f64>,
    stated_by: UserId,
    stated_at: Timestamp,
    /// The version of the matrix that came of it.
    version: u64,
}

impl StatementView {
    pub(super) fn new(statement: &Statement, builtin: &SkillMatrix) -> Self {
        let [a, b] = statement.pair.skills();
        Self {
            a: a.as_str().to_owned(),
            b: b.as_str().to_owned(),
            value: statement.pair.value(),
            builtin: builtin.complementarity(a, b),
            stated_by: statement.stated_by,
            stated_at: statement.stated_at,
            version: statement.version,
        }
    }
}

impl From<&Statement> for StatementView {
    fn from(statement: &Statement) -> Self {
        Self::new(statement, &SkillMatrix::builtin())
    }
}

//! The skill matrix: read by whoever scores, edited by administrators.

use async_trait::async_trait;

use crate::domain::audit::AuditEntry;
use crate::domain::matching::{Edit, Head, Statements};
use crate::error::Result;

#[async_trait]
pub trait Matrix: Send + Sync {
    /// Which versions are current. Strongly consistent and one small read, for every request.
    async fn head(&self) -> Result<Head>;

    /// Everything that is stated. MUST be what was stated at one version, that of the head at this moment or a later one,
    /// whoever edits meanwhile.
    async fn statements(&self) -> Result<Statements>;
}

/// The most edits that one version can be made of.
pub const MAX_EDITS: usize = 97;

/// How an edit ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edited {
    /// It is done and noted, and the version has grown by one.
    Done,
    /// Nothing is done: another edit was faster. Read again.
    Outrun,
    /// Nothing is done: the actor is no admin any more.
    Refused,
}

#[async_trait]
pub trait MatrixEditor: Send + Sync {
    /// Makes the next version of what was read as `before`, and notes `entry`: all or nothing. The edits, at most
    /// [`MAX_EDITS`], are about different pairs. MUST refuse when there is a later version than that of `before`, so that
    /// what was decided by it still holds, and when the actor is no admin.
    async fn edit(&self, before: &Statements, edits: &[Edit], entry: &AuditEntry) -> Result<Edited>;
}

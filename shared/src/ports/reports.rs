//! The queue of reports.

use async_trait::async_trait;

use super::moderation::Enacted;
use crate::domain::account::Role;
use crate::domain::audit::AuditEntry;
use crate::domain::id::ReportId;
use crate::domain::report::{Closing, Report};
use crate::error::Result;

#[async_trait]
pub trait Reports: Send + Sync {
    /// Puts a report into the queue, unless the same person has reported the same one on this day.
    async fn file(&self, report: &Report) -> Result<()>;

    /// The open reports, the oldest first, at most `limit` of those that follow `after`.
    async fn open(&self, after: Option<ReportId>, limit: usize) -> Result<Vec<Report>>;

    async fn find_open(&self, report_id: ReportId) -> Result<Option<Report>>;

    /// Takes a report out of the queue, keeps it with how it ended, and notes `entry`: all or nothing. MUST refuse when
    /// the report is closed already, or the actor may no longer act as `by`.
    async fn close(&self, report: &Report, closing: &Closing, entry: &AuditEntry, by: Role) -> Result<Enacted>;
}

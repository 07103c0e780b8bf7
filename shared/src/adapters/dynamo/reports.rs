//! The queue of reports, in the social table.

use std::time::Duration;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::audit::{DynamoAudit, enacted};
use super::expression::Expression;
use super::item::{Key, decode, encode, expiring};
use super::range::Range;
use super::table::{Read, Table};
use super::transaction::Outcome;
use crate::domain::account::{Reason, Role};
use crate::domain::audit::AuditEntry;
use crate::domain::id::{ConversationId, ReportId, UserId};
use crate::domain::report::{Closing, Complaint, Decision, Place, Report, Statement, day};
use crate::domain::time::Timestamp;
use crate::error::{Error, Result};
use crate::ports::moderation::Enacted;
use crate::ports::reports::Reports;

const OPEN: &str = "REPORTS#open";
const CLOSED: &str = "REPORTS#closed";
/// Longer than the day that it is about, in every time zone.
const MARK: Duration = Duration::from_hours(48);
/// For how long it is remembered what a person was accused of.
const CLOSED_FOR: Duration = Duration::from_hours(24 * 366);

/// Files and reads reports for everybody; closing them needs the audit, which only `admin` has.
#[derive(Clone, Debug)]
pub struct DynamoReports {
    social: Table,
    audit: Option<DynamoAudit>,
}

#[derive(Serialize, Deserialize)]
struct StoredReport {
    report_id: ReportId,
    reporter_id: UserId,
    subject_id: UserId,
    complaint: Complaint,
    text: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    conversation_id: Option<ConversationId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    message_seq: Option<u64>,
    created_at: Timestamp,
}

#[derive(Serialize)]
struct StoredClosing {
    #[serde(flatten)]
    report: StoredReport,
    decision: Decision,
    note: Reason,
    closed_by: UserId,
    closed_at: Timestamp,
}

#[derive(Serialize)]
struct StoredMark {
    report_id: ReportId,
}

impl DynamoReports {
    /// For functions that only file reports.
    pub fn filing(social: Table) -> Self {
        Self { social, audit: None }
    }

    pub fn new(social: Table, audit: DynamoAudit) -> Self {
        Self { social, audit: Some(audit) }
    }
}

#[async_trait]
impl Reports for DynamoReports {
    async fn file(&self, report: &Report) -> Result<()> {
        let mark = encode(&mark_key(report), &StoredMark { report_id: report.report_id })?;
        let mark = expiring(mark, report.created_at + MARK);
        let item = encode(&key(OPEN, report.report_id), &StoredReport::from(report))?;
        let transaction = self.social.transaction().put_if(&self.social, mark, Expression::absent());
        match transaction.put(&self.social, item).commit().await? {
            Outcome::Committed | Outcome::Refused(_) => Ok(()),
            Outcome::Conflict => Err(Error::unavailable("a report met a conflict")),
        }
    }

    async fn open(&self, after: Option<ReportId>, limit: usize) -> Result<Vec<Report>> {
        let items = self.social.query(Range::after(OPEN, after).strong().limit(limit)).await?;
        items.into_iter().map(|item| decode::<StoredReport>(item).map(Into::into)).collect()
    }

    async fn find_open(&self, report_id: ReportId) -> Result<Option<Report>> {
        let stored: Option<StoredReport> = self.social.get(&key(OPEN, report_id), Read::Strong).await?;
        Ok(stored.map(Into::into))
    }

    async fn close(&self, report: &Report, closing: &Closing, entry: &AuditEntry, by: Role) -> Result<Enacted> {
        let audit = self.audit.as_ref().ok_or_else(|| Error::internal("this function does not close reports"))?;
        let stored = StoredClosing {
            report: report.into(),
            decision: closing.decision,
            note: closing.note.clone(),
            closed_by: closing.closed_by,
            closed_at: closing.closed_at,
        };
        let item = encode(&key(CLOSED, report.report_id), &stored)?;
        let transaction = audit
            .witnessed(entry, by)?
            .delete_present(&self.social, &key(OPEN, report.report_id))
            .put(&self.social, expiring(item, closing.closed_at + CLOSED_FOR));
        enacted(&transaction.commit().await?)
    }
}

fn key(partition: &str, report_id: ReportId) -> Key {
    Key::new(partition, report_id.to_string())
}

/// One per reporter, subject and day.
fn mark_key(report: &Report) -> Key {
    Key::new(format!("REPORTED#{}#{}", report.reporter_id, report.subject_id), day(report.created_at).to_string())
}

impl From<&Report> for StoredReport {
    fn from(report: &Report) -> Self {
        let statement = &report.statement;
        Self {
            report_id: report.report_id,
            reporter_id: report.reporter_id,
            subject_id: report.subject_id,
            complaint: statement.complaint,
            text: statement.text.clone(),
            conversation_id: statement.place.map(|place| place.conversation_id),
            message_seq: statement.place.and_then(|place| place.message_seq),
            created_at: report.created_at,
        }
    }
}

impl From<StoredReport> for Report {
    fn from(stored: StoredReport) -> Self {
        let message_seq = stored.message_seq;
        let place = stored.conversation_id.map(|conversation_id| Place { conversation_id, message_seq });
        Self {
            report_id: stored.report_id,
            reporter_id: stored.reporter_id,
            subject_id: stored.subject_id,
            statement: Statement { complaint: stored.complaint, text: stored.text, place },
            created_at: stored.created_at,
        }
    }
}

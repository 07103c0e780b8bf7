//! The audit: what staff did to whom or to what all share, and why, and about whom they read. An entry is written with the act it tells of, or
//! before what is read is shown, and never changed.

use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::account::{Reason, Role, SanctionKind};
use super::cache::Family;
use super::dead_letter::DeadLetterQueue;
use super::fields::Refusal;
use super::id::{AuditId, PhotoId, ReportId, UserId};
use super::report::Decision;
use super::time::Timestamp;
use crate::error::{Error, Result};

/// One act of staff. It says all there is to do, so that what is done and what is noted cannot differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    pub id: AuditId,
    pub at: Timestamp,
    /// Who did it; nobody in particular when an operator did, with access to the tables.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor_id: Option<UserId>,
    /// Whom it is about; nobody when it is about what all share, such as the skill matrix.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject_id: Option<UserId>,
    #[serde(flatten)]
    pub act: Act,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// The request that did it, to follow it through the logs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "act")]
pub enum Act {
    #[serde(rename = "role.granted")]
    RoleGranted { role: Role },
    #[serde(rename = "role.removed")]
    RoleRemoved { role: Role },
    #[serde(rename = "sanction.imposed")]
    SanctionImposed {
        kind: SanctionKind,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Timestamp>,
    },
    #[serde(rename = "sanction.lifted")]
    SanctionLifted {},
    #[serde(rename = "sessions.ended")]
    SessionsEnded {},
    /// An account was looked up, by its id or by its address.
    #[serde(rename = "account.read")]
    AccountRead {},
    /// An operator has begun to erase somebody.
    #[serde(rename = "erasure.begun")]
    ErasureBegun {},
    #[serde(rename = "report.closed")]
    ReportClosed { report_id: ReportId, decision: Decision },
    /// A report was read with the messages it names.
    #[serde(rename = "report.read")]
    ReportRead { report_id: ReportId },
    /// It was stated how well two skills complement each other, in percent.
    #[serde(rename = "matrix.stated")]
    MatrixStated {
        a: String,
        b: String,
        percent: u8,
        /// What was stated before, if anything.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        before: Option<u8>,
        /// The version of the matrix that came of it.
        version: u64,
    },
    /// What was stated about two skills was taken back.
    #[serde(rename = "matrix.withdrawn")]
    MatrixWithdrawn { a: String, b: String, before: u8, version: u64 },
    /// So many statements came from a sheet; they carry this version.
    #[serde(rename = "matrix.imported")]
    MatrixImported { statements: u32, version: u64 },
    /// Everything that was kept in a family of the cache was made unreachable.
    #[serde(rename = "cache.cleared")]
    CacheCleared { family: Family },
    /// It was wished that somebody's list is made ahead.
    #[serde(rename = "cache.warm-wished")]
    CacheWarmWished {},
    /// Photos that wait for a look were looked at.
    #[serde(rename = "photos.read")]
    PhotosRead {},
    #[serde(rename = "photo.approved")]
    PhotoApproved { photo_id: PhotoId },
    #[serde(rename = "photo.refused")]
    PhotoRefused { photo_id: PhotoId },
    /// Messages that had failed for good were read.
    #[serde(rename = "dead-letters.read")]
    DeadLettersRead { queue: DeadLetterQueue },
    /// They were put back into the queue in which they had failed.
    #[serde(rename = "dead-letters.redriven")]
    DeadLettersRedriven { queue: DeadLetterQueue },
    /// One of them was deleted.
    #[serde(rename = "dead-letter.discarded")]
    DeadLetterDiscarded { queue: DeadLetterQueue, message_id: String },
}

impl AuditEntry {
    /// The person whom an act is about that is done to one.
    pub fn subject(&self) -> Result<UserId> {
        self.subject_id.ok_or_else(|| Error::internal("an act that is done to somebody has no subject"))
    }
}

/// A month of the audit, such as `2026-11`, in UTC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Month(String);

impl Month {
    pub fn of(at: Timestamp) -> Self {
        Self(at.to_string().chars().take(7).collect())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Month {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        let parsed = format!("{text}-01T00:00:00Z").parse::<Timestamp>().ok();
        let month = parsed.map(Self::of).filter(|month| month.0 == text);
        month.ok_or_else(|| "month must be written as 2026-11".into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_is_read_as_it_is_written() {
        let month: Month = "2026-11".parse().unwrap();
        assert_eq!(Month::of("2026-11-30T23:59:59.999Z".parse().unwrap()), month);
        for wrong in ["2026-13", "2026-1", "26-11", "", "2026-11-01", "KEYS#access"] {
            assert!(wrong.parse::<Month>().is_err(), "{wrong}");
        }
    }
}

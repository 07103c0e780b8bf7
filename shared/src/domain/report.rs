//! Reports: what people tell the staff about each other. The one it is about never hears of it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::account::Reason;
use super::fields::Refusal;
use super::id::{ConversationId, ReportId, UserId};
use super::text;
use super::time::Timestamp;

/// What is wrong with somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Complaint {
    Spam,
    Harassment,
    /// Somebody who is not who they say.
    Fake,
    Underage,
    Other,
}

/// What a report says, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    pub complaint: Complaint,
    pub text: String,
    /// Where it happened, as the reporter says.
    pub place: Option<Place>,
}

/// A conversation, or one message in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub conversation_id: ConversationId,
    pub message_seq: Option<u64>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    pub report_id: ReportId,
    pub reporter_id: UserId,
    pub subject_id: UserId,
    pub statement: Statement,
    pub created_at: Timestamp,
}

/// What staff made of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    Upheld,
    Dismissed,
}

/// How a report ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closing {
    pub decision: Decision,
    pub note: Reason,
    pub closed_by: UserId,
    pub closed_at: Timestamp,
}

impl Statement {
    /// What happened, in at most 1,000 characters.
    pub fn text(text: &str) -> Result<String, Refusal> {
        text::paragraph("text", text, 0..=1_000)
    }
}

impl Place {
    /// Nowhere, if neither is given.
    pub fn parse(conversation_id: Option<ConversationId>, message_seq: Option<u64>) -> Result<Option<Self>, Refusal> {
        match (conversation_id, message_seq) {
            (None, Some(_)) => Err("message_seq needs a conversation_id".into()),
            (_, Some(0)) => Err("message_seq must be at least 1".into()),
            (conversation_id, message_seq) => {
                Ok(conversation_id.map(|conversation_id| Self { conversation_id, message_seq }))
            }
        }
    }
}

/// The day on which a report counts: a second one about the same person on the same day says nothing new.
pub const fn day(at: Timestamp) -> u64 {
    at.unix_seconds() / (24 * 60 * 60)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::Id;

    #[test]
    fn a_message_is_found_in_its_conversation_only() {
        let conversation_id = ConversationId::from_parts(Timestamp::from_unix_seconds(1), [1; 10]);
        assert!(Place::parse(Some(conversation_id), Some(1)).is_ok() && Place::parse(None, None).unwrap().is_none());
        for refused in [Place::parse(None, Some(1)), Place::parse(Some(conversation_id), Some(0))] {
            assert!(refused.unwrap_err().starts_with("message_seq "));
        }
        assert!(Statement::text("").is_ok() && Statement::text(&"x".repeat(1_001)).is_err());
    }
}

//! Reports: what people tell the staff about each other. The one it is about never hears of it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::account::Reason;
use super::fields::{Fields, Refusal};
use super::id::{ConversationId, ReportId, UserId};
use super::text;
use super::time::Timestamp;
use crate::error::Result;

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
    /// Checks every value; the error names all offending fields at once.
    pub fn parse(
        complaint: Complaint,
        text: &str,
        conversation_id: Option<ConversationId>,
        message_seq: Option<u64>,
    ) -> Result<Self> {
        let mut fields = Fields::default();
        let text = fields.take("text", text::paragraph("text", text, 0..=1_000));
        let place = fields.take("message_seq", place(conversation_id, message_seq));
        let (text, place) = fields.accept(text.zip(place))?;
        Ok(Self { complaint, text, place })
    }
}

fn place(conversation_id: Option<ConversationId>, message_seq: Option<u64>) -> Result<Option<Place>, Refusal> {
    match (conversation_id, message_seq) {
        (None, Some(_)) => Err("message_seq needs a conversation_id".into()),
        (_, Some(0)) => Err("message_seq must be at least 1".into()),
        (conversation_id, message_seq) => {
            Ok(conversation_id.map(|conversation_id| Place { conversation_id, message_seq }))
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
        let parse = |conversation_id, seq| Statement::parse(Complaint::Spam, "", conversation_id, seq);
        assert!(parse(Some(conversation_id), Some(1)).is_ok() && parse(None, None).unwrap().place.is_none());
        for refused in [parse(None, Some(1)), parse(Some(conversation_id), Some(0))] {
            assert_eq!(refused.unwrap_err().fields()[0].field, "message_seq");
        }
        let long = Statement::parse(Complaint::Other, &"x".repeat(1_001), None, Some(1)).unwrap_err();
        assert_eq!(long.fields().len(), 2);
    }
}

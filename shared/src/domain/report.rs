//! Reports: what people tell the staff about each other. The one it is about never hears of it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::account::Reason;
use super::conversation::Conversation;
use super::fields::Refusal;
use super::id::{ConversationId, ReportId, UserId};
use super::text;
use super::time::Timestamp;

/// How many messages before the one that a report names staff reads with it, and how many after it.
const AROUND: u64 = 5;
/// The most messages that staff reads with a report.
pub const MAX_CONTEXT: usize = 11;

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

/// Which messages of a conversation staff reads with a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Excerpt {
    /// The first message follows the one with this number.
    pub after: u64,
    /// The number of the last message, if there are so many.
    pub through: u64,
}

/// Why staff reads no messages with a report that names a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ContextUnavailable {
    /// The two people are not, and were not, in such a conversation together.
    NotTheirConversation,
    /// Their conversation has no message with this number.
    NoSuchMessage,
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

impl Report {
    /// Whether somebody with a role may read and close this: whoever accuses or is accused does not judge.
    ///
    /// To the two of them it MUST look as if there were no such report, whatever their role.
    pub fn may_be_judged_by(&self, user_id: UserId) -> bool {
        user_id != self.reporter_id && user_id != self.subject_id
    }

    pub const fn parties(&self) -> [UserId; 2] {
        [self.reporter_id, self.subject_id]
    }

    /// What staff reads of the conversation at `place`, whether or not it has been closed since.
    ///
    /// `conversation` MUST be nothing unless both [parties](Self::parties) take or took part in it: a report that names a
    /// conversation of others must not have it read.
    pub fn excerpt(&self, place: Place, conversation: Option<&Conversation>) -> Result<Excerpt, ContextUnavailable> {
        let conversation = conversation.ok_or(ContextUnavailable::NotTheirConversation)?;
        let newest = conversation.seq;
        match place.message_seq {
            Some(seq) if seq > newest => Err(ContextUnavailable::NoSuchMessage),
            Some(seq) => Ok(Excerpt { after: seq.saturating_sub(AROUND + 1), through: seq.saturating_add(AROUND) }),
            None => Ok(Excerpt { after: newest.saturating_sub(2 * AROUND + 1), through: newest }),
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
    use crate::domain::conversation::{ConversationState, Party};
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

    const NOW: Timestamp = Timestamp::from_unix_seconds(1);

    fn person(n: u8) -> UserId {
        UserId::from_parts(NOW, [n; 10])
    }

    /// What staff reads of a conversation of 1 and 2 with so many messages, when 1 reports 2 in it.
    fn read(newest: u64, message_seq: Option<u64>) -> Result<(u64, u64), ContextUnavailable> {
        let conversation = Conversation {
            conversation_id: ConversationId::from_parts(NOW, [9; 10]),
            state: ConversationState::Closed,
            seq: newest,
            count: newest,
            party: Party::Pair([person(1), person(2)]),
            created_at: NOW,
            last: None,
        };
        let place = Place { conversation_id: conversation.conversation_id, message_seq };
        report(Some(place)).excerpt(place, Some(&conversation)).map(|excerpt| (excerpt.after, excerpt.through))
    }

    /// 1 reports 2.
    fn report(place: Option<Place>) -> Report {
        let statement = Statement { complaint: Complaint::Spam, text: String::new(), place };
        let report_id = ReportId::from_parts(NOW, [7; 10]);
        Report { report_id, reporter_id: person(1), subject_id: person(2), statement, created_at: NOW }
    }

    #[test]
    fn neither_party_judges() {
        assert_eq!([1, 2, 3].map(|n| report(None).may_be_judged_by(person(n))), [false, false, true]);
    }

    #[test]
    fn a_message_is_read_with_its_neighbours_and_never_more() {
        assert_eq!(read(100, Some(50)), Ok((44, 55)));
        assert_eq!(read(100, Some(2)), Ok((0, 7)));
        assert_eq!(read(100, Some(100)), Ok((94, 105)));
        assert_eq!(read(100, None), Ok((89, 100)));
        assert_eq!(read(3, None), Ok((0, 3)));
        assert_eq!(read(3, Some(4)), Err(ContextUnavailable::NoSuchMessage));
        for (after, through) in [Some(50), None].map(|seq| read(100, seq).unwrap()) {
            assert_eq!(through - after, MAX_CONTEXT as u64);
        }
    }

    #[test]
    fn a_conversation_of_others_is_not_read() {
        let place = Place { conversation_id: ConversationId::from_parts(NOW, [9; 10]), message_seq: None };
        assert_eq!(report(Some(place)).excerpt(place, None), Err(ContextUnavailable::NotTheirConversation));
    }
}

//! Conversations and their messages.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::fields::Refusal;
use super::id::{ConversationId, MessageId, UserId};
use super::text;
use super::time::Timestamp;

/// The longest text of a message, in characters. In UTF-8 and JSON it stays far below a socket frame of 32 KB.
pub const MAX_TEXT_CHARS: usize = 4_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConversationState {
    Open,
    /// Unmatched or blocked: nothing is added, and what was said is shown to nobody.
    Closed,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conversation {
    pub conversation_id: ConversationId,
    pub state: ConversationState,
    /// The number of the newest message. Numbers have no gaps and start at one.
    pub seq: u64,
    /// How many messages count as read or unread.
    pub count: u64,
    pub member_ids: Vec<UserId>,
    pub created_at: Timestamp,
    pub last: Option<Message>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    pub conversation_id: ConversationId,
    pub seq: u64,
    pub message_id: MessageId,
    pub sender_id: UserId,
    pub client_id: ClientId,
    pub text: MessageText,
    pub sent_at: Timestamp,
}

/// The text of a message: normalised, not empty, bounded.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MessageText(String);

impl MessageText {
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        text::paragraph("text", text, 1..=MAX_TEXT_CHARS).map(Self)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for MessageText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MessageText(…)")
    }
}

/// The name that a client gives a message, so that sending it again stores it once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ClientId(String);

impl ClientId {
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let is_id_char = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        if (1..=64).contains(&text.len()) && text.bytes().all(is_id_char) {
            Ok(Self(text.to_owned()))
        } else {
            Err("client_id must have 1 to 64 letters, digits, hyphens or underscores".into())
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

macro_rules! checked_strings {
    ($($name:ident)+) => {$(
        impl TryFrom<String> for $name {
            type Error = Refusal;

            fn try_from(text: String) -> Result<Self, Refusal> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.0
            }
        }
    )+};
}

checked_strings! { MessageText ClientId }

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_trimmed_bounded_and_kept_out_of_logs() {
        assert_eq!(MessageText::parse(" hi\nthere ").unwrap().as_str(), "hi\nthere");
        assert!(MessageText::parse(" \n ").is_err());
        assert!(MessageText::parse(&"é".repeat(MAX_TEXT_CHARS)).is_ok());
        assert!(MessageText::parse(&"é".repeat(MAX_TEXT_CHARS + 1)).is_err());
        assert!(!format!("{:?}", MessageText::parse("secret").unwrap()).contains("secret"));
    }

    #[test]
    fn a_client_id_cannot_break_out_of_its_key() {
        assert!(ClientId::parse("0193f2a0-7c1e").is_ok());
        for text in ["", "a#b", "a b", &"a".repeat(65)] {
            assert!(ClientId::parse(text).is_err(), "{text}");
        }
    }
}

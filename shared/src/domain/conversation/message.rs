//! What is said in a conversation.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::domain::fields::Refusal;
use crate::domain::id::{ConversationId, MessageId, UserId};
use crate::domain::text;
use crate::domain::time::Timestamp;

/// The longest text of a message, in characters. In UTF-8 and JSON it stays far below a socket frame of 32 KB.
pub const MAX_TEXT_CHARS: usize = 4_000;
/// The most messages that are sent as one list. Each is two items of a transaction, which holds a hundred.
pub const MAX_LIST: usize = 20;

/// An entry of a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    pub conversation_id: ConversationId,
    pub seq: u64,
    /// How many messages the conversation had with this entry.
    pub count: u64,
    pub message_id: MessageId,
    pub sender_id: UserId,
    pub sent_at: Timestamp,
    pub content: Content,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    Text {
        client_id: ClientId,
        text: MessageText,
        edited_at: Option<Timestamp>,
    },
    /// What is left of a message.
    Deleted {
        client_id: ClientId,
        deleted_at: Timestamp,
    },
    /// Says that an earlier message has another text now.
    Edit {
        of: u64,
        /// The text as it is now; nothing if the message was deleted since.
        text: Option<MessageText>,
    },
    /// Says that an earlier message is gone.
    Deletion {
        of: u64,
    },
}

impl Message {
    /// The text, if there is one to be read.
    pub fn text(&self) -> Option<&MessageText> {
        match &self.content {
            Content::Text { text, .. } => Some(text),
            Content::Edit { text, .. } => text.as_ref(),
            Content::Deleted { .. } | Content::Deletion { .. } => None,
        }
    }

    /// The name that its client gave the message; changes of messages have none.
    pub fn client_id(&self) -> Option<&ClientId> {
        match &self.content {
            Content::Text { client_id, .. } | Content::Deleted { client_id, .. } => Some(client_id),
            Content::Edit { .. } | Content::Deletion { .. } => None,
        }
    }
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

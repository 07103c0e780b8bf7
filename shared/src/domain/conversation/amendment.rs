//! Changes of a message by its sender.

use std::time::Duration;

use super::{Content, Message, MessageText};
use crate::domain::id::UserId;
use crate::domain::time::Timestamp;
use crate::error::{Code, Error, Result};

/// For how long a sender may say it differently.
pub const EDIT_WINDOW: Duration = Duration::from_mins(15);
/// For how long a sender may take it back.
pub const DELETE_WINDOW: Duration = Duration::from_hours(24);

/// What becomes of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Amendment {
    Edit(MessageText),
    Deletion,
}

impl Amendment {
    /// The message as it is after `by` has changed it; nothing if it is like that already.
    ///
    /// Entries of others, and entries that are no messages, look as if they were not there to be changed.
    pub fn of(&self, message: &Message, by: UserId, now: Timestamp) -> Result<Option<Message>> {
        if message.sender_id != by {
            return Err(Code::MessageNotFound.into());
        }
        let content = match (&message.content, self) {
            (Content::Edit { .. } | Content::Deletion { .. }, _) | (Content::Deleted { .. }, Self::Edit(_)) => {
                return Err(Code::MessageNotFound.into());
            }
            (Content::Deleted { .. }, Self::Deletion) => return Ok(None),
            (Content::Text { text, .. }, Self::Edit(other)) if text == other => return Ok(None),
            (Content::Text { client_id, .. }, Self::Edit(text)) => {
                Content::Text { client_id: client_id.clone(), text: text.clone(), edited_at: Some(now) }
            }
            (Content::Text { client_id, .. }, Self::Deletion) => {
                Content::Deleted { client_id: client_id.clone(), deleted_at: now }
            }
        };
        if now.since(message.sent_at) > self.window() {
            return Err(Error::new(Code::MessageFixed, self.too_late()));
        }
        Ok(Some(Message { content, ..message.clone() }))
    }

    /// The entry that tells of the change of the message with the number `of`.
    pub fn told(&self, of: u64) -> Content {
        match self {
            Self::Edit(text) => Content::Edit { of, text: Some(text.clone()) },
            Self::Deletion => Content::Deletion { of },
        }
    }

    const fn window(&self) -> Duration {
        match self {
            Self::Edit(_) => EDIT_WINDOW,
            Self::Deletion => DELETE_WINDOW,
        }
    }

    const fn too_late(&self) -> &'static str {
        match self {
            Self::Edit(_) => "A message can be edited for 15 minutes",
            Self::Deletion => "A message can be deleted for 24 hours",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::conversation::ClientId;
    use crate::domain::id::{ConversationId, Id, MessageId};

    const SENT: Timestamp = Timestamp::from_unix_seconds(1_000_000);

    fn person(n: u8) -> UserId {
        UserId::from_parts(SENT, [n; 10])
    }

    fn text(text: &str) -> MessageText {
        MessageText::parse(text).unwrap()
    }

    fn message(content: Content) -> Message {
        Message {
            conversation_id: ConversationId::from_parts(SENT, [1; 10]),
            seq: 3,
            count: 2,
            message_id: MessageId::from_parts(SENT, [2; 10]),
            sender_id: person(1),
            sent_at: SENT,
            content,
        }
    }

    fn said(words: &str) -> Message {
        let client_id = ClientId::parse("a1").unwrap();
        message(Content::Text { client_id, text: text(words), edited_at: None })
    }

    fn code(outcome: Result<Option<Message>>) -> Code {
        outcome.unwrap_err().code()
    }

    #[test]
    fn a_sender_may_say_it_differently_for_a_while() {
        let edit = Amendment::Edit(text("hello"));
        let now = SENT + EDIT_WINDOW;
        let edited = edit.of(&said("helo"), person(1), now).unwrap().unwrap();
        assert_eq!((edited.text(), edited.seq, edited.sent_at), (Some(&text("hello")), 3, SENT));
        assert!(matches!(edited.content, Content::Text { edited_at: Some(at), .. } if at == now));
        assert_eq!(code(edit.of(&said("helo"), person(1), now + Duration::from_millis(1))), Code::MessageFixed);
        assert_eq!(edit.of(&said("hello"), person(1), SENT + DELETE_WINDOW * 9).unwrap(), None, "nothing to do");
    }

    #[test]
    fn what_was_taken_back_leaves_no_text_and_stays_away() {
        let gone = Amendment::Deletion.of(&said("oops"), person(1), SENT + DELETE_WINDOW).unwrap().unwrap();
        assert_eq!((gone.text(), gone.client_id().map(ClientId::as_str)), (None, Some("a1")));
        assert_eq!(Amendment::Deletion.of(&gone, person(1), SENT).unwrap(), None);
        assert_eq!(code(Amendment::Edit(text("again")).of(&gone, person(1), SENT)), Code::MessageNotFound);
        let late = SENT + DELETE_WINDOW + Duration::from_millis(1);
        assert_eq!(code(Amendment::Deletion.of(&said("oops"), person(1), late)), Code::MessageFixed);
    }

    #[test]
    fn what_others_said_and_what_is_no_message_is_not_there_to_be_changed() {
        for amendment in [Amendment::Edit(text("mine now")), Amendment::Deletion] {
            assert_eq!(code(amendment.of(&said("yours"), person(2), SENT)), Code::MessageNotFound);
            let told = message(amendment.told(1));
            assert_eq!(code(amendment.of(&told, person(1), SENT)), Code::MessageNotFound);
        }
    }
}

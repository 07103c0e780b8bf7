//! The items of the chat table, shared by those who open and close conversations and those who talk in them.

use std::collections::HashMap;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::item::{Item, Key, decode};
use crate::domain::conversation::{
    ClientId, Content, Conversation, ConversationState, Message, MessageText, Participant, Party,
};
use crate::domain::id::{ConversationId, MessageId, ProjectId, UserId};
use crate::domain::time::Timestamp;
use crate::error::{Error, Result};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum StoredState {
    Open,
    Closed,
}

/// `CONV#c` / `META`. It is written with every message, so the members of a project are kept apart, in `ROSTER`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct StoredMeta {
    pub(super) conversation_id: ConversationId,
    pub(super) state: StoredState,
    /// The number of the newest entry; the next one gets the next number.
    pub(super) seq: u64,
    /// How many messages count as read or unread.
    pub(super) count: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) pair: Option<[UserId; 2]>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) project_id: Option<ProjectId>,
    pub(super) created_at: Timestamp,
    #[serde(default)]
    pub(super) last: Option<StoredMessage>,
}

/// `CONV#c` / `MSG#<seq>`, and the last message inside `META`
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct StoredMessage {
    pub(super) seq: u64,
    /// The `count` of the conversation with this entry.
    pub(super) count: u64,
    pub(super) message_id: MessageId,
    pub(super) sender_id: UserId,
    pub(super) sent_at: Timestamp,
    #[serde(flatten)]
    pub(super) content: StoredContent,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(super) enum StoredContent {
    Text {
        client_id: String,
        text: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        edited_at: Option<Timestamp>,
    },
    Deleted {
        client_id: String,
        deleted_at: Timestamp,
    },
    /// The text stands in the message itself, so that it is gone with it.
    Edit {
        of: u64,
    },
    Deletion {
        of: u64,
    },
}

/// `CONV#c` / `MEMBER#u`
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct StoredMember {
    pub(super) user_id: UserId,
    pub(super) read_seq: u64,
    pub(super) read_n: u64,
    pub(super) delivered_seq: u64,
    /// Set when somebody has left; their marks stay for when they return, and for whoever reads a report.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) left_at: Option<Timestamp>,
}

/// `CONV#c` / `CID#<sender>#<client_id>`
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct StoredSend {
    pub(super) seq: u64,
}

/// `USER#u` / `CONV#c`
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct StoredInboxLine {
    pub(super) conversation_id: ConversationId,
    pub(super) joined_at: Timestamp,
}

/// The attribute of `CONV#c` / `ROSTER`, a set of the members' ids in 16 bytes each.
pub(super) const MEMBERS: &str = "member_ids";
pub(super) const MEMBER: &str = "MEMBER#";
pub(super) const PAST: &str = "PAST#";

pub(super) fn meta_key(conversation_id: ConversationId) -> Key {
    Key::new(partition(conversation_id), "META")
}

pub(super) fn roster_key(conversation_id: ConversationId) -> Key {
    Key::new(partition(conversation_id), "ROSTER")
}

/// Twenty digits hold every `u64`, so that messages sort by their numbers.
pub(super) fn message_key(conversation_id: ConversationId, seq: u64) -> Key {
    Key::new(partition(conversation_id), format!("MSG#{seq:020}"))
}

pub(super) fn member_key(conversation_id: ConversationId, user_id: UserId) -> Key {
    Key::new(partition(conversation_id), format!("{MEMBER}{user_id}"))
}

pub(super) fn send_key(conversation_id: ConversationId, sender_id: UserId, client_id: &ClientId) -> Key {
    Key::new(partition(conversation_id), format!("CID#{sender_id}#{}", client_id.as_str()))
}

pub(super) fn inbox_key(user_id: UserId, conversation_id: ConversationId) -> Key {
    Key::new(format!("USER#{user_id}"), format!("CONV#{conversation_id}"))
}

/// `USER#u` / `PAST#c`: a conversation that is in somebody's inbox no more, by which what they said there is found when they
/// are erased.
pub(super) fn past_key(user_id: UserId, conversation_id: ConversationId) -> Key {
    Key::new(format!("USER#{user_id}"), format!("{PAST}{conversation_id}"))
}

pub(super) fn partition(conversation_id: ConversationId) -> String {
    format!("CONV#{conversation_id}")
}

/// A set of people, to be added to a roster or taken from it.
pub(super) fn people(user_ids: &[UserId]) -> AttributeValue {
    AttributeValue::Bs(user_ids.iter().map(|id| Blob::new(id.as_uuid().as_bytes())).collect())
}

pub(super) fn roster(item: Option<&Item>) -> Result<Vec<UserId>> {
    let set = item.and_then(|item| item.get(MEMBERS)).and_then(|members| members.as_bs().ok());
    let user_id = |blob: &Blob| Uuid::from_slice(blob.as_ref()).map(UserId::from_uuid).map_err(Error::internal);
    set.into_iter().flatten().map(user_id).collect()
}

/// Items of one or several conversations, by their keys.
pub(super) struct Found(HashMap<Key, Item>);

impl Found {
    pub(super) fn new(items: Vec<Item>) -> Self {
        let key = |item: &Item| {
            let part = |name| item.get(name).and_then(|value| value.as_s().ok()).cloned().unwrap_or_default();
            Key { pk: part("pk"), sk: part("sk") }
        };
        Self(items.into_iter().map(|item| (key(&item), item)).collect())
    }

    pub(super) fn conversation(&mut self, conversation_id: ConversationId) -> Result<Option<Conversation>> {
        let item = self.0.remove(&meta_key(conversation_id));
        item.map(|item| decode::<StoredMeta>(item)?.try_into()).transpose()
    }

    /// Somebody who takes part, not somebody who has left.
    pub(super) fn participant(
        &mut self,
        conversation_id: ConversationId,
        user_id: UserId,
    ) -> Result<Option<Participant>> {
        let Some(item) = self.0.remove(&member_key(conversation_id, user_id)) else { return Ok(None) };
        let member: StoredMember = decode(item)?;
        Ok(member.left_at.is_none().then(|| member.into()))
    }

    pub(super) fn message(&mut self, conversation_id: ConversationId, seq: u64) -> Result<Option<Message>> {
        let item = self.0.remove(&message_key(conversation_id, seq));
        item.map(|item| decode::<StoredMessage>(item)?.restore(conversation_id)).transpose()
    }

    pub(super) fn send(&mut self, key: &Key) -> Result<Option<StoredSend>> {
        self.0.remove(key).map(decode).transpose()
    }
}

impl StoredMeta {
    pub(super) fn of_pair(conversation_id: ConversationId, pair: [UserId; 2], at: Timestamp) -> Self {
        Self { pair: Some(pair), ..Self::new(conversation_id, at) }
    }

    pub(super) fn of_project(project_id: ProjectId, at: Timestamp) -> Self {
        Self { project_id: Some(project_id), ..Self::new(Conversation::of_project(project_id), at) }
    }

    const fn new(conversation_id: ConversationId, created_at: Timestamp) -> Self {
        let state = StoredState::Open;
        Self { conversation_id, state, seq: 0, count: 0, pair: None, project_id: None, created_at, last: None }
    }
}

impl From<&Participant> for StoredMember {
    fn from(member: &Participant) -> Self {
        let Participant { user_id, read_seq, read_count: read_n, delivered_seq } = *member;
        Self { user_id, read_seq, read_n, delivered_seq, left_at: None }
    }
}

impl From<StoredMember> for Participant {
    fn from(stored: StoredMember) -> Self {
        let StoredMember { user_id, read_seq, read_n: read_count, delivered_seq, .. } = stored;
        Self { user_id, read_seq, read_count, delivered_seq }
    }
}

impl StoredMessage {
    pub(super) fn restore(self, conversation_id: ConversationId) -> Result<Message> {
        let client_id = |id: String| ClientId::parse(&id).map_err(Error::internal);
        let content = match self.content {
            StoredContent::Text { client_id: id, text, edited_at } => Content::Text {
                client_id: client_id(id)?,
                text: MessageText::parse(&text).map_err(Error::internal)?,
                edited_at,
            },
            StoredContent::Deleted { client_id: id, deleted_at } => {
                Content::Deleted { client_id: client_id(id)?, deleted_at }
            }
            StoredContent::Edit { of } => Content::Edit { of, text: None },
            StoredContent::Deletion { of } => Content::Deletion { of },
        };
        let Self { seq, count, message_id, sender_id, sent_at, .. } = self;
        Ok(Message { conversation_id, seq, count, message_id, sender_id, sent_at, content })
    }
}

impl From<&Message> for StoredMessage {
    fn from(message: &Message) -> Self {
        let content = match &message.content {
            Content::Text { client_id, text, edited_at } => StoredContent::Text {
                client_id: client_id.as_str().to_owned(),
                text: text.as_str().to_owned(),
                edited_at: *edited_at,
            },
            Content::Deleted { client_id, deleted_at } => {
                StoredContent::Deleted { client_id: client_id.as_str().to_owned(), deleted_at: *deleted_at }
            }
            Content::Edit { of, .. } => StoredContent::Edit { of: *of },
            Content::Deletion { of } => StoredContent::Deletion { of: *of },
        };
        let Message { seq, count, message_id, sender_id, sent_at, .. } = *message;
        Self { seq, count, message_id, sender_id, sent_at, content }
    }
}

impl TryFrom<StoredMeta> for Conversation {
    type Error = Error;

    fn try_from(stored: StoredMeta) -> Result<Self> {
        Ok(Self {
            conversation_id: stored.conversation_id,
            party: match (stored.pair, stored.project_id) {
                (Some(pair), _) => Party::Pair(pair),
                (None, Some(project_id)) => Party::Project(project_id),
                (None, None) => return Err(Error::internal("a conversation of nobody")),
            },
            state: match stored.state {
                StoredState::Open => ConversationState::Open,
                StoredState::Closed => ConversationState::Closed,
            },
            seq: stored.seq,
            count: stored.count,
            created_at: stored.created_at,
            last: stored.last.map(|last| last.restore(stored.conversation_id)).transpose()?,
        })
    }
}

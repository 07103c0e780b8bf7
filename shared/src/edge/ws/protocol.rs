//! The protocol on the socket: every frame there is, and what it carries. `infra/PROTOCOL.md` tells it to client authors,
//! and the `AsyncAPI` document is made from these types.
//!
//! What a client sends has fields of [`Input`], so that all that is wrong with a frame is named at once.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::conversation::KnownInput;
use crate::domain::id::{ConversationId, UserId};
use crate::domain::input::Input;
use crate::domain::presence::Presence;
use crate::domain::time::Timestamp;

macro_rules! kinds {
    ($(#[$doc:meta])* $name:ident { $($variant:ident $text:literal $summary:literal;)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $(#[doc = $summary] $variant,)+ }

        impl $name {
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The `type` on the wire.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }

            pub const fn summary(self) -> &'static str {
                match self { $(Self::$variant => $summary,)+ }
            }
        }

        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
    };
}

kinds! {
    /// The frames of clients.
    ClientKind {
        Hello "hello" "The first frame of a socket; asks what has changed.";
        Ping "ping" "Keeps a quiet socket open.";
        ChatSend "chat.send" "Sends a message, or several as a list.";
        ChatRead "chat.read" "Says how far one has read.";
        ChatDelivered "chat.delivered" "Says what one's device has received.";
        ChatTyping "chat.typing" "Says that one is writing, or no longer.";
        PresenceSubscribe "presence.subscribe" "Says whose presence one wants to hear of.";
    }
}

kinds! {
    /// The frames of the server.
    ServerKind {
        Ack "ack" "Answers a frame that was carried out.";
        Error "error" "Answers a frame that was not.";
        MessageNew "message.new" "An entry of a conversation: a message, an edit or a deletion.";
        MessageRead "message.read" "Somebody has read up to an entry.";
        MessageDelivered "message.delivered" "A device of somebody has received the entries up to one.";
        Typing "typing" "Somebody is writing, or no longer.";
        Presence "presence" "Somebody has come or gone.";
        MatchNew "match.new" "Two people like each other, and can talk.";
        SyncRequired "sync.required" "Something has changed that only a sync tells.";
        Reconnect "reconnect" "This socket ends soon: open another one, then close this.";
    }
}

impl ClientKind {
    pub(super) fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == text)
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HelloData {
    /// The number of the last entry one has of each conversation, at most 1,000. Left out, nothing is compared.
    #[schema(value_type = Option<BTreeMap<String, u64>>)]
    pub conversations: Option<Input<KnownInput>>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct HelloAck {
    pub user_id: UserId,
    pub server_time: Timestamp,
    /// How long a socket counts as alive after its last frame.
    pub lease_seconds: u64,
    /// After how many seconds without a frame a client pings.
    pub ping_seconds: u64,
    /// From when on the server asks to reconnect.
    pub reconnect_at: Timestamp,
    /// What has changed, if the client said what it has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changed: Option<Changed>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Changed {
    /// Conversations with entries that the client lacks, at most 100.
    pub conversations: Vec<Newest>,
    /// Conversations that the client knows and that are closed to it now, at most 100.
    pub closed: Vec<ConversationId>,
    /// There are more than these: only a sync tells all.
    pub sync_required: bool,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Newest {
    pub conversation_id: ConversationId,
    /// The number of the newest entry.
    pub seq: u64,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PingData {}

#[derive(Debug, Serialize, ToSchema)]
pub struct PingAck {
    pub server_time: Timestamp,
}

/// Either `client_id` and `text`, or `messages`.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SendData {
    #[schema(value_type = ConversationId)]
    pub conversation_id: Input<ConversationId>,
    /// The client's name for the message, 1 to 64 letters, digits, hyphens or underscores. Send it again after a lost
    /// answer, and the message is stored once.
    #[schema(value_type = Option<String>, max_length = 64, example = "0193f2a0-7c1e-7b3a-9d52-3f1c8e6a4b10")]
    pub client_id: Option<Input<String>>,
    /// 1 to 4,000 characters.
    #[schema(value_type = Option<String>, min_length = 1, max_length = 4_000)]
    pub text: Option<Input<String>>,
    /// 1 to 20 messages that are stored together, in this order.
    #[schema(value_type = Option<Vec<DraftMessage>>, min_items = 1, max_items = 20)]
    pub messages: Option<Input<Vec<DraftMessage>>>,
}

/// One of several messages that are sent together.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DraftMessage {
    #[schema(value_type = String, max_length = 64, example = "0193f2a0-7c1e-7b3a-9d52-3f1c8e6a4b10")]
    pub client_id: Input<String>,
    #[schema(value_type = String, min_length = 1, max_length = 4_000)]
    pub text: Input<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MarkData {
    #[schema(value_type = ConversationId)]
    pub conversation_id: Input<ConversationId>,
    /// The number of the last entry.
    #[schema(value_type = u64, minimum = 1)]
    pub seq: Input<u64>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct MarkAck {
    pub conversation_id: ConversationId,
    /// Where the mark stands now, which may be further on.
    pub seq: u64,
    /// How many messages are unread.
    pub unread: u64,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TypingData {
    #[schema(value_type = ConversationId)]
    pub conversation_id: Input<ConversationId>,
    /// Left out, it is true.
    #[serde(default = "yes")]
    #[schema(value_type = bool, default = true)]
    pub is_typing: Input<bool>,
}

fn yes() -> Input<bool> {
    true.into()
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SubscribeData {
    /// At most 100 people; those with whom one is not connected are left out. It replaces what was asked for before.
    #[schema(value_type = Vec<UserId>, max_items = 100)]
    pub user_ids: Input<Vec<UserId>>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct SubscribeAck {
    /// Those whose presence one may know.
    pub presences: Vec<PresenceView>,
}

/// Whether somebody is there.
#[derive(Debug, Serialize, ToSchema)]
pub struct PresenceView {
    pub user_id: UserId,
    pub is_online: bool,
    /// Since when they are there, or when they were last seen. Left out if nobody knows, or may know.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// Grows with everything that happens to their sockets, and with their settings: what has a smaller one than a client
    /// knows came late and says nothing.
    pub version: u64,
}

impl From<Presence> for PresenceView {
    fn from(presence: Presence) -> Self {
        let Presence { user_id, is_online, at, .. } = presence;
        Self { user_id, is_online, at, version: presence.order() }
    }
}

/// The answer to frames after which there is nothing to say.
#[derive(Debug, Serialize, ToSchema)]
pub struct Done {}

/// How far somebody has read or received.
#[derive(Debug, Serialize, ToSchema)]
pub struct MarkMoved {
    pub conversation_id: ConversationId,
    pub user_id: UserId,
    pub seq: u64,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Typing {
    pub conversation_id: ConversationId,
    pub user_id: UserId,
    pub is_typing: bool,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct MatchNew {
    /// The other one.
    pub user_id: UserId,
    pub conversation_id: ConversationId,
    pub matched_at: Timestamp,
    /// What they wrote when they liked one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub intro: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct SyncRequired {
    pub reason: SyncReason,
}

#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SyncReason {
    /// One has a conversation more, or less.
    Conversations,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Reconnect {
    /// The gateway ends the socket then.
    pub ends_at: Timestamp,
}

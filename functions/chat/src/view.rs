//! A conversation as one of those who take part sees it.

use serde::Serialize;
use shared::domain::conversation::{Participant, Party};
use shared::domain::id::{ConversationId, ProjectId, UserId};
use shared::domain::time::Timestamp;
use shared::edge::views::MessageView;
use shared::ports::conversations::InboxLine;
use utoipa::ToSchema;

#[derive(Serialize, ToSchema)]
pub(crate) struct ConversationView {
    conversation_id: ConversationId,
    /// The other one, if two people talk and the other one has not erased their account.
    #[serde(skip_serializing_if = "Option::is_none")]
    with: Option<UserId>,
    /// The project, if its members talk.
    #[serde(skip_serializing_if = "Option::is_none")]
    project_id: Option<ProjectId>,
    /// Whether something can be sent.
    is_open: bool,
    /// The number of the newest entry, 0 before the first.
    seq: u64,
    /// How many messages one has not read.
    unread: u64,
    /// One's own marks, and those of the other one if two people talk.
    marks: Vec<MarksView>,
    /// The newest message as it is now.
    last_message: Option<MessageView>,
    created_at: Timestamp,
}

/// How far somebody has come. Marks only move forward.
#[derive(Serialize, ToSchema)]
pub(crate) struct MarksView {
    user_id: UserId,
    /// The number of the last entry that they have read.
    read_seq: u64,
    /// The number of the last entry that one of their devices has received.
    delivered_seq: u64,
}

impl ConversationView {
    /// The same with at most so many characters of the last message.
    pub(crate) fn shortened(mut self, characters: usize) -> Self {
        if let Some(text) = self.last_message.as_mut().and_then(|message| message.text.as_mut())
            && let Some((end, _)) = text.char_indices().nth(characters)
        {
            text.truncate(end);
        }
        self
    }
}

impl From<&InboxLine> for ConversationView {
    fn from(InboxLine { seat, other }: &InboxLine) -> Self {
        let conversation = &seat.conversation;
        let (with, project_id) = match conversation.party {
            Party::Pair(pair) => {
                let is_other = |person: &UserId| *person != seat.own.user_id && *person != UserId::NOBODY;
                (pair.into_iter().find(is_other), None)
            }
            Party::Project(project_id) => (None, Some(project_id)),
        };
        Self {
            conversation_id: conversation.conversation_id,
            with,
            project_id,
            is_open: conversation.is_open(),
            seq: conversation.seq,
            unread: seat.own.unread(conversation.count),
            marks: [Some(&seat.own), other.as_ref()].into_iter().flatten().map(MarksView::from).collect(),
            last_message: conversation.last.as_ref().map(MessageView::from),
            created_at: conversation.created_at,
        }
    }
}

impl From<&Participant> for MarksView {
    fn from(participant: &Participant) -> Self {
        let Participant { user_id, read_seq, delivered_seq, .. } = *participant;
        Self { user_id, read_seq, delivered_seq }
    }
}

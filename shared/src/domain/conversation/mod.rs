//! Conversations: who takes part, what was said, and how far everybody has read.
//!
//! Everything that happens in a conversation is an entry with a number of its own: a message, a change of one, or its
//! deletion. Numbers have no gaps, so whoever knows the last one it has seen knows exactly what it lacks.

mod amendment;
mod mark;
mod message;
mod sync;

pub use amendment::{Amendment, DELETE_WINDOW, EDIT_WINDOW};
pub use mark::{Advance, Mark, Participant};
pub use message::{ClientId, Content, MAX_LIST, MAX_TEXT_CHARS, Message, MessageText};
pub use sync::{Gap, Known, KnownInput, Missing, PAGE, SYNC_MESSAGES, plan};

use super::id::{ConversationId, ProjectId, UserId};
use super::time::Timestamp;

/// The most people to whom it is told who is writing, and who has read what: in a crowd it would be told without end.
pub const MAX_CLOSE: usize = 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConversationState {
    Open,
    /// Unmatched, blocked, of a project that is closed, or one of two has erased their account: nothing is added.
    Closed,
}

/// Who talks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Party {
    /// Two people who matched.
    Pair([UserId; 2]),
    /// The members of a project. They may be hundreds, so who they are is read apart.
    Project(ProjectId),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conversation {
    pub conversation_id: ConversationId,
    pub party: Party,
    pub state: ConversationState,
    /// The number of the newest entry. Numbers have no gaps and start at one.
    pub seq: u64,
    /// How many of the entries are messages, deleted ones included: what counts as read or unread.
    pub count: u64,
    pub created_at: Timestamp,
    /// The newest message as it is now.
    pub last: Option<Message>,
}

impl Conversation {
    /// The conversation of a project's members, which has the id of the project.
    pub const fn of_project(project_id: ProjectId) -> ConversationId {
        ConversationId::from_uuid(*project_id.as_uuid())
    }

    pub fn is_open(&self) -> bool {
        self.state == ConversationState::Open
    }

    /// Whether those who take part may read it. What two people said is gone with their match; what a project said is
    /// its memory; and what somebody was told is still theirs when the other one has erased their account.
    pub fn is_readable(&self) -> bool {
        self.is_open()
            || match self.party {
                Party::Pair(pair) => pair.contains(&UserId::NOBODY),
                Party::Project(_) => true,
            }
    }
}

//! What is stored: tables, the outbox with its stream, the queue behind it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use shared::domain::conversation::{Conversation, ConversationState, Message, Participant, Party};
use shared::domain::id::{ConversationId, OutboxId, UserId};
use shared::domain::outbox::OutboxEntry;
use shared::domain::presence::Watcher;
use shared::domain::socket::{ConnectionId, Socket, TicketHolder};
use shared::domain::time::Timestamp;
use shared::ports::outbox::SweepProgress;

#[derive(Default)]
pub(super) struct State {
    pub(super) talks: BTreeMap<ConversationId, Talk>,
    pub(super) inboxes: BTreeMap<UserId, BTreeSet<ConversationId>>,
    pub(super) sockets: BTreeMap<ConnectionId, Socket>,
    pub(super) tickets: BTreeMap<String, (TicketHolder, Timestamp)>,
    pub(super) outbox: BTreeMap<OutboxId, OutboxEntry>,
    /// Rows that the stream carries to `outbox`.
    pub(super) stream: VecDeque<OutboxEntry>,
    pub(super) queue: Vec<Queued>,
    pub(super) dead_letters: Vec<String>,
    pub(super) sweep: SweepProgress,
    pub(super) told: BTreeMap<UserId, ToldOf>,
    pub(super) watchers: BTreeMap<UserId, Vec<Watcher>>,
    /// Of those who have changed their settings: how often, and whether they hide that they are there.
    pub(super) settings: BTreeMap<UserId, (u64, bool)>,
    /// Promises that were seen to be broken while it happened.
    pub(super) complaints: Vec<String>,
}

/// What the registry notes of a person beside their sockets.
#[derive(Clone, Copy, Default)]
pub(super) struct ToldOf {
    pub(super) is_online: bool,
    pub(super) version: u64,
    pub(super) seen_at: Option<Timestamp>,
}

/// A message in the queue.
#[derive(Clone)]
pub(super) struct Queued {
    pub(super) id: u64,
    pub(super) body: String,
    pub(super) visible_at: Timestamp,
    pub(super) receives: u32,
}

/// A conversation with all that belongs to it.
pub(super) struct Talk {
    pub(super) meta: Conversation,
    pub(super) participants: BTreeMap<UserId, Participant>,
    pub(super) entries: BTreeMap<u64, Message>,
    /// When each entry was committed.
    pub(super) committed_at: BTreeMap<u64, Timestamp>,
    pub(super) sends: BTreeMap<(UserId, String), u64>,
    /// When the answer to a block or an unmatch was given.
    pub(super) closed_at: Option<Timestamp>,
}

impl Talk {
    pub(super) fn between(conversation_id: ConversationId, party: Party, people: &[UserId], at: Timestamp) -> Self {
        let participant = |person: &UserId| (*person, Participant::new(*person, 0, 0));
        Self {
            meta: Conversation {
                conversation_id,
                party,
                state: ConversationState::Open,
                seq: 0,
                count: 0,
                created_at: at,
                last: None,
            },
            participants: people.iter().map(participant).collect(),
            entries: BTreeMap::new(),
            committed_at: BTreeMap::new(),
            sends: BTreeMap::new(),
            closed_at: None,
        }
    }
}

impl State {
    pub(super) fn open(&mut self, talk: Talk) {
        let id = talk.meta.conversation_id;
        for person in talk.participants.keys() {
            self.inboxes.entry(*person).or_default().insert(id);
        }
        self.talks.insert(id, talk);
    }

    /// Something has happened to somebody's sockets.
    pub(super) fn touch(&mut self, user_id: UserId, seen_at: Option<Timestamp>) {
        let told = self.told.entry(user_id).or_default();
        told.version += 1;
        told.seen_at = seen_at.or(told.seen_at);
    }

    /// The transaction of somebody who changes their settings.
    pub(super) fn hide(&mut self, user_id: UserId, hides: bool, promise: &OutboxEntry) {
        let settings = self.settings.entry(user_id).or_default();
        *settings = (settings.0 + 1, hides);
        self.outbox.insert(promise.id, promise.clone());
        self.stream.push_back(promise.clone());
    }

    /// The transaction of a block or an unmatch.
    pub(super) fn close(&mut self, conversation_id: ConversationId) {
        if let Some(talk) = self.talks.get_mut(&conversation_id) {
            talk.meta.state = ConversationState::Closed;
            for person in talk.participants.keys() {
                self.inboxes.entry(*person).or_default().remove(&conversation_id);
            }
        }
    }
}

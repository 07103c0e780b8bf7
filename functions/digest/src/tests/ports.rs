//! The town as its ports show it.

use async_trait::async_trait;
use shared::domain::conversation::{Conversation, ConversationState, Message, Participant, Party};
use shared::domain::id::{ConversationId, Id};
use shared::domain::matching::Person;
use shared::domain::pair::{Connection, Pair};
use shared::domain::profile::Profile;
use shared::domain::socket::{ConnectionId, Socket};
use shared::domain::time::Timestamp;
use shared::ports::conversations::{Conversations, InboxLine, InboxPage, Seat};
use shared::ports::likes::{Likes, ReceivedLike};
use shared::ports::pairs::{BlockedPerson, ConnectedPerson, Consequences, Pairs};
use shared::ports::profiles;

use super::super::*;
use super::world::{HOUR, NOON, World};

fn not_asked<T>() -> Result<T> {
    Err(Error::internal("a digest does not ask for this"))
}

#[async_trait]
impl Digests for World {
    async fn due(&self, now: Timestamp, limit: usize) -> Result<Vec<UserId>> {
        let states = self.states.lock().unwrap();
        let mut due: Vec<_> = states.values().filter(|state| state.due <= now).collect();
        due.sort_by_key(|state| state.due);
        Ok(due.iter().map(|state| state.settings.user_id).take(limit).collect())
    }

    async fn find_many(&self, user_ids: &[UserId]) -> Result<Vec<DigestState>> {
        let slowness = *self.slowness.lock().unwrap();
        let now = self.now();
        *self.now.lock().unwrap() = now + slowness;
        let states = self.states.lock().unwrap();
        Ok(user_ids.iter().filter_map(|user_id| states.get(user_id)).cloned().collect())
    }

    async fn advance(&self, before: &DigestState, next: Option<Timestamp>, mail: Option<&DigestMail>) -> Result<bool> {
        let mut states = self.states.lock().unwrap();
        if *self.has_rival.lock().unwrap() {
            states.values_mut().for_each(|state| state.due = state.due + HOUR * 24);
        }
        let state = states.get_mut(&before.settings.user_id).unwrap();
        if state != before {
            return Ok(false);
        }
        state.due = next.unwrap_or(Timestamp::MAX);
        if let Some(DigestMail { promise, seen }) = mail {
            state.seen = *seen;
            let Effect::Mail(effect) = &promise.effect else { return not_asked() };
            self.mails.lock().unwrap().push((effect.user_id, effect.counts.unwrap()));
        }
        Ok(true)
    }
}

#[async_trait]
impl Profiles for World {
    async fn find(&self, _: UserId) -> Result<Option<Profile>> {
        not_asked()
    }

    async fn find_people(&self, user_ids: &[UserId]) -> Result<Vec<Person>> {
        let profiles = self.profiles.lock().unwrap();
        let found = user_ids.iter().filter_map(|user_id| profiles.get(user_id));
        Ok(found.map(|profile| Person::new(profile.clone(), None)).collect())
    }

    async fn save(&self, _: &Profile, _: &profiles::Consequences) -> Result<bool> {
        not_asked()
    }
}

#[async_trait]
impl Registry for World {
    async fn add(&self, _: &Socket) -> Result<Vec<ConnectionId>> {
        not_asked()
    }

    async fn find(&self, _: &ConnectionId) -> Result<Option<Socket>> {
        not_asked()
    }

    async fn renew(&self, _: &Socket, _: Timestamp) -> Result<()> {
        not_asked()
    }

    async fn remove(&self, _: UserId, _: &ConnectionId) -> Result<()> {
        not_asked()
    }

    async fn all_of(&self, _: UserId) -> Result<Vec<Socket>> {
        not_asked()
    }

    async fn live_sockets_of(&self, user_ids: &[UserId]) -> Result<Vec<Socket>> {
        let online = self.online.lock().unwrap();
        let socket = |user_id: &UserId| Socket {
            connection_id: ConnectionId::new("c"),
            user_id: *user_id,
            session_id: Id::from_parts(NOON, [1; 10]),
            connected_at: NOON,
            lease_until: NOON + HOUR,
        };
        Ok(user_ids.iter().filter(|user_id| online.contains(user_id)).map(socket).collect())
    }
}

#[async_trait]
impl Conversations for World {
    /// Everybody is in every conversation.
    async fn inbox(&self, user_id: UserId, _: Option<ConversationId>, _: usize) -> Result<InboxPage> {
        if *self.broken.lock().unwrap() == Some(user_id) {
            return Err(Error::internal("an item that cannot be read"));
        }
        let line = |(message, unread): &(Message, u64)| {
            let conversation = Conversation {
                conversation_id: message.conversation_id,
                state: ConversationState::Open,
                seq: message.seq,
                count: message.seq,
                party: Party::Pair([user_id, message.sender_id]),
                created_at: NOON - HOUR * 100,
                last: Some(message.clone()),
            };
            let own = Participant::new(user_id, message.seq - unread, message.seq - unread);
            InboxLine { seat: Seat { conversation, own }, other: None }
        };
        let lines = self.messages.lock().unwrap().iter().map(line).collect();
        Ok(InboxPage { lines, next: None })
    }

    async fn find(&self, _: ConversationId) -> Result<Option<Conversation>> {
        not_asked()
    }

    async fn seat(&self, _: ConversationId, _: UserId) -> Result<Option<Seat>> {
        not_asked()
    }

    async fn members(&self, _: &Conversation) -> Result<Vec<UserId>> {
        not_asked()
    }

    async fn participants(&self, _: ConversationId, _: usize) -> Result<Vec<Participant>> {
        not_asked()
    }

    async fn have_met_in(&self, _: ConversationId, _: &[UserId]) -> Result<bool> {
        not_asked()
    }

    async fn history(&self, _: ConversationId, _: u64, _: usize) -> Result<Vec<Message>> {
        not_asked()
    }
}

#[async_trait]
impl Pairs for World {
    async fn find(&self, _: UserId, _: UserId) -> Result<Pair> {
        not_asked()
    }

    async fn find_many(&self, user_id: UserId, others: &[UserId]) -> Result<Vec<Pair>> {
        let pairs = self.pairs.lock().unwrap();
        let own = pairs.iter().filter(|pair| pair.people().contains(&user_id));
        Ok(own.filter(|pair| others.contains(&pair.other(user_id))).cloned().collect())
    }

    async fn replace(&self, _: &Pair, _: &Pair, _: &Consequences) -> Result<bool> {
        not_asked()
    }

    async fn answered_by(&self, _: UserId) -> Result<Vec<UserId>> {
        not_asked()
    }

    async fn connections_of(&self, user_id: UserId) -> Result<Vec<ConnectedPerson>> {
        let pairs = self.pairs.lock().unwrap();
        let own = pairs.iter().filter(|pair| pair.people().contains(&user_id));
        let line = |pair: &Pair| match pair.connection {
            Connection::Matched { conversation_id, at } => {
                Some(ConnectedPerson { user_id: pair.other(user_id), conversation_id, matched_at: at, intro: None })
            }
            _ => None,
        };
        Ok(own.filter_map(line).collect())
    }

    async fn blocks_of(&self, _: UserId) -> Result<Vec<BlockedPerson>> {
        not_asked()
    }
}

#[async_trait]
impl Likes for World {
    async fn received(&self, user_id: UserId, _: Option<UserId>, limit: usize) -> Result<Vec<ReceivedLike>> {
        let pairs = self.pairs.lock().unwrap();
        let own = pairs.iter().filter(|pair| pair.people().contains(&user_id));
        let row = |pair: &Pair| {
            let like = pair.waiting_like(user_id)?;
            Some(ReceivedLike { user_id: pair.other(user_id), liked_at: like.at })
        };
        Ok(own.filter_map(row).take(limit).collect())
    }
}

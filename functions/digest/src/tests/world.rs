//! A town in memory, with a clock in the test's hand.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use shared::domain::conversation::{ClientId, Content, Message, MessageText};
use shared::domain::digest::DigestCounts;
use shared::domain::id::{ConversationId, Id};
use shared::domain::pair::Pair;
use shared::domain::profile::{Profile, ProfileDetails};
use shared::domain::settings::Settings;
use shared::domain::time::Timestamp;
use shared::ports::ambient::{Clock, Rng};
use shared::received_likes::ReceivedLikes;

use super::super::*;

/// An hour of the afternoon, in which nobody wants to be left alone.
pub(super) const NOON: Timestamp = Timestamp::from_unix_seconds(1_795_348_800);
pub(super) const HOUR: Duration = Duration::from_hours(1);

pub(super) struct World {
    pub(super) now: Mutex<Timestamp>,
    pub(super) states: Mutex<BTreeMap<UserId, DigestState>>,
    pub(super) profiles: Mutex<BTreeMap<UserId, Profile>>,
    pub(super) online: Mutex<BTreeSet<UserId>>,
    pub(super) pairs: Mutex<Vec<Pair>>,
    pub(super) messages: Mutex<Vec<(Message, u64)>>,
    pub(super) mails: Mutex<Vec<(UserId, DigestCounts)>>,
    /// Nothing can be read of this person.
    pub(super) broken: Mutex<Option<UserId>>,
    /// Another run moves everybody on between the reads of this one and its writes.
    pub(super) has_rival: Mutex<bool>,
    /// How long reading a batch takes.
    pub(super) slowness: Mutex<Duration>,
    /// How many mails SES takes.
    pub(super) per_second: Mutex<u32>,
}

pub(super) fn id(number: usize) -> UserId {
    let mut entropy = [0; 10];
    entropy[2..].copy_from_slice(&number.to_be_bytes());
    UserId::from_parts(Timestamp::from_unix_seconds(0), entropy)
}

pub(super) fn conversation(number: u8) -> ConversationId {
    ConversationId::from_parts(NOON, [number; 10])
}

impl World {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self {
            now: Mutex::new(NOON),
            states: Mutex::default(),
            profiles: Mutex::default(),
            online: Mutex::default(),
            pairs: Mutex::default(),
            messages: Mutex::default(),
            mails: Mutex::default(),
            broken: Mutex::default(),
            has_rival: Mutex::default(),
            slowness: Mutex::default(),
            per_second: Mutex::new(10),
        })
    }

    /// Somebody with a profile, whose digest is due and whose last one told of the time until six hours ago.
    pub(super) fn resident(&self, number: usize) -> UserId {
        let user_id = id(number);
        let said = serde_json::json!({"name": "Sam", "field": "design", "experience_years": 5, "time_zone": "UTC"});
        let details = ProfileDetails::parse(&serde_json::from_value(said).unwrap()).unwrap();
        self.profiles.lock().unwrap().insert(user_id, Profile::new(user_id, details, NOON));
        let settings = Settings { version: 1, ..Settings::of_newcomer(user_id) };
        let state = DigestState { settings, due: NOON - HOUR, seen: NOON - HOUR * 6 };
        self.states.lock().unwrap().insert(user_id, state);
        user_id
    }

    pub(super) fn wishes(&self, user_id: UserId, wish: impl FnOnce(&mut Settings)) {
        wish(&mut self.states.lock().unwrap().get_mut(&user_id).unwrap().settings);
    }

    /// One person likes another, so long ago.
    pub(super) fn likes(&self, by: UserId, other: UserId, ago: Duration) {
        let mut pairs = self.pairs.lock().unwrap();
        let known = pairs.iter().position(|pair| pair.people() == Pair::strangers(by, other).people());
        let mut pair = known.map_or_else(|| Pair::strangers(by, other), |place| pairs.swap_remove(place));
        pair.like(by, None, conversation(1), NOON - ago).unwrap();
        pairs.push(pair);
    }

    /// A conversation of two in which `sender` has said the last word, and of which `unread` messages are not read.
    pub(super) fn talk(&self, number: u8, sender: UserId, ago: Duration, unread: u64) {
        let message = Message {
            conversation_id: conversation(number),
            seq: 9,
            message_id: Id::from_parts(NOON, [number; 10]),
            sender_id: sender,
            count: 9,
            sent_at: NOON - ago,
            content: Content::Text {
                client_id: ClientId::parse("m").unwrap(),
                text: MessageText::parse("Hello").unwrap(),
                edited_at: None,
            },
        };
        self.messages.lock().unwrap().push((message, unread));
    }

    pub(super) async fn runs(self: &Arc<Self>) -> Result<()> {
        let likes = ReceivedLikes::new(self.clone(), self.clone(), self.clone());
        let deps = Deps {
            digests: self.clone(),
            profiles: self.clone(),
            registry: self.clone(),
            news: News::new(self.clone(), self.clone(), self.clone(), likes),
            ambient: Ambient::new(Arc::new(Hands(self.clone())), Arc::new(Hands(self.clone()))),
        };
        let per_second = *self.per_second.lock().unwrap();
        run(&deps, Allowance::at_rate(per_second)).await
    }

    pub(super) fn mails(&self) -> Vec<(UserId, DigestCounts)> {
        std::mem::take(&mut self.mails.lock().unwrap())
    }

    pub(super) fn state(&self, user_id: UserId) -> DigestState {
        self.states.lock().unwrap()[&user_id].clone()
    }

    pub(super) fn now(&self) -> Timestamp {
        *self.now.lock().unwrap()
    }
}

struct Hands(Arc<World>);

impl Clock for Hands {
    fn now(&self) -> Timestamp {
        self.0.now()
    }
}

impl Rng for Hands {
    fn fill(&self, _bytes: &mut [u8]) {}
}

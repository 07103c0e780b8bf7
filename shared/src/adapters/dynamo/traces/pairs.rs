//! What somebody and others think of each other.

use async_trait::async_trait;

use super::super::item::Key;
use super::super::outbox::DynamoOutbox;
use super::super::pairs::{MET, StoredPair, block_key, contact_key, met_key, pair_key};
use super::super::range::Range;
use super::super::table::{Read, Table};
use super::super::{likes, tastes, watches};
use crate::domain::id::UserId;
use crate::domain::outbox::{Effect, PushEffect};
use crate::domain::pair::Pair;
use crate::domain::presence::Watcher;
use crate::domain::socket::ConnectionId;
use crate::error::{Error, Result};
use crate::ports::ambient::Ambient;
use crate::ports::erasures::{Left, Traces};
use crate::ports::outbox::Promises;

/// How many others are gone through at a time.
const OTHERS: usize = 25;

/// What the person's sockets watch is found by those whom the person knows, too: nobody else can be watched.
#[derive(Clone, Debug)]
pub struct PairTraces {
    social: Table,
    realtime: Table,
    outbox: DynamoOutbox,
    ambient: Ambient,
}

impl PairTraces {
    pub fn new(social: Table, realtime: Table, outbox: DynamoOutbox, ambient: Ambient) -> Self {
        Self { social, realtime, outbox, ambient }
    }

    /// Those who watch the person, and may, hear that they are not there. Later nobody would know who may.
    async fn bid_farewell(&self, user_id: UserId, other: UserId, watchers: &[Watcher]) -> Result<()> {
        let theirs = watchers.iter().filter(|watcher| watcher.user_id == other);
        let sockets: Vec<ConnectionId> = theirs.map(|watcher| watcher.connection_id.clone()).collect();
        if sockets.is_empty() {
            return Ok(());
        }
        let pair: Option<StoredPair> =
            self.social.get(&pair_key(&Pair::strangers(user_id, other)), Read::Strong).await?;
        if !pair.map(Pair::from).is_some_and(|pair| pair.is_connected()) {
            return Ok(());
        }
        let last = PushEffect::PresenceEnded { user_id, sockets };
        self.outbox.promise(&self.ambient.promise(Effect::Push(last))).await
    }

    /// The pair goes first: from then on no change of it commits that has seen it, and one that has not writes the line anew.
    /// The line that leads here goes last. What the other one has learned from their answer stays: sums, of which nobody can
    /// tell whom they are about.
    async fn part(&self, user_id: UserId, other: UserId) -> Result<()> {
        let watches = watches::rows_of(&self.realtime, user_id, other).await?;
        self.realtime.write_many(Vec::new(), watches).await?;
        self.social.delete(&pair_key(&Pair::strangers(user_id, other))).await?;
        let between = vec![
            contact_key(other, user_id),
            block_key(other, user_id),
            likes::key(other, user_id),
            tastes::answer_key(other, user_id),
            met_key(other, user_id),
        ];
        self.social.write_many(Vec::new(), between).await?;
        self.social.delete(&met_key(user_id, other)).await
    }
}

#[async_trait]
impl Traces for PairTraces {
    async fn erase(&self, user_id: UserId) -> Result<Left> {
        let own = format!("USER#{user_id}");
        let known = self.social.keys_in(Range::prefix(&own, MET).limit(OTHERS)).await?;
        let watchers =
            if known.is_empty() { Vec::new() } else { watches::all_watchers(&self.realtime, user_id).await? };
        for key in &known {
            let other = other(key)?;
            self.bid_farewell(user_id, other, &watchers).await?;
            self.part(user_id, other).await?;
        }
        if !known.is_empty() {
            return Ok(Left::More);
        }
        super::clear_but(&self.social, Range::whole(own), |line| line.sk.starts_with(MET)).await
    }
}

fn other(key: &Key) -> Result<UserId> {
    let id = key.sk.strip_prefix(MET).and_then(|id| id.parse().ok());
    id.ok_or_else(|| Error::internal("somebody has met what is no person"))
}

//! What somebody and others think of each other.

use async_trait::async_trait;

use super::super::item::Key;
use super::super::pairs::{MET, block_key, contact_key, met_key, pair_key};
use super::super::range::Range;
use super::super::table::Table;
use super::super::{likes, tastes, watches};
use crate::domain::id::UserId;
use crate::domain::pair::Pair;
use crate::error::{Error, Result};
use crate::ports::erasures::{Left, Traces};

/// How many others are gone through at a time.
const OTHERS: usize = 25;

/// What the person's sockets watch is found by those whom the person knows, too: nobody else can be watched.
#[derive(Clone, Debug)]
pub struct PairTraces {
    social: Table,
    realtime: Table,
}

impl PairTraces {
    pub fn new(social: Table, realtime: Table) -> Self {
        Self { social, realtime }
    }

    /// The line that leads here goes last. What the other one has learned from their answer stays: sums, of which nobody
    /// can tell whom they are about.
    async fn part(&self, user_id: UserId, other: UserId) -> Result<()> {
        let watches = watches::rows_of(&self.realtime, user_id, other).await?;
        self.realtime.write_many(Vec::new(), watches).await?;
        let between = vec![
            pair_key(&Pair::strangers(user_id, other)),
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
        for key in &known {
            self.part(user_id, other(key)?).await?;
        }
        if known.len() == OTHERS { Ok(Left::More) } else { super::clear(&self.social, Range::whole(own)).await }
    }
}

fn other(key: &Key) -> Result<UserId> {
    let id = key.sk.strip_prefix(MET).and_then(|id| id.parse().ok());
    id.ok_or_else(|| Error::internal("somebody has met what is no person"))
}

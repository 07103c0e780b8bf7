//! What a restored table brings back that was erased: it is erased again.
//!
//! The ledger lies beside the backups and knows everybody whose erasure has begun in the last 90 days. Whoever was gone
//! before the tables were read is in none of them and is left in peace.

use std::collections::HashSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use shared::adapters::aws::Aws;
use shared::adapters::dynamo::{self, DynamoErasureRequests, DynamoErasures, DynamoOutbox};
use shared::adapters::system::SystemClock;
use shared::adapters::vault::S3Vault;
use shared::domain::erasure::{Erasure, LEDGER, TOMBSTONE_LIFETIME, noted};
use shared::domain::id::UserId;
use shared::domain::outbox::Effect;
use shared::domain::time::Timestamp;
use shared::ports::ambient::Ambient;
use shared::ports::backups::VaultCare as _;
use shared::ports::erasures::Erasures as _;

use crate::failure::Failure;

/// Whose erasures are begun again, and where.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Repetition {
    /// The buckets of backups in which ledgers are.
    pub ledgers: Vec<String>,
    /// What is in the tables may have been there at this time, or later.
    pub since: Timestamp,
    pub accounts: String,
    pub profiles: String,
    pub outbox: String,
    /// Says how many there are, and begins none.
    pub dry_run: bool,
}

/// Refuses what is so old that the ledger has forgotten who was erased since, unless that is wanted.
pub(crate) fn reaches(
    since: Timestamp,
    now: Timestamp,
    is_wanted: bool,
    tell: &(dyn Fn(String) + Sync),
) -> Result<(), Failure> {
    if now.since(since) < TOMBSTONE_LIFETIME {
        return Ok(());
    }
    let days = TOMBSTONE_LIFETIME.as_secs() / (24 * 60 * 60);
    let forgotten = format!(
        "the ledger of erasures goes back {days} days, and this to {since}: whoever was erased in between comes back, and \
         nobody knows who"
    );
    if is_wanted {
        tell(format!("erasures: {forgotten}"));
        return Ok(());
    }
    Err(Failure::new(forgotten).remedy(
        "take a younger backup (`cargo xtask restore --list`); if there is none, say --although-erased-return, and find out by \
         other means, such as the mails that said goodbye, who must not come back",
    ))
}

/// Begins the erasure of everybody again who may have come back; the functions of the stack do the rest. Doing it twice is
/// harmless.
pub async fn repeat_erasures(
    aws: &Aws,
    ambient: &Ambient,
    order: &Repetition,
    tell: &(dyn Fn(String) + Sync),
) -> Result<(), Failure> {
    let now = ambient.now();
    if order.since > now {
        return Err(Failure::new(format!(
            "{} is in the future: nobody would be erased again who is gone now",
            order.since
        ))
        .remedy(format!("say the time to which tables were set back, in UTC; it is {now} now")));
    }
    reaches(order.since, now, true, tell)?;
    begin_again(aws, ambient, order, tell).await
}

pub(crate) async fn begin_again(
    aws: &Aws,
    ambient: &Ambient,
    order: &Repetition,
    tell: &(dyn Fn(String) + Sync),
) -> Result<(), Failure> {
    let now = ambient.now();
    let table = |name: &String| dynamo::Table::new(aws, name.clone(), Arc::new(SystemClock));
    let (accounts, outbox) = (table(&order.accounts), DynamoOutbox::new(table(&order.outbox)));
    let erasures = DynamoErasures::new(accounts.clone(), outbox.clone());
    let requests = DynamoErasureRequests::new(accounts, table(&order.profiles), outbox);
    let mut count = 0_usize;
    let people = people(aws, &order.ledgers).await?;
    let named = people.len();
    for user_id in people {
        let known = erasures.find(user_id).await?;
        if known.as_ref().is_some_and(|erasure| erasure.was_over(order.since)) {
            continue;
        }
        count += 1;
        if !order.dry_run {
            let erasure = known.map_or_else(|| Erasure::of_the_ledger(user_id, now), |erasure| erasure.again(now));
            requests.repeat(&erasure, &ambient.promise(Effect::erase(user_id))).await?;
        }
    }
    let what = if order.dry_run { "would be erased again" } else { "are being erased again" };
    tell(format!("erasures: {count} people who may have come back {what}, of {named} whom the ledger names"));
    Ok(())
}

/// Everybody in the ledgers.
pub(crate) async fn people(aws: &Aws, ledgers: &[String]) -> Result<HashSet<UserId>, Failure> {
    let foreign = |key: &str| {
        Failure::new(format!("{key} is in the ledger of erasures and names nobody"))
            .remedy("see who put it there, move it away, and give the same command again")
    };
    let mut people = HashSet::new();
    for bucket in ledgers {
        for line in S3Vault::new(aws, bucket.clone()).list(LEDGER).await? {
            people.insert(noted(&line.key).ok_or_else(|| foreign(&line.key))?);
        }
    }
    Ok(people)
}

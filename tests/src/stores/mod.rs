//! Stores: what their ports promise, held against the real tables with a clock in the test's hand.

mod backups;
mod cache_stats;
mod candidates;
mod chat;
mod codes;
mod deaths;
mod digests;
mod drafts;
mod embeddings;
mod erasures;
mod farewells;
mod large_backups;
mod limits;
mod mail_jobs;
mod matrix;
mod moderation;
mod projects;
mod promises;
mod restores;
mod sessions;
mod tastes;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};

use shared::adapters::aws::Aws;
use shared::adapters::dynamo::Table;
use shared::config::{TableName, Vars};
use shared::domain::time::Timestamp;
use shared::ports::ambient::{Ambient, Clock, Rng};
use tokio::runtime::Runtime;
use xtask::local::{ACCOUNT, REGION};

use crate::support::Town;

/// One runtime for all: the connections of a store belong to the runtime that opened them.
static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap());

fn finish<T>(work: impl Future<Output = T>) -> T {
    RUNTIME.block_on(work)
}

/// The peaceful town, as the account's root sees it.
fn root() -> Vars {
    root_at(Town::peaceful().stack.endpoint())
}

fn root_at(endpoint: &str) -> Vars {
    [
        ("AWS_ACCESS_KEY_ID", ACCOUNT),
        ("AWS_SECRET_ACCESS_KEY", "unused"),
        ("AWS_REGION", REGION),
        ("AWS_ENDPOINT_URL", endpoint),
    ]
    .into_iter()
    .collect()
}

fn table(name: TableName) -> Table {
    let town = Town::peaceful();
    let resource = match name {
        TableName::Accounts => "Accounts",
        TableName::Sessions => "Sessions",
        TableName::Outbox => "Outbox",
        TableName::Profiles => "Profiles",
        TableName::Social => "Social",
        TableName::Chat => "Chat",
        TableName::Realtime => "Realtime",
        TableName::Ops => "Ops",
    };
    let mut vars: Vars = [(name.variable(), &town.table(resource))].into_iter().collect();
    Aws::new(&root()).table(&mut vars, name)
}

/// A clock that stands still until it is moved, and chance that never repeats itself.
struct Hands {
    now: AtomicU64,
}

impl Hands {
    fn at(now: Timestamp) -> Arc<Self> {
        Arc::new(Self { now: AtomicU64::new(now.unix_millis()) })
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_unix_millis(self.now.load(Ordering::Relaxed))
    }

    fn moves_to(&self, now: Timestamp) {
        self.now.store(now.unix_millis(), Ordering::Relaxed);
    }

    fn ambient(self: &Arc<Self>) -> Ambient {
        Ambient::new(self.clone(), self.clone())
    }
}

impl Clock for Hands {
    fn now(&self) -> Timestamp {
        Hands::now(self)
    }
}

impl Rng for Hands {
    fn fill(&self, bytes: &mut [u8]) {
        static DRAWN: AtomicU64 = AtomicU64::new(1);
        for chunk in bytes.chunks_mut(8) {
            let drawn = DRAWN.fetch_add(1, Ordering::Relaxed).wrapping_mul(0x9E37_79B9_7F4A_7C15);
            chunk.copy_from_slice(&drawn.to_be_bytes()[..chunk.len()]);
        }
    }
}

/// The true time: stores filter what has expired by it.
fn today() -> Timestamp {
    Timestamp::from_unix_seconds(std::time::UNIX_EPOCH.elapsed().unwrap().as_secs())
}

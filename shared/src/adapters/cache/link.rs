//! The one connection of an environment: multiplexed, opened when it is first needed, replaced when it falls silent.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use redis::cluster::{ClusterClient, ClusterConfig};
use redis::cluster_async::ClusterConnection;
use redis::{ProtocolVersion, TlsCertificates};

use crate::adapters::aws::AMAZON_ROOTS;
use crate::config::CacheConfig;
use crate::domain::time::Timestamp;
use crate::error::{Error, Result};

/// Connecting goes on beside the request that gave up on it. The handshake takes some tens of milliseconds of a processor
/// that a small function has a fraction of.
const CONNECT_LIMIT: Duration = Duration::from_secs(1);
/// The network between a function and its VPC forgets connections that were idle for 350 s, and tells nobody.
const IDLE_LIMIT: Duration = Duration::from_mins(5);

pub(super) struct Link {
    client: ClusterClient,
    limits: ClusterConfig,
    open: Mutex<Option<Open>>,
}

struct Open {
    connection: ClusterConnection,
    number: u64,
    opened_at: Timestamp,
    answered_at: Option<Timestamp>,
}

impl Link {
    /// Connects to nothing yet; fails if the URL can never work.
    pub(super) fn new(config: &CacheConfig) -> Result<Self> {
        let url = config.url.as_ref().ok_or_else(|| Error::internal("there is no cache"))?;
        let mut builder = ClusterClient::builder([url.reveal()])
            .use_protocol(ProtocolVersion::RESP3)
            .connection_timeout(CONNECT_LIMIT)
            .response_timeout(config.patience)
            // A slot that has moved to another node is asked for there, at once. More tries would only take time.
            .retries(1)
            .min_retry_wait(1)
            .max_retry_wait(10);
        if url.is_encrypted() && !config.trusts_system {
            let root_cert = Some(AMAZON_ROOTS.as_bytes().to_vec());
            builder = builder.certs(TlsCertificates { client_tls: None, root_cert });
        }
        // What the library says about a bad URL may quote it.
        let client = builder.build().map_err(|_| Error::internal("the URL of the cache cannot be used"))?;
        let limits = ClusterConfig::new().set_connection_timeout(CONNECT_LIMIT).set_response_timeout(config.patience);
        Ok(Self { client, limits, open: Mutex::new(None) })
    }

    /// The connection, with its number. One that is being opened answers as soon as it is open.
    pub(super) fn connection(&self, now: Timestamp) -> (u64, ClusterConnection) {
        let mut slot = self.lock();
        if let Some(open) = slot.as_ref().filter(|open| !open.is_forgotten(now)) {
            return (open.number, open.connection.clone());
        }
        let number = slot.as_ref().map_or(0, |open| open.number + 1);
        let connection = self.client.get_pending_async_connection_with_config(self.limits.clone());
        *slot = Some(Open { connection: connection.clone(), number, opened_at: now, answered_at: None });
        (number, connection)
    }

    pub(super) fn answered(&self, number: u64, now: Timestamp) {
        if let Some(open) = self.lock().as_mut().filter(|open| open.number == number) {
            open.answered_at = Some(now);
        }
    }

    /// Lets go of a connection that does not answer, unless it has not had the time to be opened.
    pub(super) fn silent(&self, number: u64, now: Timestamp) {
        if let Some(open) = self.lock().as_mut().filter(|open| open.number == number)
            && (open.answered_at.is_some() || now.since(open.opened_at) >= CONNECT_LIMIT)
        {
            open.give_up();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Open>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Open {
    fn is_forgotten(&self, now: Timestamp) -> bool {
        now.since(self.answered_at.unwrap_or(self.opened_at)) >= IDLE_LIMIT
    }

    /// Counts as idle from now on, so that the next call opens another one.
    fn give_up(&mut self) {
        self.opened_at = Timestamp::from_unix_millis(0);
        self.answered_at = None;
    }
}

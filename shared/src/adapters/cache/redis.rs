//! Redis or Valkey, always in cluster mode: `ElastiCache` Serverless is nothing else, and locally one node has all slots.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use futures::future::try_join_all;
use redis::cluster_async::ClusterConnection;
use redis::{ErrorKind, Pipeline, RedisError, RedisResult, ServerErrorKind, cmd, pipe};

use super::link::Link;
use crate::config::CacheConfig;
use crate::domain::cache::{Admission, Breaker, KeyText};
use crate::error::{Error, Result};
use crate::ports::ambient::Ambient;
use crate::ports::cache::{CacheStore, Claim, LeaseToken};

/// Gives a lease back if it is still the caller's.
const RELEASE: &str = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0";

pub struct RedisStore {
    link: Link,
    breaker: Mutex<Breaker>,
    patience: Duration,
    ambient: Ambient,
}

/// Why there is no answer. It never says from whom: the library's own texts name the server.
#[derive(Debug, thiserror::Error)]
enum Silence {
    #[error("the cache did not answer before, and is not asked for a while")]
    Open,
    #[error("the cache did not answer in time")]
    Late,
    #[error("the cache cannot be asked ({0:?})")]
    Failed(ErrorKind),
    #[error("the cache refused ({0})")]
    Refused(String),
}

impl RedisStore {
    /// Connects when it is first asked. Fails if the configuration can never work.
    pub fn new(config: &CacheConfig, ambient: Ambient) -> Result<Self> {
        Ok(Self { link: Link::new(config)?, breaker: Mutex::default(), patience: config.patience, ambient })
    }

    /// Asks for nothing but an answer.
    pub(super) async fn ping(&self) -> Result<()> {
        self.ask(async |mut connection| cmd("PING").query_async::<String>(&mut connection).await).await.map(drop)
    }

    /// Every call goes through here: the breaker, the time limit, and what becomes of the connection.
    async fn ask<T>(&self, work: impl AsyncFnOnce(ClusterConnection) -> RedisResult<T>) -> Result<T> {
        let admission = self.breaker().admit(self.ambient.now());
        if admission == Admission::Refuse {
            return Err(Error::unavailable(Silence::Open));
        }
        let (number, connection) = self.link.connection(self.ambient.now());
        let outcome = tokio::time::timeout(self.patience, work(connection)).await;
        let now = self.ambient.now();
        let silence = match outcome {
            Ok(Ok(answer)) => {
                self.answered(number);
                return Ok(answer);
            }
            Ok(Err(error)) => silence(&error),
            Err(_) => Silence::Late,
        };
        if let Silence::Refused(_) = silence {
            self.answered(number);
        } else {
            self.link.silent(number, now);
            if self.breaker().failed(admission, now) {
                tracing::warn!("the cache does not answer: going on without it");
            }
        }
        Err(Error::unavailable(silence))
    }

    fn answered(&self, number: u64) {
        self.link.answered(number, self.ambient.now());
        self.breaker().succeeded();
    }

    fn breaker(&self) -> MutexGuard<'_, Breaker> {
        self.breaker.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl CacheStore for RedisStore {
    /// One `GET` per key, written one after the other without waiting: `MGET` would want all keys in one slot.
    async fn get(&self, keys: &[KeyText]) -> Result<Vec<Option<Vec<u8>>>> {
        let answers = async |connection: ClusterConnection| {
            let one = async |key: &KeyText| {
                cmd("GET").arg(key.as_str()).query_async::<Option<Vec<u8>>>(&mut connection.clone()).await
            };
            try_join_all(keys.iter().map(one)).await
        };
        self.ask(answers).await
    }

    async fn put(&self, key: &KeyText, value: &[u8], ttl: Duration) -> Result<()> {
        let mut commands = pipe();
        set(&mut commands, key, value, ttl);
        self.ask(async |mut connection| commands.exec_async(&mut connection).await).await
    }

    async fn claim(&self, key: &KeyText, token: LeaseToken, lease: Duration) -> Result<Claim> {
        let mut commands = pipe();
        // First the lease, then the value: whoever held the lease before has stored the value by then.
        commands.cmd("SET").arg(key.lease()).arg(&token.0).arg("NX").arg("PX").arg(millis(lease));
        commands.cmd("GET").arg(key.as_str());
        let answer = self.ask(async |mut connection| {
            commands.query_async::<(Option<String>, Option<Vec<u8>>)>(&mut connection).await
        });
        let (lease, value) = answer.await?;
        Ok(Claim { is_ours: lease.is_some(), value })
    }

    async fn settle(&self, key: &KeyText, token: LeaseToken, value: Option<(&[u8], Duration)>) -> Result<()> {
        let mut commands = pipe();
        if let Some((value, ttl)) = value {
            set(&mut commands, key, value, ttl);
        }
        commands.cmd("EVAL").arg(RELEASE).arg(1).arg(key.lease()).arg(&token.0).ignore();
        self.ask(async |mut connection| commands.exec_async(&mut connection).await).await
    }
}

/// The only way in which anything but a lease is written, so that everything ends.
fn set(commands: &mut Pipeline, key: &KeyText, value: &[u8], ttl: Duration) {
    commands.cmd("SET").arg(key.as_str()).arg(value).arg("PX").arg(millis(ttl)).ignore();
}

/// A time to live of nothing would be refused.
fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX).max(1)
}

/// A server that is full, or does not like one command, is there; one that has no cluster, or still reads its data, is not.
fn silence(error: &RedisError) -> Silence {
    use ServerErrorKind::{BusyLoading, ClusterDown, MasterDown, TryAgain};

    match error.kind() {
        _ if error.is_timeout() => Silence::Late,
        kind @ ErrorKind::Server(ClusterDown | MasterDown | BusyLoading | TryAgain) => Silence::Failed(kind),
        ErrorKind::Server(_) | ErrorKind::Extension | ErrorKind::UnexpectedReturnType => {
            Silence::Refused(error.code().unwrap_or("an answer of another kind").to_owned())
        }
        kind => Silence::Failed(kind),
    }
}

impl std::fmt::Debug for RedisStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RedisStore")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_library_says_of_the_server_is_not_repeated() {
        let detail = || "10.0.0.7:6379 with the password secret".to_owned();
        for kind in [ErrorKind::Io, ErrorKind::AuthenticationFailed, ErrorKind::Server(ServerErrorKind::Moved)] {
            let said = silence(&RedisError::from((kind, "failed", detail()))).to_string();
            assert!(!said.contains("10.0.0.7") && !said.contains("secret"), "{said}");
        }
    }
}

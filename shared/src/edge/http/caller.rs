//! Who is asking: a verified access token whose session is still live.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::{FromRef, FromRequestParts};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;

use crate::domain::id::{SessionId, UserId};
use crate::domain::keys::PublishedKey;
use crate::domain::time::Timestamp;
use crate::domain::token::{self, PublicKey};
use crate::error::{Code, Error, Result};
use crate::ports::ambient::Ambient;
use crate::ports::keys::PublicKeys;
use crate::ports::sessions::Sessions;
use crate::telemetry;

/// For how long a session that was live is believed to be so without asking again: "within seconds" of the promise.
const SESSION_CACHE: Duration = Duration::from_secs(2);
/// An unknown key id is looked up again at most this often, so that forged tokens cannot make us read all day.
const KEY_REFRESH: Duration = Duration::from_secs(5);
/// For how long a key that was published is believed to be so: what an operator withdraws is refused after a minute.
const KEY_CACHE: Duration = Duration::from_mins(1);
/// Sessions remembered at most; a warm environment serves one request at a time and rarely sees this many in 2 s.
const CACHED_SESSIONS: usize = 1_000;

/// The person behind a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caller {
    pub user_id: UserId,
    pub session_id: SessionId,
}

impl<S: Send + Sync> FromRequestParts<S> for Caller
where
    Arc<Authenticator>: FromRef<S>,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        let header = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token =
            header.and_then(|value| value.split_once(' ')).filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
        let (_, token) = token.ok_or(Code::Unauthenticated)?;
        let caller = Arc::<Authenticator>::from_ref(state).authenticate(token.trim()).await?;
        telemetry::note_user(caller.user_id);
        Ok(caller)
    }
}

/// Verifies access tokens against the published keys and the session row.
pub struct Authenticator {
    issuer: String,
    keys: Arc<dyn PublicKeys>,
    sessions: Arc<dyn Sessions>,
    ambient: Ambient,
    known_keys: Mutex<KnownKeys>,
    live: Mutex<HashMap<SessionId, Live>>,
}

#[derive(Default)]
struct KnownKeys {
    keys: Vec<PublishedKey>,
    read_at: Option<Timestamp>,
}

impl KnownKeys {
    fn find(&self, kid: &str) -> Option<PublicKey> {
        self.keys.iter().find(|key| key.kid() == kid).map(|key| key.public.clone())
    }
}

#[derive(Clone, Copy)]
struct Live {
    version: u32,
    seen_at: Timestamp,
}

impl Authenticator {
    pub fn new(issuer: String, keys: Arc<dyn PublicKeys>, sessions: Arc<dyn Sessions>, ambient: Ambient) -> Self {
        Self { issuer, keys, sessions, ambient, known_keys: Mutex::default(), live: Mutex::default() }
    }

    pub async fn authenticate(&self, token: &str) -> Result<Caller> {
        let now = self.ambient.now();
        let key = self.key(&token::key_id(token)?, now).await?;
        let claims = token::verify(token, &key, &self.issuer, now)?;
        let version = self.session_version(claims.sub, claims.sid, now).await?;
        if version != claims.sv {
            return Err(Code::SessionEnded.into());
        }
        Ok(Caller { user_id: claims.sub, session_id: claims.sid })
    }

    /// Whether a session that was authenticated before, by a socket's ticket, still is live.
    pub async fn check_session(&self, user_id: UserId, session_id: SessionId) -> Result<()> {
        telemetry::note_user(user_id);
        self.session_version(user_id, session_id, self.ambient.now()).await.map(|_| ())
    }

    async fn key(&self, kid: &str, now: Timestamp) -> Result<PublicKey> {
        if let Some(key) = self.known_key(kid, now)? {
            return Ok(key);
        }
        let known = KnownKeys { keys: self.keys.all().await?, read_at: Some(now) };
        let found = known.find(kid);
        *lock(&self.known_keys) = known;
        found.ok_or_else(|| Code::Unauthenticated.into())
    }

    /// The key if it is known, nothing if it is worth reading again, a refusal otherwise.
    fn known_key(&self, kid: &str, now: Timestamp) -> Result<Option<PublicKey>> {
        let known = lock(&self.known_keys);
        let is_within = |age| known.read_at.is_some_and(|read_at| now.since(read_at) < age);
        match known.find(kid) {
            None if is_within(KEY_REFRESH) => Err(Code::Unauthenticated.into()),
            key => Ok(key.filter(|_| is_within(KEY_CACHE))),
        }
    }

    async fn session_version(&self, user_id: UserId, session_id: SessionId, now: Timestamp) -> Result<u32> {
        let cached = lock(&self.live).get(&session_id).copied();
        if let Some(live) = cached.filter(|live| now.since(live.seen_at) < SESSION_CACHE) {
            return Ok(live.version);
        }
        let session = self.sessions.find(user_id, session_id).await?;
        let mut live = lock(&self.live);
        let Some(session) = session.filter(|session| session.is_live(now)) else {
            live.remove(&session_id);
            return Err(Code::SessionEnded.into());
        };
        if live.len() >= CACHED_SESSIONS {
            live.clear();
        }
        live.insert(session_id, Live { version: session.version, seen_at: now });
        Ok(session.version)
    }
}

/// A panic while holding the lock leaves nothing half-done in these maps, so a poisoned one is as good as any.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl std::fmt::Debug for Authenticator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Authenticator({})", self.issuer)
    }
}

#[cfg(test)]
#[path = "caller_tests.rs"]
mod tests;

//! Sessions and their refresh tokens.
//!
//! A session has one row with a counter. The newest refresh token rotates it; the one before it, within a short grace,
//! yields the same child again (two tabs, a lost response); anything older means that somebody else holds a copy.

use std::fmt;
use std::time::Duration;

use aws_lc_rs::{constant_time, digest, hmac};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use super::hex;
use super::id::{SessionId, UserId};
use super::outbox::PushEffect;
use super::time::Timestamp;

/// A session that is not refreshed for this long ends.
pub const LIFETIME: Duration = Duration::from_hours(720);
/// How long the previous refresh token keeps yielding the newest one.
pub const GRACE: Duration = Duration::from_secs(30);
/// Says what a leaked string is, to people and to secret scanners.
const PREFIX: &str = "cmr_";

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionState {
    Active,
    /// Signed out by its owner.
    Ended,
    /// Ended by us: an old refresh token came back, or its owner was suspended or banned.
    Revoked,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    pub user_id: UserId,
    pub session_id: SessionId,
    pub state: SessionState,
    /// Access tokens carry this number; raising it refuses all that were made before.
    pub version: u32,
    pub refresh: RefreshState,
    /// What the client said of itself when it signed in.
    #[serde(default)]
    pub client: Client,
    pub created_at: Timestamp,
    pub ends_at: Timestamp,
}

/// What a client says of itself, for its owner to recognise. Nothing is decided by it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Client {
    /// The `User-Agent`, shortened.
    pub device: Option<String>,
    /// What a proxy in front of us says of the place.
    pub place: Option<String>,
}

/// The part of the row that rotates.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefreshState {
    pub counter: u32,
    pub hash: String,
    pub previous_hash: Option<String>,
    pub rotated_at: Timestamp,
}

impl Session {
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.state == SessionState::Active && self.ends_at > now
    }

    /// What live sockets must hear of when this session ends.
    pub fn ended(&self) -> PushEffect {
        PushEffect::SessionEnded { user_id: self.user_id, session_id: self.session_id }
    }
}

/// A refresh token: which session, which rotation, and 256 secret bits.
#[derive(Clone, PartialEq, Eq)]
pub struct RefreshToken {
    pub user_id: UserId,
    pub session_id: SessionId,
    pub counter: u32,
    secret: [u8; 32],
}

impl RefreshToken {
    pub fn first(user_id: UserId, session_id: SessionId, secret: [u8; 32]) -> Self {
        Self { user_id, session_id, counter: 1, secret }
    }

    /// The token that follows this one. It is computed, not drawn, so that presenting the same token twice yields the
    /// same child although only hashes are stored; without the key a token says nothing about its child.
    #[must_use]
    pub fn child(&self, key: &RefreshKey) -> Self {
        let mut context = hmac::Context::with_key(&key.0);
        context.update(&self.to_bytes());
        let mut secret = [0; 32];
        secret.copy_from_slice(context.sign().as_ref());
        Self { counter: self.counter.wrapping_add(1), secret, ..*self }
    }

    pub fn parse(text: &str) -> Option<Self> {
        let bytes: [u8; 68] = URL_SAFE_NO_PAD.decode(text.strip_prefix(PREFIX)?).ok()?.try_into().ok()?;
        let part = |range: std::ops::Range<usize>| uuid::Uuid::from_slice(&bytes[range]).ok();
        Some(Self {
            user_id: UserId::from_uuid(part(0..16)?),
            session_id: SessionId::from_uuid(part(16..32)?),
            counter: u32::from_be_bytes(bytes[32..36].try_into().ok()?),
            secret: bytes[36..].try_into().ok()?,
        })
    }

    /// The text for the client; the only way a secret leaves this type.
    pub fn expose(&self) -> String {
        format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(self.to_bytes()))
    }

    pub fn hash(&self) -> String {
        hex::encode(digest::digest(&digest::SHA256, &self.to_bytes()).as_ref())
    }

    fn to_bytes(&self) -> [u8; 68] {
        let mut bytes = [0; 68];
        bytes[..16].copy_from_slice(self.user_id.as_uuid().as_bytes());
        bytes[16..32].copy_from_slice(self.session_id.as_uuid().as_bytes());
        bytes[32..36].copy_from_slice(&self.counter.to_be_bytes());
        bytes[36..].copy_from_slice(&self.secret);
        bytes
    }
}

impl fmt::Debug for RefreshToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RefreshToken({}, {})", self.session_id, self.counter)
    }
}

/// The key from which children are computed; only `auth` can read it.
pub struct RefreshKey(hmac::Key);

impl RefreshKey {
    pub fn new(secret: &[u8]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, secret))
    }
}

impl fmt::Debug for RefreshKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RefreshKey(…)")
    }
}

/// What presenting a refresh token means for its session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presented {
    /// The newest one: rotate.
    Newest,
    /// The one before, within the grace: hand out the same child again.
    Previous,
    /// Genuine but older: somebody else has a copy.
    Stale,
    /// Never issued for this session.
    Unknown,
}

pub fn assess(session: &RefreshState, token: &RefreshToken, now: Timestamp) -> Presented {
    let hash = token.hash();
    let same = |stored: &str| constant_time::verify_slices_are_equal(stored.as_bytes(), hash.as_bytes()).is_ok();
    if same(&session.hash) {
        return Presented::Newest;
    }
    if session.previous_hash.as_deref().is_some_and(same) {
        let in_grace = now.since(session.rotated_at) <= GRACE;
        return if in_grace { Presented::Previous } else { Presented::Stale };
    }
    // Only hashes of the last two are kept. A well-formed token of an earlier rotation was ours once, or is a forgery
    // by somebody who knows both ids; revoking is right for the first and the second cannot know the session's id
    // without having seen a token of it.
    if token.counter < session.counter { Presented::Stale } else { Presented::Unknown }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::Id;

    const START: Timestamp = Timestamp::from_unix_seconds(1_000);

    fn first() -> RefreshToken {
        RefreshToken::first(UserId::from_parts(START, [1; 10]), SessionId::from_parts(START, [2; 10]), [9; 32])
    }

    fn rotated_to(token: &RefreshToken, previous: Option<&RefreshToken>) -> RefreshState {
        RefreshState {
            counter: token.counter,
            hash: token.hash(),
            previous_hash: previous.map(RefreshToken::hash),
            rotated_at: START,
        }
    }

    #[test]
    fn survives_its_own_text_and_hides_in_logs() {
        let token = first();
        assert_eq!(RefreshToken::parse(&token.expose()), Some(token.clone()));
        assert!(!format!("{token:?}").contains(&token.expose()[4..]));
        assert_eq!(RefreshToken::parse("cmr_short"), None);
    }

    #[test]
    fn the_same_token_always_has_the_same_child() {
        let key = RefreshKey::new(b"key");
        assert_eq!(first().child(&key), first().child(&key));
        assert_ne!(first().child(&key), first().child(&RefreshKey::new(b"other")));
    }

    #[test]
    fn newest_previous_and_stale_are_told_apart() {
        let key = RefreshKey::new(b"key");
        let (one, two) = (first(), first().child(&key));
        let three = two.child(&key);
        let state = rotated_to(&three, Some(&two));
        assert_eq!(assess(&state, &three, START), Presented::Newest);
        assert_eq!(assess(&state, &two, START + GRACE), Presented::Previous);
        assert_eq!(assess(&state, &two, START + GRACE + Duration::from_millis(1)), Presented::Stale);
        assert_eq!(assess(&state, &one, START), Presented::Stale);
        assert_eq!(assess(&state, &three.child(&key), START), Presented::Unknown);
    }
}

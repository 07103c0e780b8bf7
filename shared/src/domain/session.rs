//! Sessions and their refresh tokens.
//!
//! A session has one row with a counter and the hash of its newest refresh token. Presenting that one rotates: its child,
//! which is computed from it, becomes the newest. A token is an ancestor of the newest exactly if the chain of its
//! children leads there, so that nothing but the newest hash need be stored to know every token that ever was genuine.
//!
//! The newest token's parent yields the newest again, however late: its holder never got the answer. So does an ancestor
//! that could do so a moment ago: several tabs wake up at once and their requests overtake each other.
//! Every other ancestor means that somebody else holds a copy.

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
/// Every session ends this long after the sign-in, however often it is refreshed.
pub const LONGEST: Duration = Duration::from_hours(180 * 24);
/// A person is signed in at most so many times; a further sign-in ends the session that was used least recently.
pub const MAX_SESSIONS: usize = 100;
/// How long a request may be on its way: what was sent in good faith is answered in good faith.
pub const GRACE: Duration = Duration::from_secs(30);
/// How many rotation times are kept: more do not happen within [`GRACE`].
const REMEMBERED: usize = 8;
/// How far back ancestors are recognised: weeks of constant use, and less than a millisecond to compute.
const MAX_LAG: u32 = 2_000;
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
    /// When the newest tokens came to be, the newest last.
    pub rotations: Vec<Timestamp>,
}

impl RefreshState {
    pub fn first(token: &RefreshToken, now: Timestamp) -> Self {
        Self { counter: token.counter, hash: token.hash(), rotations: vec![now] }
    }

    /// The state after the newest token was presented and `child` handed out.
    #[must_use]
    pub fn rotated(&self, child: &RefreshToken, now: Timestamp) -> Self {
        let kept = self.rotations.len().saturating_sub(REMEMBERED - 1);
        let rotations = self.rotations[kept..].iter().copied().chain([now]).collect();
        Self { counter: child.counter, hash: child.hash(), rotations }
    }

    /// When the session was used last.
    pub fn rotated_at(&self) -> Timestamp {
        self.rotations.last().copied().unwrap_or(Timestamp::from_unix_millis(0))
    }

    /// When the token that lies `lag` generations back ceased to be the newest or its parent, if that is remembered.
    fn left_behind_at(&self, lag: usize) -> Option<Timestamp> {
        self.rotations.iter().rev().nth(lag.checked_sub(2)?).copied()
    }
}

impl Session {
    /// When the session ends if it is refreshed now and never again.
    pub fn prolonged(&self, now: Timestamp) -> Timestamp {
        (now + LIFETIME).min(self.created_at + LONGEST)
    }

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
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Presented {
    /// The newest one: rotate to this child.
    Newest(RefreshToken),
    /// Its holder missed a rotation: hand out the newest again, which is this one.
    Behind(RefreshToken),
    /// Genuine but long left behind: somebody else has a copy.
    Stale,
    /// Never issued for this session, or too long ago to tell.
    Unknown,
}

pub fn assess(state: &RefreshState, token: &RefreshToken, key: &RefreshKey, now: Timestamp) -> Presented {
    let Some(lag) = state.counter.checked_sub(token.counter).filter(|lag| *lag <= MAX_LAG) else {
        return Presented::Unknown;
    };
    let newest = (0..lag).fold(token.clone(), |token, _| token.child(key));
    if constant_time::verify_slices_are_equal(newest.hash().as_bytes(), state.hash.as_bytes()).is_err() {
        return Presented::Unknown;
    }
    let was_good_just_now = || state.left_behind_at(lag as usize).is_some_and(|at| now.since(at) <= GRACE);
    match lag {
        0 => Presented::Newest(newest.child(key)),
        1 => Presented::Behind(newest),
        _ if was_good_just_now() => Presented::Behind(newest),
        _ => Presented::Stale,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::Id;

    const START: Timestamp = Timestamp::from_unix_seconds(1_000);

    fn first() -> RefreshToken {
        RefreshToken::first(UserId::from_parts(START, [1; 10]), SessionId::from_parts(START, [2; 10]), [9; 32])
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
    fn newest_behind_and_stale_are_told_apart() {
        let key = RefreshKey::new(b"key");
        let (one, late) = (first(), START + Duration::from_hours(24));
        let (two, three) = (one.child(&key), one.child(&key).child(&key));
        let state = RefreshState::first(&one, START).rotated(&two, START).rotated(&three, START);
        assert_eq!(assess(&state, &three, &key, late), Presented::Newest(three.child(&key)));
        assert_eq!(assess(&state, &two, &key, late), Presented::Behind(three.clone()), "the answer was lost");
        assert_eq!(assess(&state, &one, &key, START + GRACE), Presented::Behind(three.clone()), "three tabs woke up");
        assert_eq!(assess(&state, &one, &key, START + GRACE + Duration::from_millis(1)), Presented::Stale);
    }

    #[test]
    fn what_is_no_ancestor_is_unknown_and_revokes_nothing() {
        let key = RefreshKey::new(b"key");
        let two = first().child(&key);
        let state = RefreshState::first(&first(), START).rotated(&two, START);
        let forged = RefreshToken { secret: [0; 32], ..first() };
        for stranger in [forged, first().child(&RefreshKey::new(b"other")), two.child(&key)] {
            assert_eq!(assess(&state, &stranger, &key, START), Presented::Unknown, "{stranger:?}");
        }
        let ancient = RefreshState { counter: MAX_LAG + 2, ..state };
        assert_eq!(assess(&ancient, &first(), &key, START), Presented::Unknown);
    }
}

#[cfg(test)]
#[path = "session_schedules.rs"]
mod schedules;

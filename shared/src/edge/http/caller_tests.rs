//! Tokens of all kinds at an authenticator whose keys, sessions and clock are in the test's hand.

use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::*;
use crate::domain::id::Id;
use crate::domain::session::{Client, RefreshState, Session, SessionState};
use crate::domain::token::{AUDIENCE, Claims, LIFETIME, SigningKey};
use crate::ports::ambient::{Clock, Rng};
use crate::ports::sessions::Rotation;

const ISSUER: &str = "https://api.example.org";
const START: Timestamp = Timestamp::from_unix_seconds(1_800_000_000);

/// Everything around an authenticator.
#[derive(Default)]
struct World {
    passed: Mutex<Duration>,
    published: Mutex<Vec<PublishedKey>>,
    key_reads: Mutex<usize>,
    are_keys_down: Mutex<bool>,
    session_version: Mutex<u32>,
}

impl World {
    /// A world with one live session of version 1, and a published key.
    fn new() -> (Arc<Self>, Authenticator) {
        let world = Arc::new(Self { session_version: Mutex::new(1), ..Self::default() });
        world.publishes(&key(1));
        let ambient = Ambient::new(Arc::new(Hands(world.clone())), Arc::new(Hands(world.clone())));
        let authenticator = Authenticator::new(ISSUER.to_owned(), world.clone(), world.clone(), ambient);
        (world, authenticator)
    }

    fn publishes(&self, key: &SigningKey) {
        self.published.lock().unwrap().push(PublishedKey::at_once(key.public(), self.now()));
    }

    fn now(&self) -> Timestamp {
        START + *self.passed.lock().unwrap()
    }

    fn waits(&self, duration: Duration) {
        *self.passed.lock().unwrap() += duration;
    }

    /// How often the keys were read since the last question.
    fn key_reads(&self) -> usize {
        std::mem::take(&mut self.key_reads.lock().unwrap())
    }

    fn token(&self, key: &SigningKey) -> String {
        key.sign(&self.claims()).unwrap()
    }

    fn claims(&self) -> Claims {
        Claims::new(ISSUER, user(), session(), 1, self.now())
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

#[async_trait]
impl PublicKeys for World {
    async fn all(&self) -> Result<Vec<PublishedKey>> {
        *self.key_reads.lock().unwrap() += 1;
        if *self.are_keys_down.lock().unwrap() {
            return Err(Error::unavailable("the table is down"));
        }
        Ok(self.published.lock().unwrap().clone())
    }

    async fn publish(&self, _key: &PublishedKey) -> Result<()> {
        Err(Error::internal("an authenticator publishes nothing"))
    }

    async fn withdraw(&self, _kid: &str) -> Result<()> {
        Err(Error::internal("an authenticator withdraws nothing"))
    }
}

#[async_trait]
impl Sessions for World {
    async fn find(&self, user_id: UserId, session_id: SessionId) -> Result<Option<Session>> {
        let refresh = RefreshState { counter: 1, hash: String::new(), rotations: vec![START] };
        let (state, version) = (SessionState::Active, *self.session_version.lock().unwrap());
        let ends_at = START + Duration::from_hours(24);
        let client = Client::default();
        let row = Session { user_id, session_id, state, version, refresh, client, created_at: START, ends_at };
        Ok((user_id == user() && session_id == session()).then_some(row))
    }

    async fn create(&self, _: &Session, _: Option<&str>) -> Result<crate::ports::sessions::Start> {
        Err(Error::internal("an authenticator changes nothing"))
    }

    async fn all_of(&self, _user_id: UserId) -> Result<Vec<Session>> {
        Err(Error::internal("an authenticator asks for one session"))
    }

    async fn rotate(&self, _: &Session, _: u32, _: RefreshState, _: Timestamp) -> Result<Rotation> {
        Err(Error::internal("an authenticator changes nothing"))
    }

    async fn end(&self, _: &Session, _: SessionState, _: &[crate::domain::outbox::OutboxEntry]) -> Result<()> {
        Err(Error::internal("an authenticator changes nothing"))
    }
}

fn user() -> UserId {
    UserId::from_parts(START, [1; 10])
}

fn session() -> SessionId {
    SessionId::from_parts(START, [2; 10])
}

fn key(byte: u8) -> SigningKey {
    SigningKey::from_seed(&[byte; 32]).unwrap()
}

async fn code(authenticator: &Authenticator, token: &str) -> Code {
    authenticator.authenticate(token).await.unwrap_err().code()
}

#[tokio::test]
async fn an_unknown_key_is_looked_up_once_and_then_refused_unread_for_five_seconds() {
    let (world, authenticator) = World::new();
    authenticator.authenticate(&world.token(&key(1))).await.unwrap();
    assert_eq!(world.key_reads(), 1);
    world.waits(KEY_REFRESH);
    let foreign = world.token(&key(2));
    assert_eq!(code(&authenticator, &foreign).await, Code::Unauthenticated);
    assert_eq!(world.key_reads(), 1);
    for _ in 0..50 {
        assert_eq!(code(&authenticator, &foreign).await, Code::Unauthenticated);
        world.waits(Duration::from_millis(99));
    }
    assert_eq!(world.key_reads(), 0, "a flood of forged tokens reads nothing");
    authenticator.authenticate(&world.token(&key(1))).await.unwrap();
    world.waits(Duration::from_millis(50));
    assert_eq!(code(&authenticator, &foreign).await, Code::Unauthenticated);
    assert_eq!(world.key_reads(), 1);
}

#[tokio::test]
async fn a_key_that_was_rotated_in_verifies_at_once_and_the_old_one_goes_on() {
    let (world, authenticator) = World::new();
    let old = world.token(&key(1));
    authenticator.authenticate(&old).await.unwrap();
    world.waits(KEY_REFRESH);
    world.publishes(&key(2));
    let caller = authenticator.authenticate(&world.token(&key(2))).await.unwrap();
    assert_eq!(caller, Caller { user_id: user(), session_id: session() });
    authenticator.authenticate(&old).await.unwrap();
    assert_eq!(world.key_reads(), 2);
}

#[tokio::test]
async fn a_key_that_was_withdrawn_is_refused_after_a_minute() {
    let (world, authenticator) = World::new();
    let token = world.token(&key(1));
    authenticator.authenticate(&token).await.unwrap();
    world.published.lock().unwrap().clear();
    world.waits(KEY_CACHE.saturating_sub(Duration::from_millis(1)));
    authenticator.authenticate(&token).await.unwrap();
    assert_eq!(world.key_reads(), 1);
    world.waits(Duration::from_millis(1));
    assert_eq!(code(&authenticator, &token).await, Code::Unauthenticated);
}

#[tokio::test]
async fn keys_that_cannot_be_read_are_no_reason_to_sign_anybody_out() {
    let (world, authenticator) = World::new();
    *world.are_keys_down.lock().unwrap() = true;
    let token = world.token(&key(1));
    assert_eq!(code(&authenticator, &token).await, Code::Unavailable);
    *world.are_keys_down.lock().unwrap() = false;
    authenticator.authenticate(&token).await.unwrap();
}

#[tokio::test]
async fn a_token_of_an_older_version_of_its_session_is_refused() {
    let (world, authenticator) = World::new();
    let token = world.token(&key(1));
    authenticator.authenticate(&token).await.unwrap();
    *world.session_version.lock().unwrap() = 2;
    world.waits(SESSION_CACHE);
    assert_eq!(code(&authenticator, &token).await, Code::SessionEnded);
}

#[tokio::test]
async fn a_token_of_a_session_that_is_not_there_is_refused() {
    let (world, authenticator) = World::new();
    let claims = Claims { sid: SessionId::from_parts(START, [3; 10]), ..world.claims() };
    assert_eq!(code(&authenticator, &key(1).sign(&claims).unwrap()).await, Code::SessionEnded);
}

#[tokio::test]
async fn a_token_is_good_for_its_time_only() {
    let (world, authenticator) = World::new();
    let token = world.token(&key(1));
    world.waits(LIFETIME);
    assert_eq!(code(&authenticator, &token).await, Code::Unauthenticated);
    let ahead = world.now() + Duration::from_mins(2);
    let early = Claims::new(ISSUER, user(), session(), 1, ahead);
    assert_eq!(code(&authenticator, &key(1).sign(&early).unwrap()).await, Code::Unauthenticated);
}

#[tokio::test]
async fn foreign_issuers_and_audiences_are_refused() {
    let (world, authenticator) = World::new();
    for claims in [
        Claims { iss: "https://evil.example.org".to_owned(), ..world.claims() },
        Claims { aud: "another-api".to_owned(), ..world.claims() },
    ] {
        assert_eq!(code(&authenticator, &key(1).sign(&claims).unwrap()).await, Code::Unauthenticated, "{claims:?}");
    }
    assert_eq!(world.claims().aud, AUDIENCE);
}

/// A token with a header and claims of somebody's own making, and the signature of a good one.
fn forged(world: &World, header: &Value, claims: &Value) -> String {
    let part = |json: &Value| URL_SAFE_NO_PAD.encode(json.to_string());
    let good = world.token(&key(1));
    let (_, signature) = good.rsplit_once('.').unwrap();
    format!("{}.{}.{signature}", part(header), part(claims))
}

#[tokio::test]
async fn headers_of_somebodys_own_making_are_refused() {
    let (world, authenticator) = World::new();
    let (good, claims) = (world.token(&key(1)), serde_json::to_value(world.claims()).unwrap());
    authenticator.authenticate(&good).await.unwrap();
    let kid = key(1).public().kid.clone();
    for header in [
        json!({ "alg": "none", "typ": "at+jwt", "kid": kid }),
        json!({ "alg": "HS256", "typ": "at+jwt", "kid": kid }),
        json!({ "alg": "RS256", "typ": "at+jwt", "kid": kid }),
        json!({ "alg": "EdDSA", "typ": "JWT", "kid": kid }),
        json!({ "alg": "EdDSA", "kid": kid }),
        json!({ "alg": "EdDSA", "typ": "at+jwt" }),
        json!({ "alg": "EdDSA", "typ": "at+jwt", "kid": "../KEYS#access" }),
        // Right in every field, but these are not the bytes that were signed.
        json!({ "alg": "EdDSA", "kid": kid, "typ": "at+jwt" }),
    ] {
        let token = forged(&world, &header, &claims);
        if token != good {
            assert_eq!(code(&authenticator, &token).await, Code::Unauthenticated, "{header}");
        }
    }
    let other = json!({ "sub": UserId::from_parts(START, [9; 10]), "roles": ["admin"] });
    let token = forged(&world, &json!({ "alg": "EdDSA", "typ": "at+jwt", "kid": kid }), &other);
    assert_eq!(code(&authenticator, &token).await, Code::Unauthenticated);
    for nonsense in ["", ".", "..", "a.b.c", "not a token"] {
        assert_eq!(code(&authenticator, nonsense).await, Code::Unauthenticated, "{nonsense:?}");
    }
}

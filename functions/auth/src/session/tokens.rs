//! What a signed-in client holds: a signed access token and an opaque refresh token.

use std::sync::Arc;

use serde::Serialize;
use shared::domain::id::{SessionId, UserId};
use shared::domain::session::{self, Presented, RefreshKey, RefreshState, RefreshToken, Session};
use shared::domain::time::Timestamp;
use shared::domain::token::{self, Claims, PublicKey, SigningKey};
use shared::error::Result;
use shared::ports::keys::PublicKeys;
use tokio::sync::OnceCell;
use utoipa::ToSchema;

/// The keys of `auth`, and the place where their public halves are published.
pub struct Tokens {
    issuer: String,
    signing: SigningKey,
    refresh: RefreshKey,
    published: Arc<dyn PublicKeys>,
    is_published: OnceCell<()>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct TokenPair {
    /// A JWT for `Authorization: Bearer`.
    access_token: String,
    #[schema(example = "Bearer")]
    token_type: &'static str,
    /// Seconds until the access token expires.
    #[schema(example = 600)]
    expires_in: u64,
    /// Good for one refresh; keep it as you would keep a password.
    refresh_token: String,
    user_id: UserId,
    session_id: SessionId,
}

impl Tokens {
    pub fn new(issuer: String, signing: SigningKey, refresh: RefreshKey, published: Arc<dyn PublicKeys>) -> Self {
        Self { issuer, signing, refresh, published, is_published: OnceCell::new() }
    }

    /// Signs an access token for a session and puts a refresh token beside it.
    pub(super) async fn pair(&self, session: &Session, refresh: &RefreshToken, now: Timestamp) -> Result<TokenPair> {
        // Nobody could verify a token whose key is unknown, so the key is published before the first token is signed.
        self.is_published.get_or_try_init(|| self.published.publish(self.signing.public())).await?;
        let claims = Claims::new(&self.issuer, session.user_id, session.session_id, session.version, now);
        Ok(TokenPair {
            access_token: self.signing.sign(&claims)?,
            token_type: "Bearer",
            expires_in: token::LIFETIME.as_secs(),
            refresh_token: refresh.expose(),
            user_id: session.user_id,
            session_id: session.session_id,
        })
    }

    pub(super) fn assess(&self, state: &RefreshState, token: &RefreshToken, now: Timestamp) -> Presented {
        session::assess(state, token, &self.refresh, now)
    }

    pub(super) async fn public_keys(&self) -> Result<Vec<PublicKey>> {
        self.published.all().await
    }
}

//! What a signed-in client holds: a signed access token and an opaque refresh token.

use std::sync::Arc;

use serde::Serialize;
use shared::domain::id::{SessionId, UserId};
use shared::domain::session::{self, Presented, RefreshKey, RefreshState, RefreshToken, Session};
use shared::domain::time::Timestamp;
use shared::domain::token::{self, Claims, PublicKey};
use shared::error::Result;
use shared::ports::ambient::Ambient;
use shared::ports::keys::{KeyVault, PublicKeys};
use utoipa::ToSchema;

use super::signer::Signer;

/// The keys of `auth`: the one that signs now, and the one from which refresh tokens descend.
pub struct Tokens {
    issuer: String,
    refresh: RefreshKey,
    signer: Signer,
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
    /// Reads the keys for the first time.
    pub async fn open(
        issuer: String,
        vault: Arc<dyn KeyVault>,
        published: Arc<dyn PublicKeys>,
        ambient: &Ambient,
    ) -> Result<Self> {
        let ring = vault.read().await?.ring;
        Ok(Self { issuer, refresh: ring.refresh_key()?, signer: Signer::new(ring, vault, published, ambient.now()) })
    }

    /// Signs an access token for a session and puts a refresh token beside it.
    pub(super) async fn pair(&self, session: &Session, refresh: &RefreshToken, now: Timestamp) -> Result<TokenPair> {
        let claims = Claims::new(&self.issuer, session.user_id, session.session_id, session.version, now);
        Ok(TokenPair {
            access_token: self.signer.sign(&claims, now).await?,
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
        self.signer.public_keys().await
    }
}

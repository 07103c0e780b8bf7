//! Signing somebody out everywhere.

use std::sync::Arc;

use async_trait::async_trait;
use shared::domain::id::UserId;
use shared::domain::session::SessionState;
use shared::error::Result;
use shared::ports::ambient::Ambient;
use shared::ports::erasures::{Left, Traces};
use shared::ports::sessions::Sessions;

/// Ends what the request that asked for the erasure may have left: it dies like any other.
#[derive(Clone)]
pub struct SignOut {
    sessions: Arc<dyn Sessions>,
    ambient: Ambient,
}

impl SignOut {
    pub fn new(sessions: Arc<dyn Sessions>, ambient: Ambient) -> Self {
        Self { sessions, ambient }
    }
}

#[async_trait]
impl Traces for SignOut {
    async fn erase(&self, user_id: UserId) -> Result<Left> {
        self.sessions.hang_up_all(user_id, None, SessionState::Ended, &self.ambient).await?;
        Ok(Left::Nothing)
    }
}

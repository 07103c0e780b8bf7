//! `POST /v1/auth/refresh`

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use shared::domain::outbox::{Effect, MailKind};
use shared::domain::session::{LIFETIME, Presented, RefreshState, RefreshToken, Session, SessionState, assess};
use shared::edge::http::{Body, Problem};
use shared::error::{Code, Result};
use utoipa::ToSchema;

use super::tokens::TokenPair;
use super::{Deps, Keeper};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RefreshBody {
    refresh_token: String,
}

/// Two tabs that refresh at once may each lose the race to the other; a third reading settles it.
const ROUNDS: usize = 3;

/// Exchanges the newest refresh token for a new pair.
///
/// The token before it still yields the same pair for 30 seconds, so that two tabs or a lost response sign nobody out.
/// An older one means that somebody else has a copy: the session ends, and its owner is told by mail.
#[utoipa::path(post, path = "/v1/auth/refresh", tag = "auth", request_body = RefreshBody, responses(
    (status = 200, body = TokenPair),
    (status = "4XX", body = Problem, description = "`session_ended`"),
))]
pub(super) async fn refresh(State(deps): State<Deps>, Body(body): Body<RefreshBody>) -> Result<Json<TokenPair>> {
    let token = RefreshToken::parse(&body.refresh_token).ok_or(Code::SessionEnded)?;
    let keeper = &deps.keeper;
    for _ in 0..ROUNDS {
        let now = keeper.ambient.now();
        let session = keeper.sessions.find(token.user_id, token.session_id).await?;
        let session = session.filter(|session| session.is_live(now)).ok_or(Code::SessionEnded)?;
        let child = keeper.tokens.child_of(&token);
        let settled = match assess(&session.refresh, &token, now) {
            Presented::Newest => rotate(keeper, &session, &child).await?,
            Presented::Previous => true,
            Presented::Stale => return Err(revoke(keeper, &session).await?.into()),
            Presented::Unknown => return Err(Code::SessionEnded.into()),
        };
        if settled {
            return Ok(Json(keeper.tokens.pair(&session, &child, now).await?));
        }
    }
    Err(Code::Unavailable.into())
}

/// Whether this request was the one that rotated; if not, another one did at the same time.
async fn rotate(keeper: &Keeper, session: &Session, child: &RefreshToken) -> Result<bool> {
    let now = keeper.ambient.now();
    let next = RefreshState {
        counter: child.counter,
        hash: child.hash(),
        previous_hash: Some(session.refresh.hash.clone()),
        rotated_at: now,
    };
    keeper.sessions.rotate(session, session.refresh.counter, next, now + LIFETIME).await
}

async fn revoke(keeper: &Keeper, session: &Session) -> Result<Code> {
    let warning = keeper.ambient.promise(Effect::mail(MailKind::SessionRevoked, session.user_id));
    let hang_up = keeper.ambient.promise(Effect::Push(session.ended()));
    keeper.sessions.end(session, SessionState::Revoked, &[warning, hang_up]).await?;
    Ok(Code::SessionEnded)
}

//! `POST /v1/auth/refresh`

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use shared::domain::fields::Fields;
use shared::domain::input::Input;
use shared::domain::outbox::{Effect, MailKind};
use shared::domain::session::{Presented, RefreshToken, Session, SessionState};
use shared::domain::time::Timestamp;
use shared::edge::http::{Body, Problem};
use shared::error::{Code, Result};
use shared::ports::sessions::Rotation;
use utoipa::ToSchema;

use super::tokens::TokenPair;
use super::{Deps, Keeper};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RefreshBody {
    #[schema(value_type = String)]
    refresh_token: Input<String>,
}

/// Two tabs that refresh at once may each lose the race to the other; a third reading settles it.
const ROUNDS: usize = 3;

/// Exchanges the newest refresh token for a new pair.
///
/// The token before it yields the same pair again, however late: its answer was lost. So does one that was the newest
/// within the last 30 seconds: tabs wake up together. Any other old one means that somebody else has a copy: the session
/// ends, and its owner is told by mail. A session ends 30 days after its last refresh, and 180 days after the sign-in.
#[utoipa::path(post, path = "/v1/auth/refresh", tag = "auth", request_body = RefreshBody, responses(
    (status = 200, body = TokenPair),
    (status = "4XX", body = Problem, description = "`session_ended`, `invalid_field`"),
))]
pub(super) async fn refresh(State(deps): State<Deps>, Body(body): Body<RefreshBody>) -> Result<Json<TokenPair>> {
    let mut fields = Fields::default();
    let token = fields.read("refresh_token", &body.refresh_token, |text| Ok(RefreshToken::parse(text)));
    let token = fields.accept(token)?.ok_or(Code::SessionEnded)?;
    let keeper = &deps.keeper;
    for _ in 0..ROUNDS {
        let now = keeper.ambient.now();
        let session = keeper.sessions.find(token.user_id, token.session_id).await?;
        let session = session.filter(|session| session.is_live(now)).ok_or(Code::SessionEnded)?;
        let newest = match keeper.tokens.assess(&session.refresh, &token, now) {
            Presented::Newest(child) if rotate(keeper, &session, &child, now).await? => child,
            // Another request rotated at the same moment: what this one holds is behind now.
            Presented::Newest(_) => continue,
            Presented::Behind(newest) => {
                keeper.admit(token.user_id).await?;
                newest
            }
            Presented::Stale => return Err(revoke(keeper, &session).await?.into()),
            Presented::Unknown => return Err(Code::SessionEnded.into()),
        };
        return Ok(Json(keeper.tokens.pair(&session, &newest, now).await?));
    }
    Err(Code::Unavailable.into())
}

async fn rotate(keeper: &Keeper, session: &Session, child: &RefreshToken, now: Timestamp) -> Result<bool> {
    let next = session.refresh.rotated(child, now);
    match keeper.sessions.rotate(session, session.refresh.counter, next, session.prolonged(now)).await? {
        Rotation::Done => Ok(true),
        Rotation::Outdated => Ok(false),
        Rotation::Refused => Err(Code::SessionEnded.into()),
    }
}

async fn revoke(keeper: &Keeper, session: &Session) -> Result<Code> {
    let warning = keeper.ambient.promise(Effect::mail(MailKind::SessionRevoked, session.user_id));
    let hang_up = keeper.ambient.promise(Effect::Push(session.ended()));
    keeper.sessions.end(session, SessionState::Revoked, &[warning, hang_up]).await?;
    Ok(Code::SessionEnded)
}

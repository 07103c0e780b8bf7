//! `POST /v1/auth/login`

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use shared::domain::email::EmailAddress;
use shared::domain::fields::Fields;
use shared::domain::id::{SessionId, UserId};
use shared::domain::password::{DECOY, Password};
use shared::domain::session::{LIFETIME, RefreshState, RefreshToken, Session, SessionState};
use shared::edge::http::{Body, Problem};
use shared::error::{Code, Result};
use utoipa::ToSchema;

use super::Deps;
use super::tokens::TokenPair;
use crate::passwords;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LoginBody {
    #[schema(example = "ada@example.org")]
    email: String,
    password: String,
}

/// Signs in with address and password, and starts a session.
///
/// An unknown address, one that was never confirmed and a wrong password get the same answer after the same work.
#[utoipa::path(post, path = "/v1/auth/login", tag = "auth", request_body = LoginBody, responses(
    (status = 200, body = TokenPair),
    (status = "4XX", body = Problem, description = "`invalid_credentials`, `invalid_field`"),
))]
pub(super) async fn login(State(deps): State<Deps>, Body(body): Body<LoginBody>) -> Result<Json<TokenPair>> {
    let (email, password) = parse(&body)?;
    let owner = deps.accounts.owner_of(&email).await?;
    let hash = deps.accounts.password_hash(owner.unwrap_or_else(|| deps.ambient.id())).await?;
    let matches = passwords::matches(password, hash.unwrap_or_else(|| DECOY.to_owned())).await?;
    let user_id = owner.filter(|_| matches).ok_or(Code::InvalidCredentials)?;

    let (session, refresh) = start_session(&deps, user_id);
    deps.sessions.create(&session).await?;
    Ok(Json(deps.tokens.pair(&session, &refresh, deps.ambient.now()).await?))
}

fn parse(body: &LoginBody) -> Result<(EmailAddress, Password)> {
    let mut fields = Fields::default();
    let email = fields.take("email", EmailAddress::parse(&body.email));
    let password = fields.take("password", Password::parse(&body.password));
    fields.accept(email.zip(password))
}

fn start_session(deps: &Deps, user_id: UserId) -> (Session, RefreshToken) {
    let (now, session_id) = (deps.ambient.now(), deps.ambient.id::<SessionId>());
    let token = RefreshToken::first(user_id, session_id, deps.ambient.bytes());
    let refresh = RefreshState { counter: token.counter, hash: token.hash(), previous_hash: None, rotated_at: now };
    let session = Session {
        user_id,
        session_id,
        state: SessionState::Active,
        version: 1,
        refresh,
        created_at: now,
        ends_at: now + LIFETIME,
    };
    (session, token)
}

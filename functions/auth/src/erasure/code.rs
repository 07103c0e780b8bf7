//! `POST /v1/auth/erasure/code`

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use shared::domain::id::ChallengeId;
use shared::domain::limit::{ERASURE_CODE_PER_PERSON, Subject};
use shared::domain::outbox::{Effect, MailKind};
use shared::edge::http::{Caller, Problem};
use shared::error::Result;
use utoipa::ToSchema;

use super::Deps;

#[derive(Serialize, ToSchema)]
pub(super) struct ErasureCodeOffered {
    /// What `erasure` wants beside the code.
    erasure_id: ChallengeId,
}

/// Mails a code with which `erasure` takes the place of a password: for whoever signs in with a provider.
#[utoipa::path(post, path = "/v1/auth/erasure/code", operation_id = "send_erasure_code", tag = "auth",
    security(("bearer" = [])), responses(
        (status = 202, body = ErasureCodeOffered),
        (status = "4XX", body = Problem, description = "`unauthenticated`, `session_ended`, `too_many_requests`"),
    ))]
pub(super) async fn send(State(deps): State<Deps>, caller: Caller) -> Result<(StatusCode, Json<ErasureCodeOffered>)> {
    deps.proofs.limiter.take(&ERASURE_CODE_PER_PERSON, &Subject::person(caller.user_id)).await?;
    let ambient = &deps.keeper.ambient;
    let erasure_id = ambient.id();
    let mail = ambient.promise(Effect::mail_code(MailKind::ErasureCode, caller.user_id, erasure_id));
    deps.proofs.accounts.promise(mail).await?;
    Ok((StatusCode::ACCEPTED, Json(ErasureCodeOffered { erasure_id })))
}

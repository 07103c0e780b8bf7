//! `POST` and `GET /v1/me/export`: a copy of all that is known of one.

use std::sync::Arc;

use axum::Json;
use axum::extract::{FromRef, State};
use axum::http::StatusCode;
use serde::Serialize;
use shared::domain::export::{Export, ExportState};
use shared::domain::id::{ExportId, UserId};
use shared::domain::limit::{EXPORT_PER_PERSON, Subject};
use shared::domain::outbox::Effect;
use shared::domain::time::Timestamp;
use shared::edge::http::{Authenticator, Caller, Limiter, Problem};
use shared::error::{Code, Result};
use shared::ports::ambient::Ambient;
use shared::ports::exports::{ExportShelf, Exports};
use utoipa::ToSchema;

#[derive(Clone, FromRef)]
pub struct Deps {
    pub exports: Arc<dyn Exports>,
    pub shelf: Arc<dyn ExportShelf>,
    pub limiter: Limiter,
    pub authenticator: Arc<Authenticator>,
    pub ambient: Ambient,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct ExportView {
    export_id: ExportId,
    state: ExportState,
    requested_at: Timestamp,
    /// How large the archive is, once it is ready.
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<u64>,
    /// Until when it can be had.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<Timestamp>,
    /// Where it can be fetched, for ten minutes. Who has the link needs no other right.
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
}

/// Asks for a copy of all that is known of one: JSON files and photos, in a zip.
///
/// It takes seconds to minutes, and a mail says when it is ready. Asking again while one is under way means the same one; after
/// that it gives up the one before, whatever becomes of the new one.
#[utoipa::path(post, path = "/v1/me/export", operation_id = "request_export", tag = "profiles", security(("bearer" = [])), responses(
    (status = 202, body = ExportView),
    (status = "4XX", body = Problem, description = "`too_many_requests`, `version_conflict` if two requests met"),
))]
pub(crate) async fn request(State(deps): State<Deps>, caller: Caller) -> Result<(StatusCode, Json<ExportView>)> {
    let (user_id, now) = (caller.user_id, deps.ambient.now());
    let newest = deps.exports.find(user_id).await?;
    let before = newest.as_ref().map(|export| export.export_id);
    if let Some(pending) = newest.and_then(|export| export.at(now)).filter(Export::is_pending) {
        return Ok((StatusCode::ACCEPTED, Json(view(&deps, pending).await?)));
    }
    deps.limiter.take(&EXPORT_PER_PERSON, &Subject::person(user_id)).await?;
    let export = Export::requested(user_id, deps.ambient.id(), now);
    let job = deps.ambient.promise(Effect::export(user_id, export.export_id));
    if !deps.exports.request(&export, before, &job).await? {
        return Err(Code::VersionConflict.into());
    }
    Ok((StatusCode::ACCEPTED, Json(view(&deps, export).await?)))
}

/// Tells how far the newest export is, and where it can be fetched.
#[utoipa::path(get, path = "/v1/me/export", operation_id = "read_export", tag = "profiles", security(("bearer" = [])), responses(
    (status = 200, body = ExportView),
    (status = "4XX", body = Problem, description = "`export_not_found`: none was asked for, or it has expired"),
))]
pub(crate) async fn read(State(deps): State<Deps>, caller: Caller) -> Result<Json<ExportView>> {
    let export = newest(&deps, caller.user_id).await?.ok_or(Code::ExportNotFound)?;
    Ok(Json(view(&deps, export).await?))
}

async fn newest(deps: &Deps, user_id: UserId) -> Result<Option<Export>> {
    let now = deps.ambient.now();
    Ok(deps.exports.find(user_id).await?.and_then(|export| export.at(now)))
}

async fn view(deps: &Deps, export: Export) -> Result<ExportView> {
    let is_ready = export.state == ExportState::Ready;
    let url = if is_ready { Some(deps.shelf.link(&export, deps.ambient.now()).await?) } else { None };
    Ok(ExportView {
        export_id: export.export_id,
        state: export.state,
        requested_at: export.requested_at,
        bytes: is_ready.then_some(export.bytes),
        expires_at: export.expires_at(),
        url,
    })
}

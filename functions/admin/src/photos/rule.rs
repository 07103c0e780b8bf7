//! `POST /v1/admin/photos/{user_id}/{photo_id}/approve` and `/refuse`

use axum::extract::State;
use axum::http::StatusCode;
use shared::domain::audit::Act;
use shared::domain::id::{PhotoId, UserId};
use shared::domain::photo::{Photo, Refusal, Ruling, State as PhotoIs};
use shared::edge::http::{Id, Problem};
use shared::error::{Code, Result};
use shared::ports::moderation::Enacted;

use super::Deps;
use crate::guard::Staff;

/// Approves of a photo: if it was held, others see it from now on.
#[utoipa::path(post, path = "/v1/admin/photos/{user_id}/{photo_id}/approve", operation_id = "approve_photo", tag = "admin",
    security(("bearer" = [])), params(("user_id" = UserId, Path), ("photo_id" = PhotoId, Path)), responses(
        (status = 204, description = "It has left the queue"),
        (status = "4XX", body = Problem,
            description = "`forbidden`, also for one's own, `photo_not_found`, `version_conflict`, `invalid_field`"),
    ))]
pub(super) async fn approve(
    State(deps): State<Deps>,
    staff: Staff,
    Id(place): Id<(UserId, PhotoId)>,
) -> Result<StatusCode> {
    rule(&deps, staff, place, Ruling::Approved).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes a photo from others' sight for good: its copies are deleted, and its owner reads `photo_moderated`.
#[utoipa::path(post, path = "/v1/admin/photos/{user_id}/{photo_id}/refuse", operation_id = "refuse_photo", tag = "admin",
    security(("bearer" = [])), params(("user_id" = UserId, Path), ("photo_id" = PhotoId, Path)), responses(
        (status = 204, description = "It is gone"),
        (status = "4XX", body = Problem,
            description = "`forbidden`, also for one's own, `photo_not_found`, `version_conflict`, `invalid_field`"),
    ))]
pub(super) async fn refuse(
    State(deps): State<Deps>,
    staff: Staff,
    Id(place): Id<(UserId, PhotoId)>,
) -> Result<StatusCode> {
    let photo = rule(&deps, staff, place, Ruling::Refused).await?;
    deps.desk.bin.withdraw(&photo.key).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Rules on a photo, and answers with what it was before. One that was refused already is not ruled on again, but its copies
/// may still be there.
async fn rule(deps: &Deps, staff: Staff, (user_id, photo_id): (UserId, PhotoId), ruling: Ruling) -> Result<Photo> {
    if user_id == staff.user_id {
        return Err(Code::Forbidden.into());
    }
    let album = deps.desk.albums.find(user_id).await?;
    let photo = album.find(photo_id).ok_or(Code::PhotoNotFound)?.clone();
    if (&photo.state, ruling) == (&PhotoIs::Refused(Refusal::Moderated), Ruling::Refused) {
        return Ok(photo);
    }
    let ruled = album.with_ruling(photo_id, ruling).ok_or(Code::PhotoNotFound)?;
    let act = match ruling {
        Ruling::Approved => Act::PhotoApproved { photo_id },
        Ruling::Refused => Act::PhotoRefused { photo_id },
    };
    let entry = staff.notes(user_id, act, None, &deps.ambient);
    match deps.desk.reviews.rule(&ruled, photo_id, &entry, staff.role).await? {
        Enacted::Done => Ok(photo),
        Enacted::Outdated => Err(Code::VersionConflict.into()),
    }
}

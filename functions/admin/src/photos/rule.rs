//! `POST /v1/admin/photos/{user_id}/{photo_id}/approve` and `/refuse`

use axum::extract::State;
use axum::http::StatusCode;
use shared::domain::account::Role;
use shared::domain::audit::{Act, AuditEntry};
use shared::domain::id::{PhotoId, UserId};
use shared::domain::photo::{Album, Draft, Photo, Refusal, Ruling, State as PhotoIs};
use shared::edge::http::{Id, Problem};
use shared::error::{Code, Result};
use shared::ports::moderation::Enacted;

use super::{Deps, Desk};
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
    Id((user_id, photo_id)): Id<(UserId, PhotoId)>,
) -> Result<StatusCode> {
    let entry = entry(&deps, staff, user_id, Act::PhotoApproved { photo_id })?;
    deps.desk.approve(user_id, photo_id, &entry, staff.role).await?;
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
    Id((user_id, photo_id)): Id<(UserId, PhotoId)>,
) -> Result<StatusCode> {
    let entry = entry(&deps, staff, user_id, Act::PhotoRefused { photo_id })?;
    deps.desk.refuse(user_id, photo_id, &entry, staff.role).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Nobody rules on their own photos.
fn entry(deps: &Deps, staff: Staff, user_id: UserId, act: Act) -> Result<AuditEntry> {
    if user_id == staff.user_id {
        return Err(Code::Forbidden.into());
    }
    Ok(staff.notes(user_id, act, None, &deps.ambient))
}

impl Desk {
    async fn approve(&self, user_id: UserId, photo_id: PhotoId, entry: &AuditEntry, by: Role) -> Result<()> {
        let album = self.albums.find(user_id).await?;
        self.rule(&album, photo_id, Ruling::Approved, None, entry, by).await
    }

    /// The copies are noted with the ruling, so that whatever fails after it leaves them to `photo-sweep`. A photo that was
    /// refused already is not ruled on again, but its copies may still be there.
    pub async fn refuse(&self, user_id: UserId, photo_id: PhotoId, entry: &AuditEntry, by: Role) -> Result<()> {
        let album = self.albums.find(user_id).await?;
        let photo = album.find(photo_id).ok_or(Code::PhotoNotFound)?;
        let key = photo.key().ok_or(Code::PhotoNotFound)?.clone();
        if !is_moderated(photo) {
            let leaving = Draft { photo_id, user_id, key: key.clone() };
            self.rule(&album, photo_id, Ruling::Refused, Some(&leaving), entry, by).await?;
        }
        self.bin.withdraw(&key).await
    }

    async fn rule(
        &self,
        album: &Album,
        photo_id: PhotoId,
        ruling: Ruling,
        leaving: Option<&Draft>,
        entry: &AuditEntry,
        by: Role,
    ) -> Result<()> {
        let ruled = album.with_ruling(photo_id, ruling).ok_or(Code::PhotoNotFound)?;
        match self.reviews.rule(&ruled, photo_id, leaving, entry, by).await? {
            Enacted::Done => Ok(()),
            Enacted::Outdated => Err(Code::VersionConflict.into()),
        }
    }
}

fn is_moderated(photo: &Photo) -> bool {
    matches!(photo.state, PhotoIs::Refused { reason: Refusal::Moderated, .. })
}

//! `GET /v1/admin/photos`

use axum::Json;
use axum::extract::State;
use futures::stream::{self, StreamExt, TryStreamExt};
use serde::{Deserialize, Serialize};
use shared::domain::audit::Act;
use shared::domain::id::{PhotoId, UserId};
use shared::domain::photo::{Review, SIZES, State as PhotoIs};
use shared::domain::time::Timestamp;
use shared::edge::http::{Params, Problem, page_limit, page_of};
use shared::error::Result;
use utoipa::{IntoParams, ToSchema};

use super::Deps;
use crate::guard::Staff;

/// How many albums are read at the same time.
const AT_ONCE: usize = 10;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ListParams {
    /// Only photos after this one; left out for the first page.
    after: Option<PhotoId>,
    /// How many photos, 1 to 100; 20 when left out.
    #[serde(default = "page_of::<20>")]
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: u32,
}

#[derive(Serialize, ToSchema)]
pub(super) struct PhotoQueue {
    /// The oldest first. Photos that were deleted meanwhile are left out.
    items: Vec<WaitingPhoto>,
    /// The `after` of the next page, if there may be more.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_after: Option<PhotoId>,
}

#[derive(Serialize, ToSchema)]
struct WaitingPhoto {
    photo_id: PhotoId,
    user_id: UserId,
    /// Whether others see it already.
    is_shown: bool,
    since: Timestamp,
    /// The largest copy, good for five to ten minutes.
    url: String,
}

/// Lists the photos that nobody on the staff has looked at. Who looked is noted in the audit.
#[utoipa::path(get, path = "/v1/admin/photos", operation_id = "list_photos_to_review", tag = "admin",
    security(("bearer" = [])), params(ListParams), responses(
        (status = 200, body = PhotoQueue),
        (status = "4XX", body = Problem, description = "`forbidden`, `invalid_field`"),
    ))]
pub(super) async fn list(
    State(deps): State<Deps>,
    staff: Staff,
    Params(params): Params<ListParams>,
) -> Result<Json<PhotoQueue>> {
    let limit = page_limit(params.limit)?;
    deps.audit.note(&staff.notes_of_all(Act::PhotosRead {}, &deps.ambient)).await?;
    let reviews = deps.desk.reviews.waiting(params.after, limit).await?;
    let next_after = reviews.last().filter(|_| reviews.len() == limit).map(|last| last.photo_id);
    let looks = reviews.into_iter().map(|review| waiting(&deps, review));
    let looks: Vec<Option<WaitingPhoto>> = stream::iter(looks).buffered(AT_ONCE).try_collect().await?;
    Ok(Json(PhotoQueue { items: looks.into_iter().flatten().collect(), next_after }))
}

/// Nothing if there is nothing to look at any more.
async fn waiting(deps: &Deps, review: Review) -> Result<Option<WaitingPhoto>> {
    let Review { photo_id, user_id, since } = review;
    let album = deps.desk.albums.find(user_id).await?;
    let photo = album.find(photo_id).filter(|photo| matches!(photo.state, PhotoIs::Ready(_) | PhotoIs::Held(_)));
    let Some(photo) = photo else {
        deps.desk.reviews.forget(photo_id).await?;
        return Ok(None);
    };
    let is_shown = matches!(photo.state, PhotoIs::Ready(_));
    let url = deps.desk.links.link(&photo.key, SIZES[0], deps.ambient.now()).await?;
    Ok(Some(WaitingPhoto { photo_id, user_id, is_shown, since, url }))
}

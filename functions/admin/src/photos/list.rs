//! `GET /v1/admin/photos`

use axum::Json;
use axum::extract::State;
use futures::stream::{self, StreamExt, TryStreamExt};
use serde::{Deserialize, Serialize};
use shared::domain::audit::Act;
use shared::domain::id::{PhotoId, UserId};
use shared::domain::photo::{Photo, Review, SIZES, State as PhotoIs};
use shared::domain::time::Timestamp;
use shared::edge::http::{Params, Problem, page_limit, page_of};
use shared::error::Result;
use utoipa::{IntoParams, ToSchema};

use super::Deps;
use crate::guard::Staff;

/// How often the queue is read on for one page. A photo goes from the queue with its deletion, so that one that is gone is rare.
const ROUNDS: usize = 8;
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
    /// The oldest first. Photos that are gone are left out, so that a page may be short, or empty, and have a next one.
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
    Ok(Json(page(&deps, params.after, limit).await?))
}

/// Reads on until the page is full, the queue ends, or too much of it is gone.
async fn page(deps: &Deps, mut after: Option<PhotoId>, limit: usize) -> Result<PhotoQueue> {
    let mut items = Vec::new();
    for _ in 0..ROUNDS {
        let wanted = limit - items.len();
        let reviews = deps.desk.reviews.waiting(after, wanted).await?;
        let is_last = reviews.len() < wanted;
        after = reviews.last().map(|last| last.photo_id);
        let looks = reviews.into_iter().map(|review| waiting(deps, review));
        let looks: Vec<Option<WaitingPhoto>> = stream::iter(looks).buffered(AT_ONCE).try_collect().await?;
        items.extend(looks.into_iter().flatten());
        if is_last {
            return Ok(PhotoQueue { items, next_after: None });
        }
        if items.len() == limit {
            break;
        }
    }
    Ok(PhotoQueue { items, next_after: after })
}

/// Nothing if there is nothing to look at any more.
async fn waiting(deps: &Deps, review: Review) -> Result<Option<WaitingPhoto>> {
    let Review { photo_id, user_id, since } = review;
    let album = deps.desk.albums.find(user_id).await?;
    let photo = album.find(photo_id);
    let Some(look) = photo.and_then(Photo::look) else { return Ok(None) };
    let is_shown = photo.is_some_and(|photo| matches!(photo.state, PhotoIs::Ready(_)));
    let url = deps.desk.links.link(&look.key, SIZES[0], deps.ambient.now()).await?;
    Ok(Some(WaitingPhoto { photo_id, user_id, is_shown, since, url }))
}

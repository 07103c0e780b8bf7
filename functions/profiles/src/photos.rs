//! `/v1/me/photos`: uploading, looking at, ordering and deleting one's own photos.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use futures::future::try_join_all;
use serde::Deserialize;
use shared::domain::fields::Fields;
use shared::domain::id::PhotoId;
use shared::domain::input::Input;
use shared::domain::photo::{Album, MediaType, Photo, State as PhotoIs, Upload};
use shared::domain::time::Timestamp;
use shared::edge::http::{Body, Caller, Id, Problem};
use shared::error::{Code, Error, Result};
use utoipa::ToSchema;

use crate::Deps;
use crate::gallery::Gallery;
use crate::photo_view::{OwnPhoto, PhotoList, PhotoState, UploadForm};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UploadBody {
    #[schema(value_type = MediaType)]
    content_type: Input<MediaType>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OrderBody {
    /// All of one's photos, the first one first.
    #[schema(value_type = Vec<PhotoId>)]
    photo_ids: Input<Vec<PhotoId>>,
}

/// Lists one's own photos, those included that others do not see.
#[utoipa::path(get, path = "/v1/me/photos", operation_id = "list_own_photos", tag = "profiles", security(("bearer" = [])), responses(
    (status = 200, body = PhotoList),
    (status = "4XX", body = Problem),
))]
pub(crate) async fn list(State(deps): State<Deps>, caller: Caller) -> Result<Json<PhotoList>> {
    let gallery = &deps.shelf.gallery;
    let album = gallery.albums.find(caller.user_id).await?;
    Ok(Json(view(gallery, &album, deps.ambient.now()).await?))
}

/// Asks for a form to upload one photo with.
///
/// The form takes one JPEG, PNG or WebP file of at most 10 MB, of the type that was asked for, within ten minutes. What is
/// uploaded is looked at within seconds; others see copies of it, never the file.
#[utoipa::path(post, path = "/v1/me/photos", operation_id = "upload_photo", tag = "profiles", security(("bearer" = [])), request_body = UploadBody, responses(
    (status = 201, body = UploadForm),
    (status = "4XX", body = Problem, description = "`invalid_field`, `photos_full`, `too_many_requests`"),
))]
pub(crate) async fn upload(
    State(deps): State<Deps>,
    caller: Caller,
    Body(body): Body<UploadBody>,
) -> Result<(StatusCode, Json<UploadForm>)> {
    let mut fields = Fields::default();
    let media_type = fields.copy("content_type", &body.content_type);
    let media_type = fields.accept(media_type)?;
    let gallery = &deps.shelf.gallery;
    gallery.admit(caller.user_id).await?;
    let (photo_id, now) = (deps.ambient.id(), deps.ambient.now());
    let slot = |album: &Album| Ok(album.with_slot(photo_id, now).ok_or(Code::PhotosFull)?);
    gallery.change(caller.user_id, slot).await?;
    let upload = Upload { user_id: caller.user_id, photo_id };
    let form = gallery.links.form(&upload, media_type, now).await?;
    Ok((StatusCode::CREATED, Json(UploadForm::new(photo_id, form))))
}

/// Puts one's photos into another order, in which others see those that are ready.
#[utoipa::path(put, path = "/v1/me/photos", operation_id = "order_photos", tag = "profiles", security(("bearer" = [])), request_body = OrderBody, responses(
    (status = 200, body = PhotoList),
    (status = "4XX", body = Problem, description = "`invalid_field` unless it names every photo once, `version_conflict`"),
))]
pub(crate) async fn order(
    State(deps): State<Deps>,
    caller: Caller,
    Body(body): Body<OrderBody>,
) -> Result<Json<PhotoList>> {
    let mut fields = Fields::default();
    let photo_ids = fields.read("photo_ids", &body.photo_ids, |ids: &Vec<PhotoId>| Ok(ids.clone()));
    let photo_ids = fields.accept(photo_ids)?;
    let incomplete = || Error::invalid("photo_ids", "photo_ids must name each of your photos once");
    let gallery = &deps.shelf.gallery;
    let reorder = |album: &Album| album.in_order(&photo_ids).ok_or_else(incomplete);
    let album = gallery.change(caller.user_id, reorder).await?;
    Ok(Json(view(gallery, &album, deps.ambient.now()).await?))
}

/// Deletes one of one's photos with all its copies. Whoever has a link to one of them cannot use it any more, or, where links
/// lead through a CDN, for ten minutes at most.
#[utoipa::path(delete, path = "/v1/me/photos/{photo_id}", operation_id = "delete_photo", tag = "profiles",
    security(("bearer" = [])), params(("photo_id" = PhotoId, Path)), responses(
        (status = 204, description = "It is gone"),
        (status = "4XX", body = Problem, description = "`photo_not_found`, `version_conflict`"),
    ))]
pub(crate) async fn delete(State(deps): State<Deps>, caller: Caller, Id(photo_id): Id<PhotoId>) -> Result<StatusCode> {
    deps.shelf.gallery.delete(caller.user_id, photo_id).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn view(gallery: &Gallery, album: &Album, now: Timestamp) -> Result<PhotoList> {
    let photos = album.photos().iter().map(|photo| own(gallery, photo, now));
    Ok(PhotoList { items: try_join_all(photos).await? })
}

async fn own(gallery: &Gallery, photo: &Photo, now: Timestamp) -> Result<OwnPhoto> {
    let (state, refusal, look) = match &photo.state {
        PhotoIs::Checking => (PhotoState::Checking, None, None),
        PhotoIs::Held(look) => (PhotoState::Held, None, Some(look)),
        PhotoIs::Ready(look) => (PhotoState::Ready, None, Some(look)),
        PhotoIs::Refused { reason, .. } => (PhotoState::Refused, Some(*reason), None),
    };
    let copies = match look {
        Some(look) => gallery.copies(look, now).await?,
        None => Vec::new(),
    };
    Ok(OwnPhoto {
        photo_id: photo.photo_id,
        state,
        reason: refusal,
        detail: refusal.map(shared::domain::photo::Refusal::sentence),
        blurhash: look.map(|look| look.blurhash.clone()),
        copies,
        created_at: photo.created_at,
    })
}

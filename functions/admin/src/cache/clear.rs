//! `POST /v1/admin/cache/{family}/clear`

use axum::extract::State;
use axum::http::StatusCode;
use shared::domain::audit::Act;
use shared::domain::cache::Family;
use shared::domain::fields::Fields;
use shared::edge::http::{Id, Problem};
use shared::error::Result;

use super::{Deps, done};
use crate::guard::Admin;

/// Clears a family of the cache: from the very next request on, nothing of what is kept in it is used.
///
/// Nothing is deleted: the family's generation is counted up, and what was kept ends by its own time.
#[utoipa::path(post, path = "/v1/admin/cache/{family}/clear", operation_id = "clear_cache", tag = "admin",
    security(("bearer" = [])), params(("family" = Family, Path)), responses(
        (status = 204, description = "Everything is computed anew"),
        (status = "4XX", body = Problem, description = "`forbidden`, `invalid_field`"),
    ))]
pub(super) async fn clear(State(deps): State<Deps>, Admin(admin): Admin, Id(family): Id<String>) -> Result<StatusCode> {
    let mut fields = Fields::default();
    let family = fields.take("family", Family::parse(&family));
    let family = fields.accept(family)?;
    let entry = admin.notes_of_all(Act::CacheCleared { family }, &deps.ambient);
    done(deps.keeper.clear(family, &entry).await?)?;
    Ok(StatusCode::NO_CONTENT)
}

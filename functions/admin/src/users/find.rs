//! `GET /v1/admin/users?email=` and `GET /v1/admin/users/{user_id}`

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use shared::domain::email::EmailAddress;
use shared::domain::fields::Fields;
use shared::domain::id::UserId;
use shared::edge::http::{Id, Params, Problem};
use shared::error::Result;
use utoipa::IntoParams;

use super::Deps;
use super::view::UserView;
use crate::guard::Staff;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct FindParams {
    /// The mail address of the account; upper and lower case are the same.
    #[param(example = "ada@example.org")]
    email: String,
}

/// Finds a person by their mail address. The audit notes who was found, and not by which address.
#[utoipa::path(get, path = "/v1/admin/users", operation_id = "find_user", tag = "admin", security(("bearer" = [])),
    params(FindParams), responses(
        (status = 200, body = UserView),
        (status = "4XX", body = Problem, description = "`forbidden`, `user_not_found`, `invalid_field`"),
    ))]
pub(super) async fn by_email(
    State(deps): State<Deps>,
    staff: Staff,
    Params(params): Params<FindParams>,
) -> Result<Json<UserView>> {
    let mut fields = Fields::default();
    let email = fields.take("email", EmailAddress::parse(&params.email));
    let owner = deps.people.owner_of(&fields.accept(email)?).await?;
    Ok(Json(deps.people.show(owner, staff, &deps.ambient).await?))
}

/// Reads a person. The audit notes it.
#[utoipa::path(get, path = "/v1/admin/users/{user_id}", operation_id = "read_user", tag = "admin",
    security(("bearer" = [])), params(("user_id" = UserId, Path)), responses(
        (status = 200, body = UserView),
        (status = "4XX", body = Problem, description = "`forbidden`, `user_not_found`"),
    ))]
pub(super) async fn by_id(State(deps): State<Deps>, staff: Staff, Id(user_id): Id<UserId>) -> Result<Json<UserView>> {
    Ok(Json(deps.people.show(user_id, staff, &deps.ambient).await?))
}

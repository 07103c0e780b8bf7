//! `GET /v1/admin/users?email=` and `GET /v1/admin/users/{user_id}`

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use shared::domain::email::EmailAddress;
use shared::domain::fields::Fields;
use shared::domain::id::UserId;
use shared::edge::http::{Id, Params, Problem};
use shared::error::{Code, Result};
use utoipa::IntoParams;

use super::view::UserView;
use super::{Deps, subject};
use crate::guard::Staff;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct FindParams {
    /// The mail address of the account; upper and lower case are the same.
    #[param(example = "ada@example.org")]
    email: String,
}

/// Finds a person by their mail address.
#[utoipa::path(get, path = "/v1/admin/users", operation_id = "find_user", tag = "admin", security(("bearer" = [])),
    params(FindParams), responses(
        (status = 200, body = UserView),
        (status = "4XX", body = Problem, description = "`forbidden`, `user_not_found`, `invalid_field`"),
    ))]
pub(super) async fn by_email(
    State(deps): State<Deps>,
    _: Staff,
    Params(params): Params<FindParams>,
) -> Result<Json<UserView>> {
    let mut fields = Fields::default();
    let email = fields.take("email", EmailAddress::parse(&params.email));
    let owner = deps.accounts.owner_of(&fields.accept(email)?).await?.ok_or(Code::UserNotFound)?;
    Ok(Json(UserView::from(subject(&deps, owner).await?)))
}

/// Reads a person.
#[utoipa::path(get, path = "/v1/admin/users/{user_id}", operation_id = "read_user", tag = "admin",
    security(("bearer" = [])), params(("user_id" = UserId, Path)), responses(
        (status = 200, body = UserView),
        (status = "4XX", body = Problem, description = "`forbidden`, `user_not_found`"),
    ))]
pub(super) async fn by_id(State(deps): State<Deps>, _: Staff, Id(user_id): Id<UserId>) -> Result<Json<UserView>> {
    Ok(Json(UserView::from(subject(&deps, user_id).await?)))
}

//! `DELETE /v1/admin/matrix?a=&b=`

use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use shared::domain::audit::Act;
use shared::domain::fields::Fields;
use shared::domain::matching::{Edit, PairKey, Statements};
use shared::edge::http::{Params, Problem};
use shared::error::{Code, Result};
use utoipa::IntoParams;

use super::Deps;
use super::edit::{Decision, edit};
use crate::guard::Admin;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct PairParams {
    /// One of the two skills, in any spelling.
    #[param(example = "Rust")]
    a: String,
    /// The other one.
    #[param(example = "Falconry")]
    b: String,
}

/// Takes back what was stated about two skills, in either order: the built-in value holds again, from the very next score
/// on.
#[utoipa::path(delete, path = "/v1/admin/matrix", operation_id = "withdraw_skill_pair", tag = "admin",
    security(("bearer" = [])), params(PairParams), responses(
        (status = 204, description = "The built-in value holds"),
        (status = "4XX", body = Problem,
            description = "`forbidden`, `statement_not_found`, `invalid_field`, `version_conflict`"),
    ))]
pub(super) async fn withdraw(
    State(deps): State<Deps>,
    Admin(admin): Admin,
    Params(params): Params<PairParams>,
) -> Result<StatusCode> {
    let mut fields = Fields::default();
    let key = PairKey::take(&mut fields, &params.a, &params.b);
    let key = fields.accept(key)?;
    edit(&deps, admin, |statements| decide(statements, &key)).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn decide(statements: &Statements, key: &PairKey) -> Result<Decision> {
    let pair = &statements.get(key).ok_or(Code::StatementNotFound)?.pair;
    let [a, b] = pair.skills().map(|skill| skill.as_str().to_owned());
    let act = Act::MatrixWithdrawn { a, b, before: pair.percent(), version: statements.version() + 1 };
    Ok(Some((Edit::Withdraw(key.clone()), act)))
}

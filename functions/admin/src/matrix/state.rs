//! `PUT /v1/admin/matrix`

use axum::Json;
use axum::extract::State;
use shared::domain::audit::Act;
use shared::domain::fields::Fields;
use shared::domain::matching::{Edit, SkillPair, StatementInput, Statements};
use shared::edge::http::{Body, Problem};
use shared::error::{Code, Error, Result};

use super::Deps;
use super::edit::{Decision, edit};
use super::view::StatementView;
use crate::guard::Admin;

/// States how well two skills complement each other, in either order. It counts from the very next score on.
///
/// What was stated about the two before is replaced; the audit keeps its value.
#[utoipa::path(put, path = "/v1/admin/matrix", operation_id = "state_skill_pair", tag = "admin", security(("bearer" = [])),
    request_body = StatementInput, responses(
        (status = 200, body = StatementView),
        (status = "4XX", body = Problem, description = "`forbidden`, `invalid_field`, `matrix_full`, `version_conflict`"),
    ))]
pub(super) async fn state(
    State(deps): State<Deps>,
    Admin(admin): Admin,
    Body(body): Body<StatementInput>,
) -> Result<Json<StatementView>> {
    let mut fields = Fields::default();
    let pair = SkillPair::take(&mut fields, &body);
    let pair = fields.accept(pair)?;
    let statements = edit(&deps, admin, |statements| decide(statements, &pair)).await?;
    let stated = statements.get(&pair.key()).ok_or_else(|| Error::internal("what was stated is not there"))?;
    Ok(Json(StatementView::from(stated)))
}

fn decide(statements: &Statements, pair: &SkillPair) -> Result<Decision> {
    let plan = statements.plan(std::slice::from_ref(pair));
    if let Some((_, refusal)) = plan.refused.into_iter().next() {
        return Err(Error::new(Code::MatrixFull, refusal));
    }
    let [a, b] = pair.skills().map(|skill| skill.as_str().to_owned());
    let before = statements.get(&pair.key()).map(|statement| statement.pair.percent());
    let act = Act::MatrixStated { a, b, percent: pair.percent(), before, version: statements.version() + 1 };
    Ok((!plan.changes.is_empty()).then(|| (Edit::State(pair.clone()), act)))
}

//! `GET /v1/admin/matrix`

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use shared::domain::fields::Fields;
use shared::domain::matching::SkillMatrix;
use shared::domain::profile::Skill;
use shared::edge::http::{Params, Problem, page_of, parse_limit};
use shared::error::Result;
use utoipa::{IntoParams, ToSchema};

use super::Deps;
use super::view::StatementView;
use crate::guard::Admin;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ListParams {
    /// Only statements about this skill, in any spelling.
    #[param(example = "Rust")]
    skill: Option<String>,
    /// Only what follows the page before: its `next_after`. Left out for the first page.
    #[serde(default)]
    after: String,
    /// How many statements, 1 to 100; 50 when left out.
    #[serde(default = "page_of::<50>")]
    #[param(minimum = 1, maximum = 100, default = 50)]
    limit: u32,
}

#[derive(Serialize, ToSchema)]
pub(super) struct StatementList {
    /// The version of the matrix; 0 before anything was stated.
    version: u64,
    /// How many statements there are on all pages, about all skills.
    total: usize,
    /// In the order of the canonical forms.
    items: Vec<StatementView>,
    /// The `after` of the next page, if there may be more.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_after: Option<String>,
}

/// Lists what is stated about pairs of skills, page by page. What nothing is stated about has its built-in value.
#[utoipa::path(get, path = "/v1/admin/matrix", operation_id = "list_skill_pairs", tag = "admin", security(("bearer" = [])),
    params(ListParams), responses(
        (status = 200, body = StatementList),
        (status = "4XX", body = Problem, description = "`forbidden`, `invalid_field`"),
    ))]
pub(super) async fn list(
    State(deps): State<Deps>,
    _: Admin,
    Params(params): Params<ListParams>,
) -> Result<Json<StatementList>> {
    let mut fields = Fields::default();
    let skill = fields.take("skill", params.skill.as_deref().map(Skill::parse).transpose());
    let limit = fields.take("limit", parse_limit(params.limit));
    let (skill, limit) = fields.accept(skill.zip(limit))?;
    let statements = deps.matrix.statements().await?;
    let page = statements.page(&params.after, skill.as_ref(), limit);
    let next_after = page.last().filter(|_| page.len() == limit).map(|last| last.pair.key().as_str().to_owned());
    let builtin = SkillMatrix::builtin();
    let items = page.into_iter().map(|statement| StatementView::new(statement, &builtin)).collect();
    Ok(Json(StatementList { version: statements.version(), total: statements.len(), items, next_after }))
}

//! `GET /v1/admin/audit`

use std::sync::Arc;

use axum::Json;
use axum::extract::{FromRef, State};
use serde::{Deserialize, Serialize};
use shared::domain::audit::{Act, AuditEntry, Month};
use shared::domain::fields::Fields;
use shared::domain::id::{AuditId, UserId};
use shared::domain::time::Timestamp;
use shared::edge::http::{Params, Problem, page_of, parse_limit};
use shared::error::Result;
use shared::ports::ambient::Ambient;
use shared::ports::moderation::Audit;
use shared::routes;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;

use crate::guard::{Admin, Guard};

#[derive(Clone, FromRef)]
pub struct Deps {
    pub guard: Arc<Guard>,
    pub audit: Arc<dyn Audit>,
    pub ambient: Ambient,
}

pub(crate) fn routes() -> OpenApiRouter<Deps> {
    OpenApiRouter::new().routes(routes!(list))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListParams {
    /// The month in UTC, such as `2026-11`; this month when left out.
    #[param(example = "2026-11")]
    month: Option<String>,
    /// Only acts that follow this one; left out for the first page.
    after: Option<AuditId>,
    /// How many acts, 1 to 100; 50 when left out.
    #[serde(default = "page_of::<50>")]
    #[param(minimum = 1, maximum = 100, default = 50)]
    limit: u32,
}

#[derive(Serialize, ToSchema)]
struct AuditList {
    /// The oldest first.
    items: Vec<AuditView>,
    /// The `after` of the next page, if there may be more.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_after: Option<AuditId>,
}

#[derive(Serialize, ToSchema)]
struct AuditView {
    id: AuditId,
    at: Timestamp,
    /// Who did it; left out when an operator did, with access to the tables.
    #[serde(skip_serializing_if = "Option::is_none")]
    actor_id: Option<UserId>,
    /// Whom it is about; left out when it is about what all share, such as the skill matrix.
    #[serde(skip_serializing_if = "Option::is_none")]
    subject_id: Option<UserId>,
    #[serde(flatten)]
    act: Act,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
}

/// Lists what staff did in a month and whose accounts and reports they read, page by page, the oldest first.
#[utoipa::path(get, path = "/v1/admin/audit", operation_id = "list_audit", tag = "admin", security(("bearer" = [])),
    params(ListParams), responses(
        (status = 200, body = AuditList),
        (status = "4XX", body = Problem, description = "`forbidden`, `invalid_field`"),
    ))]
async fn list(State(deps): State<Deps>, _: Admin, Params(params): Params<ListParams>) -> Result<Json<AuditList>> {
    let mut fields = Fields::default();
    let this_month = Month::of(deps.ambient.now());
    let month = fields.take("month", params.month.map_or(Ok(this_month), |month| month.parse()));
    let limit = fields.take("limit", parse_limit(params.limit));
    let (month, limit) = fields.accept(month.zip(limit))?;
    let entries = deps.audit.of_month(&month, params.after, limit).await?;
    let next_after = entries.last().filter(|_| entries.len() == limit).map(|last| last.id);
    Ok(Json(AuditList { items: entries.into_iter().map(AuditView::from).collect(), next_after }))
}

impl From<AuditEntry> for AuditView {
    fn from(entry: AuditEntry) -> Self {
        let AuditEntry { id, at, actor_id, subject_id, act, reason, request_id } = entry;
        Self { id, at, actor_id, subject_id, act, reason: reason.map(String::from), request_id }
    }
}

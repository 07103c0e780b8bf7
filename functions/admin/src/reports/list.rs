//! `GET /v1/admin/reports`

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use shared::domain::id::ReportId;
use shared::edge::http::{Params, Problem, page_limit};
use shared::error::Result;
use utoipa::{IntoParams, ToSchema};

use super::Deps;
use super::view::ReportView;
use crate::guard::Staff;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ListParams {
    /// Only reports that follow this one; left out for the first page.
    after: Option<ReportId>,
    /// How many reports, 1 to 100; 20 when left out.
    #[serde(default = "default_limit")]
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: u32,
}

fn default_limit() -> u32 {
    20
}

#[derive(Serialize, ToSchema)]
pub(super) struct ReportList {
    /// The oldest first.
    items: Vec<ReportView>,
    /// The `after` of the next page, if there may be more.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_after: Option<ReportId>,
}

/// Lists the open reports about others, page by page, the oldest first.
#[utoipa::path(get, path = "/v1/admin/reports", operation_id = "list_reports", tag = "admin",
    security(("bearer" = [])), params(ListParams), responses(
        (status = 200, body = ReportList),
        (status = "4XX", body = Problem, description = "`forbidden`, `invalid_field`"),
    ))]
pub(super) async fn list(
    State(deps): State<Deps>,
    staff: Staff,
    Params(params): Params<ListParams>,
) -> Result<Json<ReportList>> {
    let limit = page_limit(params.limit)?;
    let reports = deps.reports.open(params.after, limit).await?;
    let next_after = reports.last().filter(|_| reports.len() == limit).map(|last| last.report_id);
    // Whoever is told on does not hear of it, not even as staff.
    let others = reports.into_iter().filter(|report| report.subject_id != staff.user_id);
    Ok(Json(ReportList { items: others.map(ReportView::from).collect(), next_after }))
}

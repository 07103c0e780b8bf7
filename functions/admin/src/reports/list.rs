//! `GET /v1/admin/reports`

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use shared::domain::id::{ReportId, UserId};
use shared::domain::report::Report;
use shared::edge::http::{Params, Problem, page_limit, page_of};
use shared::error::Result;
use shared::ports::reports::Reports;
use utoipa::{IntoParams, ToSchema};

use super::Deps;
use super::view::ReportView;
use crate::guard::Staff;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ListParams {
    /// Only reports that follow this one; left out for the first page.
    after: Option<ReportId>,
    /// How many reports, 1 to 100; 20 when left out.
    #[serde(default = "page_of::<20>")]
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: u32,
}

#[derive(Serialize, ToSchema)]
pub(super) struct ReportList {
    /// The oldest first.
    items: Vec<ReportView>,
    /// The `after` of the next page, if there may be more.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_after: Option<ReportId>,
}

/// A page is full after the first round, unless one is a party of what was read; later rounds read more at once. Together
/// they pass over 1,000 reports: whoever is told on by more than that in a row has to wait until others have judged some.
const ROUNDS: usize = 11;
const BATCH: usize = 100;

/// Lists the open reports that one is no party of, page by page, the oldest first.
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
    let reports = judged_by(staff.user_id, &*deps.reports, params.after, limit).await?;
    // The id of a report that was left out would tell its party that there is one.
    let next_after = reports.last().filter(|_| reports.len() == limit).map(|last| last.report_id);
    Ok(Json(ReportList { items: reports.into_iter().map(ReportView::from).collect(), next_after }))
}

/// The next `limit` reports that somebody may judge; fewer at the end of the queue, or of the rounds.
async fn judged_by(
    user_id: UserId,
    queue: &dyn Reports,
    mut after: Option<ReportId>,
    limit: usize,
) -> Result<Vec<Report>> {
    let (mut found, mut batch) = (Vec::new(), limit);
    for _ in 0..ROUNDS {
        let read = queue.open(after, batch).await?;
        let is_end = read.len() < batch;
        after = read.last().map(|last| last.report_id);
        found.extend(read.into_iter().filter(|report| report.may_be_judged_by(user_id)));
        if is_end || found.len() >= limit {
            break;
        }
        batch = BATCH;
    }
    found.truncate(limit);
    Ok(found)
}

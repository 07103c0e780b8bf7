//! `GET /v1/admin/reports/{report_id}`

use axum::Json;
use axum::extract::State;
use shared::domain::audit::Act;
use shared::domain::conversation::Message;
use shared::domain::id::ReportId;
use shared::domain::report::{ContextUnavailable, MAX_CONTEXT, Place, Report};
use shared::edge::http::{Id, Problem};
use shared::error::Result;

use super::view::ReportInContext;
use super::{Deps, pending};
use crate::guard::Staff;

/// Reads an open report with the messages it is about, also if the two are no longer connected. The audit notes who did.
///
/// There are messages only if the reporter and the reported person are or were in the named conversation together.
#[utoipa::path(get, path = "/v1/admin/reports/{report_id}", operation_id = "read_report", tag = "admin",
    security(("bearer" = [])), params(("report_id" = ReportId, Path)), responses(
        (status = 200, body = ReportInContext),
        (status = "4XX", body = Problem, description = "`forbidden`, `report_not_found`"),
    ))]
pub(super) async fn read(
    State(deps): State<Deps>,
    staff: Staff,
    Id(report_id): Id<ReportId>,
) -> Result<Json<ReportInContext>> {
    let report = pending(&deps, staff, report_id).await?;
    let entry = staff.notes(report.subject_id, Act::ReportRead { report_id }, None, &deps.ambient);
    deps.audit.note(&entry).await?;
    let context = match report.statement.place {
        Some(place) => Some(context(&deps, &report, place).await?),
        None => None,
    };
    Ok(Json(ReportInContext::new(report, context)))
}

async fn context(deps: &Deps, report: &Report, place: Place) -> Result<Result<Vec<Message>, ContextUnavailable>> {
    let theirs = deps.conversations.have_met_in(place.conversation_id, &report.parties()).await?;
    let conversation = if theirs { deps.conversations.find(place.conversation_id).await? } else { None };
    let excerpt = match report.excerpt(place, conversation.as_ref()) {
        Ok(excerpt) => excerpt,
        Err(reason) => return Ok(Err(reason)),
    };
    let mut messages = deps.conversations.history(place.conversation_id, excerpt.after, MAX_CONTEXT).await?;
    messages.retain(|message| message.seq <= excerpt.through);
    Ok(Ok(messages))
}

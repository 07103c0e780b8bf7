//! `POST /v1/admin/reports/{report_id}/close`

use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use shared::domain::account::Reason;
use shared::domain::audit::Act;
use shared::domain::fields::Fields;
use shared::domain::id::ReportId;
use shared::domain::input::Input;
use shared::domain::report::{Closing, Decision};
use shared::edge::http::{Body, Id, Problem};
use shared::error::{Code, Result};
use shared::ports::moderation::Enacted;
use utoipa::ToSchema;

use super::{Deps, pending};
use crate::guard::Staff;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CloseBody {
    #[schema(value_type = Decision)]
    decision: Input<Decision>,
    /// Why, for the audit: 1 to 500 characters.
    #[schema(value_type = String, min_length = 1, max_length = 500)]
    note: Input<String>,
}

/// Closes a report. What follows for the person is another act: see `sanction`.
#[utoipa::path(post, path = "/v1/admin/reports/{report_id}/close", operation_id = "close_report", tag = "admin",
    security(("bearer" = [])), params(("report_id" = ReportId, Path)), request_body = CloseBody, responses(
        (status = 204, description = "The report has left the queue"),
        (status = "4XX", body = Problem,
            description = "`forbidden`, `report_not_found`, `invalid_field`, `version_conflict`"),
    ))]
pub(super) async fn close(
    State(deps): State<Deps>,
    staff: Staff,
    Id(report_id): Id<ReportId>,
    Body(body): Body<CloseBody>,
) -> Result<StatusCode> {
    let mut fields = Fields::default();
    let decision = fields.copy("decision", &body.decision);
    let note = fields.read("note", &body.note, |text| Reason::parse("note", text));
    let (decision, note) = fields.accept(decision.zip(note))?;
    let report = pending(&deps, staff, report_id).await?;
    let act = Act::ReportClosed { report_id, decision };
    let entry = staff.notes(report.subject_id, act, Some(note.clone()), &deps.ambient);
    let closing = Closing { decision, note, closed_by: staff.user_id, closed_at: entry.at };
    match deps.reports.close(&report, &closing, &entry, staff.role).await? {
        Enacted::Done => Ok(StatusCode::NO_CONTENT),
        Enacted::Outdated => Err(Code::VersionConflict.into()),
    }
}

//! The queue of reports: read and worked off.

mod close;
mod list;
mod read;
mod view;

use std::sync::Arc;

use axum::extract::FromRef;
use shared::domain::id::ReportId;
use shared::domain::report::Report;
use shared::error::{Code, Result};
use shared::ports::ambient::Ambient;
use shared::ports::conversations::Conversations;
use shared::ports::moderation::Audit;
use shared::ports::reports::Reports;
use shared::routes;
use utoipa_axum::router::OpenApiRouter;

use crate::guard::{Guard, Staff};

#[derive(Clone, FromRef)]
pub struct Deps {
    pub guard: Arc<Guard>,
    pub reports: Arc<dyn Reports>,
    pub conversations: Arc<dyn Conversations>,
    pub audit: Arc<dyn Audit>,
    pub ambient: Ambient,
}

pub fn routes() -> OpenApiRouter<Deps> {
    OpenApiRouter::new().routes(routes!(list::list)).routes(routes!(read::read)).routes(routes!(close::close))
}

/// An open report that this person may judge. One that they may not is not found, so that nobody learns who told on them.
async fn pending(deps: &Deps, staff: Staff, report_id: ReportId) -> Result<Report> {
    let report = deps.reports.find_open(report_id).await?;
    report.filter(|report| report.may_be_judged_by(staff.user_id)).ok_or_else(|| Code::ReportNotFound.into())
}

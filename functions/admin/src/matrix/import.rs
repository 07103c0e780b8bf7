//! `POST /v1/admin/matrix/import`

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use shared::domain::audit::Act;
use shared::domain::matching::{Edit, SkillPair};
use shared::edge::http::{Params, Problem, Upload};
use shared::error::{Code, Result};
use shared::ports::matrix::{Edited, MAX_EDITS};
use utoipa::IntoParams;

use super::Deps;
use super::edit::ROUNDS;
use super::report::ImportReport;
use super::sheet::{self, SheetBody};
use crate::guard::{Admin, Staff};

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ImportParams {
    /// `true` stores nothing, and reports what would have been.
    #[serde(default)]
    dry_run: bool,
    /// `true` stores nothing if anything is wrong with any line, and answers with an error that names the lines.
    #[serde(default)]
    strict: bool,
}

/// Imports statements from a JSON body or a CSV file with the header `a,b,value`, of at most 1 MiB and 20,000 lines.
///
/// Good lines are stored, bad ones reported with the reason, unless `strict` is set or a quote is not closed on its line. Of several lines about the same two
/// skills the last one counts. Statements that are not in the sheet stay. Every 97 statements make a version of the matrix;
/// after an error some may be stored, and the same sheet can be sent again: what is there already is left as it is.
#[utoipa::path(post, path = "/v1/admin/matrix/import", operation_id = "import_skill_pairs", tag = "admin",
    security(("bearer" = [])), params(ImportParams),
    request_body(content((SheetBody = "application/json"), (String = "text/csv"))), responses(
        (status = 200, body = ImportReport),
        (status = "4XX", body = Problem,
            description = "`forbidden`, `invalid_field`, `malformed_body`, `body_too_large`, `unsupported_media_type`, `version_conflict`"),
    ))]
pub(super) async fn import(
    State(deps): State<Deps>,
    Admin(admin): Admin,
    Params(params): Params<ImportParams>,
    upload: Upload,
) -> Result<Json<ImportReport>> {
    let mut report = ImportReport { dry_run: params.dry_run, ..ImportReport::default() };
    let (lines, pairs): (Vec<u64>, Vec<SkillPair>) = sheet::read(&upload, &mut report)?.into_iter().unzip();
    let statements = deps.matrix.statements().await?;
    let plan = statements.plan(&pairs);
    (report.version, report.stored, report.unchanged) = (statements.version(), plan.changes.len(), plan.unchanged);
    for (place, refusal) in plan.refused {
        report.turn_away(lines.get(place).copied().unwrap_or_default(), refusal);
    }
    if params.strict && report.refused > 0 {
        return Err(report.into_error());
    }
    if !params.dry_run {
        (report.version, report.stored) = store(&deps, admin, &pairs).await?;
    }
    Ok(Json(report))
}

/// Stores what there is room for and is not there yet, version by version, and answers the last one with the number of
/// statements. Somebody else's edit meanwhile makes another plan.
async fn store(deps: &Deps, admin: Staff, pairs: &[SkillPair]) -> Result<(u64, usize)> {
    let mut stored = 0;
    for _ in 0..ROUNDS {
        let mut statements = deps.matrix.statements().await?;
        let mut changes = statements.plan(pairs).changes.into_iter().map(Edit::State);
        loop {
            let edits: Vec<Edit> = changes.by_ref().take(MAX_EDITS).collect();
            if edits.is_empty() {
                return Ok((statements.version(), stored));
            }
            let count = u32::try_from(edits.len()).unwrap_or(u32::MAX);
            let act = Act::MatrixImported { statements: count, version: statements.version() + 1 };
            let entry = admin.notes_of_all(act, &deps.ambient);
            match deps.editor.edit(&statements, &edits, &entry).await? {
                Edited::Done => statements.edited(&edits, admin.user_id, entry.at),
                Edited::Outrun => break,
                Edited::Refused => return Err(Code::Forbidden.into()),
            }
            stored += edits.len();
        }
    }
    Err(Code::VersionConflict.into())
}

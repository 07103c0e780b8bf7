//! Putting together what is known of somebody, for themselves.
//!
//! An archive is written in one go; one that dies half-way is begun anew by the next delivery, and lies nowhere until it is whole.

mod archive;
mod parts;

use std::sync::Arc;

use shared::domain::export::{Export, ExportState};
use shared::domain::id::{ExportId, UserId};
use shared::domain::outbox::{Effect, MailKind};
use shared::error::Result;
use shared::ports::exports::{ExportShelf, Exports, Holdings};
use shared::ports::photos::PhotoCopies;

use crate::{Deps, Progress};

#[derive(Clone)]
pub struct Exporter {
    pub exports: Arc<dyn Exports>,
    pub holdings: Arc<dyn Holdings>,
    pub photos: Arc<dyn PhotoCopies>,
    pub shelf: Arc<dyn ExportShelf>,
}

/// Fulfils a wish, unless it has been, or another one took its place.
pub(crate) async fn export(deps: &Deps, user_id: UserId, export_id: ExportId) -> Result<Progress> {
    let Exporter { exports, shelf, .. } = &deps.exporter;
    let is_meant = |export: &Export| export.export_id == export_id && export.is_pending();
    let Some(export) = exports.find(user_id).await?.filter(is_meant) else { return Ok(Progress::Done) };
    let is_late = export.clone().at(deps.ambient.now()).is_none_or(|export| export.state == ExportState::Failed);
    if is_late {
        tracing::warn!(export.failed = 1, "an export was not ready in time");
        exports.settle(&export.failed(), None).await?;
        return Ok(Progress::Done);
    }
    let bytes = parts::store(&deps.exporter, &export).await?;
    let told = deps.ambient.promise(Effect::mail(MailKind::ExportReady, user_id));
    let is_settled = exports.settle(&export.ready(bytes, deps.ambient.now()), Some(&told)).await?;
    tracing::info!(export.bytes = bytes, export.settled = is_settled, "export");
    // Of somebody who was erased meanwhile, nothing may stay; another delivery of the same wish has made the same archive.
    if !is_settled && exports.find(user_id).await?.is_none_or(|newest| newest.export_id != export_id) {
        shelf.remove(&export).await?;
    }
    Ok(Progress::Done)
}

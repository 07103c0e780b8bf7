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
    let Some(export) = wished(deps, user_id, export_id).await? else {
        // Whoever died between closing the archive and noting it has left it here, and perhaps the erasure was through by then.
        shelf.remove(&Export::requested(user_id, export_id, deps.ambient.now())).await?;
        return Ok(Progress::Done);
    };
    if !export.is_pending() {
        return Ok(Progress::Done);
    }
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
    if !is_settled && wished(deps, user_id, export_id).await?.is_none() {
        shelf.remove(&export).await?;
    }
    Ok(Progress::Done)
}

/// The wish, if it still is the newest one of somebody.
async fn wished(deps: &Deps, user_id: UserId, export_id: ExportId) -> Result<Option<Export>> {
    let newest = deps.exporter.exports.find(user_id).await?;
    Ok(newest.filter(|export| export.export_id == export_id))
}

//! `photo-sweep`: takes away copies of photos that no album names.
//!
//! A validator notes a draft before it stores the first copy, and the verdict takes the draft away. One that is still there a
//! day later is of a validator that died or came second, of a photo that was deleted meanwhile, or of a slot that lapsed; and
//! what staff refuses is a draft again. Nothing is written under such a name any more, so that a run may be late, cut short,
//! or done twice.

use std::sync::Arc;

use shared::domain::photo::{Draft, Photo};
use shared::error::Result;
use shared::ports::ambient::Ambient;
use shared::ports::photos::{Albums, PhotoBin, PhotoDrafts};
use shared::telemetry;

/// How many drafts one run looks at; the next hour has the next ones.
const DRAFTS_PER_RUN: usize = 200;

#[derive(Clone)]
pub struct Deps {
    pub drafts: Arc<dyn PhotoDrafts>,
    pub albums: Arc<dyn Albums>,
    pub bin: Arc<dyn PhotoBin>,
    pub ambient: Ambient,
}

/// One run. What fails of one draft keeps no other from being looked at, and fails the run at its end.
pub async fn sweep(deps: &Deps) -> Result<()> {
    let settled = Draft::settled_before(deps.ambient.now());
    let drafts = deps.drafts.before(settled, DRAFTS_PER_RUN).await?;
    tracing::info!(photo.drafts = drafts.len(), "drafts");
    let mut outcome = Ok(());
    for draft in &drafts {
        let settled = settle(deps, draft).await;
        if let Err(error) = &settled {
            telemetry::report(error);
        }
        outcome = outcome.and(settled);
    }
    outcome
}

/// The draft goes after the copies, so that a run that dies in between is made good by the next one.
async fn settle(deps: &Deps, draft: &Draft) -> Result<()> {
    let album = deps.albums.find(draft.user_id).await?;
    let shown = album.find(draft.photo_id).and_then(Photo::look);
    if shown.is_none_or(|look| look.key != draft.key) {
        deps.bin.withdraw(&draft.key).await?;
    }
    deps.drafts.forget(draft).await
}

#[cfg(test)]
mod tests;

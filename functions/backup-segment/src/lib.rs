//! `backup-segment`: reads one segment of one table into a backup, part by part, and writes the manifest when it was the last.
//!
//! After each part it notes in the bucket how far it has come, in the place of the note before: a run that is killed is
//! continued by the next delivery of its message, and of two runs at once one gets on while the other finds itself overtaken. A
//! segment that takes longer than a run stays in the queue and goes on from its note.

use std::sync::Arc;
use std::time::Duration;

use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use shared::domain::backup::{
    Manifest, Part, PartWriter, Plan, SegmentJob, SegmentState, manifest_key, part_key, plan_key, segment_key,
};
use shared::domain::time::Timestamp;
use shared::error::{Error, Result};
use shared::ports::ambient::Ambient;
use shared::ports::backups::{Scan, Vault};
use shared::ports::etag::ETag;
use shared::telemetry::metrics::{Metric, record};

/// A run reads no other page after this time; the template ends it a minute later.
const TIME: Duration = Duration::from_mins(4);
/// How many notes are read at once when the last segment is done.
const READERS: usize = 16;

#[derive(Clone)]
pub struct Deps {
    pub scan: Arc<dyn Scan>,
    pub vault: Arc<dyn Vault>,
    pub ambient: Ambient,
}

/// Saves a segment. A failure leaves the message to come again, and so does the end of the time.
pub async fn save(deps: &Deps, job: SegmentJob) -> Result<()> {
    let Some((_, bytes)) = deps.vault.read(&plan_key(&job.backup)).await? else {
        tracing::warn!(backup.id = %job.backup, "the backup is gone, and so is what was to be saved for it");
        return Ok(());
    };
    let (plan, hash) = Plan::read(&bytes)?;
    let segments = plan.table(job.table).map_or(0, |table| table.segments);
    if hash != job.plan || job.segment >= segments {
        return Err(Error::internal("a segment of another plan"));
    }
    if deps.vault.read(&manifest_key(&job.backup)).await?.is_some() {
        return Ok(());
    }
    read_to_the_end(deps, &job, segments).await?;
    complete(deps, &plan, &hash).await
}

async fn read_to_the_end(deps: &Deps, job: &SegmentJob, segments: u32) -> Result<()> {
    let ends_at = deps.ambient.now() + TIME;
    let key = segment_key(&job.backup, job.table, job.segment);
    loop {
        let (seen, state) = match deps.vault.read(&key).await? {
            Some((seen, bytes)) => (Some(seen), SegmentState::read(&bytes, job)?),
            None => (None, SegmentState::begin(job, deps.ambient.now())),
        };
        if state.done {
            return Ok(());
        }
        if deps.ambient.now() >= ends_at {
            return Err(Error::unavailable("a segment takes longer than a run, and goes on with the next delivery"));
        }
        advance(deps, &key, state, seen.as_ref(), segments, ends_at).await?;
    }
}

/// Reads one part and notes it. If another run has noted one meanwhile, its part counts and this one is forgotten.
async fn advance(
    deps: &Deps,
    key: &str,
    state: SegmentState,
    seen: Option<&ETag>,
    segments: u32,
    ends_at: Timestamp,
) -> Result<()> {
    let (mut writer, mut next) = (PartWriter::default(), state.next.clone());
    loop {
        let page = deps.scan.page(state.job.table, state.job.segment, segments, next.as_ref()).await?;
        for item in page.items.iter().filter(|item| state.job.table.records(item)) {
            writer.push(item)?;
        }
        next = page.next;
        if next.is_none() || writer.is_full() || deps.ambient.now() >= ends_at {
            break;
        }
    }
    let part = if writer.is_empty() { None } else { Some(put(deps, &state, writer).await?) };
    let (table, segment, items) = (state.job.table, state.job.segment, part.as_ref().map_or(0, |part| part.items));
    let noted = deps.vault.write(key, state.after(part, next, deps.ambient.now()).to_bytes()?, seen).await?;
    tracing::info!(
        backup.table = table.as_str(),
        backup.segment = segment,
        backup.items = items,
        backup.noted = noted,
        "part"
    );
    Ok(())
}

async fn put(deps: &Deps, state: &SegmentState, writer: PartWriter) -> Result<Part> {
    let (part, bytes) = writer.finish(state.next_part())?;
    deps.vault.put(&part_key(&state.job.backup, state.job.table, state.job.segment, &part), bytes).await?;
    Ok(part)
}

/// Writes the manifest if every segment is done. Whoever else finds the same at the same moment writes the same.
async fn complete(deps: &Deps, plan: &Plan, hash: &str) -> Result<()> {
    let notes = stream::iter(plan.jobs(hash)).map(|job| note(deps, job)).buffer_unordered(READERS);
    let states: Vec<SegmentState> = notes.try_filter_map(async |state| Ok(state)).try_collect().await?;
    let Some(manifest) = Manifest::of(plan, hash, &states)? else { return Ok(()) };
    if deps.vault.write(&manifest_key(&plan.backup), manifest.to_bytes()?, None).await? {
        let items: u64 = manifest.tables.iter().map(|table| table.items).sum();
        let took = manifest.window.until.since(manifest.window.from).as_secs();
        tracing::info!(backup.id = %plan.backup, backup.items = items, backup.seconds = took, "the backup is complete");
        record(&[Metric::BackupsCompleted { count: 1 }], deps.ambient.now());
    }
    Ok(())
}

async fn note(deps: &Deps, job: SegmentJob) -> Result<Option<SegmentState>> {
    let stored = deps.vault.read(&segment_key(&job.backup, job.table, job.segment)).await?;
    Ok(stored.map(|(_, bytes)| SegmentState::read(&bytes, &job)).transpose()?)
}

#[cfg(test)]
mod tests;

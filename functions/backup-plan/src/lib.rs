//! `backup-plan`: plans the backup of a day, hands its segments out, and throws old backups away.
//!
//! The backup of a day has one name, and its plan is written only where none is: whoever runs twice, or late, finds the plan
//! that is there, and asks again for the segments that are not done, of which none is read twice to its end. It reads no
//! items, and whoever does cannot delete.

use std::sync::Arc;
use std::time::Duration;

use futures::future::try_join_all;
use serde::{Deserialize, Serialize};
use shared::domain::backup::{
    BackupId, FORMAT, Plan, PlannedTable, ROOT, SegmentJob, SegmentState, TableKind, manifest_key, outdated, plan_key,
    segment_key, segments_for,
};
use shared::domain::profile::TimeZone;
use shared::domain::time::Timestamp;
use shared::error::{Error, Result};
use shared::ports::ambient::Ambient;
use shared::ports::backups::{BackupJobs, Catalogue, Vault, VaultCare};

#[derive(Clone)]
pub struct Deps {
    pub catalogue: Arc<dyn Catalogue>,
    pub vault: Arc<dyn Vault>,
    pub care: Arc<dyn VaultCare>,
    pub jobs: Arc<dyn BackupJobs>,
    pub ambient: Ambient,
}

/// What a run is told. The schedule says which moment it means; whoever says nothing means now, and with `extra` one more
/// than that of the day.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Order {
    scheduled_at: Option<Timestamp>,
    #[serde(default)]
    extra: bool,
}

/// How far the scheduler's clock may be ahead of ours.
const SKEW: Duration = Duration::from_mins(5);

impl Order {
    fn backup(self, zone: &TimeZone, now: Timestamp) -> Result<BackupId> {
        let at = self.scheduled_at.unwrap_or(now);
        if at > now + SKEW {
            return Err(Error::invalid(
                "scheduled_at",
                "scheduled_at must not lie ahead: that backup would be the newest for good",
            ));
        }
        let local = zone.clocks().ok_or_else(|| Error::internal("the time zone has no clocks"))?.show(at);
        let id = if self.extra { BackupId::of_moment(local, at) } else { BackupId::of_day(local) };
        id.ok_or_else(|| Error::internal("the time lies beyond the calendar"))
    }
}

/// What whoever asks for a backup is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Planned {
    pub backup: BackupId,
}

/// One run. Old backups are looked at after the new one is under way, so that nothing about them can keep it from being made.
pub async fn run(deps: &Deps, zone: &TimeZone, order: Order) -> Result<Planned> {
    let backup = order.backup(zone, deps.ambient.now())?;
    if deps.vault.read(&manifest_key(&backup)).await?.is_some() {
        tracing::info!(backup.id = %backup, "the backup is complete already");
    } else {
        let (plan, hash) = plan(deps, &backup).await?;
        let jobs = open(deps, &plan, &hash).await?;
        deps.jobs.send(&jobs).await?;
        tracing::info!(backup.id = %backup, backup.segments = jobs.len(), "backup-plan");
    }
    rotate(deps).await?;
    Ok(Planned { backup })
}

/// The plan that is there, or a new one.
async fn plan(deps: &Deps, backup: &BackupId) -> Result<(Plan, String)> {
    let key = plan_key(backup);
    if let Some((_, bytes)) = deps.vault.read(&key).await? {
        return Ok(Plan::read(&bytes)?);
    }
    let tables = try_join_all(TableKind::ALL.map(|table| planned(deps, table))).await?;
    let plan = Plan { format: FORMAT, backup: backup.clone(), made_at: deps.ambient.now(), tables };
    let bytes = plan.to_bytes()?;
    if deps.vault.write(&key, bytes.clone(), None).await? {
        return Ok(Plan::read(&bytes)?);
    }
    let stored = deps.vault.read(&key).await?;
    let (_, bytes) = stored.ok_or_else(|| Error::unavailable("a plan came and went"))?;
    Ok(Plan::read(&bytes)?)
}

async fn planned(deps: &Deps, table: TableKind) -> Result<PlannedTable> {
    let looked = deps.catalogue.look(table).await?;
    let segments = segments_for(looked.items, looked.bytes);
    Ok(PlannedTable { table, source: looked.source, segments, description: looked.description })
}

/// The segments that are not done. If all are and only the manifest is missing, the last one is asked for, which writes it.
async fn open(deps: &Deps, plan: &Plan, hash: &str) -> Result<Vec<SegmentJob>> {
    let (mut open, mut last) = (Vec::new(), None);
    for job in plan.jobs(hash) {
        let stored = deps.vault.read(&segment_key(&job.backup, job.table, job.segment)).await?;
        let state = stored.map(|(_, bytes)| SegmentState::read(&bytes, &job)).transpose()?;
        if state.is_none_or(|state| !state.done) {
            open.push(job);
        } else {
            last = Some(job);
        }
    }
    if open.is_empty() {
        open.extend(last);
    }
    Ok(open)
}

async fn rotate(deps: &Deps) -> Result<()> {
    let gone = outdated(&deps.care.list(ROOT).await?, deps.ambient.now());
    deps.care.remove(&gone.manifests).await?;
    deps.care.remove(&gone.others).await?;
    tracing::info!(backup.deleted = gone.manifests.len(), backup.deleted_pieces = gone.others.len(), "rotation");
    Ok(())
}

#[cfg(test)]
mod tests;

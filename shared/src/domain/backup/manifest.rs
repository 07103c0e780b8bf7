//! The manifest: the last object of a backup, without which it does not count.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{BackupId, Broken, FORMAT, Part, Plan, SegmentState, TableDescription, TableKind, part_key, sha256};
use crate::domain::time::Timestamp;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    pub format: u32,
    pub backup: BackupId,
    /// The hash of the plan, which lies beside it.
    pub plan_sha256: String,
    pub window: Window,
    pub tables: Vec<SavedTable>,
    /// The hash of the manifest as it would be with this field empty.
    pub sha256: String,
}

/// Items that were not written in it are what they were; the others are a version from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Window {
    pub from: Timestamp,
    pub until: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SavedTable {
    pub table: TableKind,
    pub source: String,
    pub window: Window,
    pub items: u64,
    /// The parts of each segment, in their order.
    pub segments: Vec<Vec<Part>>,
    pub description: TableDescription,
}

impl Manifest {
    /// The manifest of a plan whose segments are all done; nothing as long as one of them is not.
    pub fn of(plan: &Plan, plan_sha256: &str, states: &[SegmentState]) -> Result<Option<Self>, Broken> {
        let mut done = BTreeMap::new();
        for state in states.iter().filter(|state| state.done && state.job.plan == plan_sha256) {
            done.insert((state.job.table, state.job.segment), state);
        }
        let mut tables = Vec::new();
        for planned in &plan.tables {
            let states = (0..planned.segments).map(|segment| done.get(&(planned.table, segment)).copied());
            let Some(states) = states.collect::<Option<Vec<&SegmentState>>>() else { return Ok(None) };
            let segments: Vec<Vec<Part>> = states.iter().map(|state| state.parts.clone()).collect();
            tables.push(SavedTable {
                table: planned.table,
                source: planned.source.clone(),
                window: window(states.iter().map(|state| (state.began_at, state.ended_at))),
                items: segments.iter().flatten().map(|part| part.items).sum(),
                segments,
                description: planned.description.clone(),
            });
        }
        let window = window(tables.iter().map(|table| (table.window.from, table.window.until)));
        let (backup, plan_sha256) = (plan.backup.clone(), plan_sha256.to_owned());
        let manifest = Self { format: FORMAT, backup, plan_sha256, window, tables, sha256: String::new() };
        let sha256 = manifest.seal()?;
        Ok(Some(Self { sha256, ..manifest }))
    }

    fn seal(&self) -> Result<String, Broken> {
        Ok(sha256(&Self { sha256: String::new(), ..self.clone() }.to_bytes()?))
    }

    pub fn to_bytes(&self) -> Result<Vec<u8>, Broken> {
        serde_json::to_vec_pretty(self).map_err(|_| Broken::new("a manifest cannot be written as JSON"))
    }

    /// Reads a manifest that lies where that backup's manifest lies, beside that plan. Anything that does not fit is refused.
    pub fn read(bytes: &[u8], backup: &BackupId, plan: &[u8]) -> Result<Self, Broken> {
        #[derive(Deserialize)]
        struct Versioned {
            format: u32,
        }
        let unreadable = |error: serde_json::Error| Broken::new(format!("the manifest cannot be read: {error}"));
        let Versioned { format } = serde_json::from_slice(bytes).map_err(unreadable)?;
        if format != FORMAT {
            return Err(Broken::new(format!("the manifest has format {format}, and this program reads {FORMAT}")));
        }
        let manifest: Self = serde_json::from_slice(bytes).map_err(unreadable)?;
        if manifest.seal()? != manifest.sha256 {
            return Err(Broken::new("the manifest was changed after it had been written"));
        }
        if manifest.backup != *backup {
            return Err(Broken::new(format!(
                "the manifest is that of {}, and lies where {backup} should",
                manifest.backup
            )));
        }
        let (plan, plan_sha256) = Plan::read(plan)?;
        if plan_sha256 != manifest.plan_sha256 || plan.backup != *backup {
            return Err(Broken::new("the manifest belongs to another plan"));
        }
        manifest.covers(&plan)?;
        Ok(manifest)
    }

    /// Every segment of the plan, each part once and in its place.
    fn covers(&self, plan: &Plan) -> Result<(), Broken> {
        let planned: Vec<_> = plan.tables.iter().map(|table| (table.table, table.segments as usize)).collect();
        let saved: Vec<_> = self.tables.iter().map(|table| (table.table, table.segments.len())).collect();
        if planned != saved {
            return Err(Broken::new("the manifest has not the segments that were planned"));
        }
        for table in &self.tables {
            let in_order = |parts: &Vec<Part>| parts.iter().zip(0_u32..).all(|(part, number)| part.number == number);
            let items: u64 = table.segments.iter().flatten().map(|part| part.items).sum();
            if !table.segments.iter().all(in_order) || items != table.items {
                return Err(Broken::new(format!("the parts of {} do not add up", table.table.as_str())));
            }
        }
        Ok(())
    }
}

impl SavedTable {
    /// The keys of all parts, in their order.
    pub fn parts<'t>(&'t self, backup: &'t BackupId) -> impl Iterator<Item = (String, &'t Part)> {
        let numbered = self.segments.iter().zip(0_u32..);
        numbered.flat_map(move |(parts, segment)| {
            parts.iter().map(move |part| (part_key(backup, self.table, segment, part), part))
        })
    }
}

fn window(spans: impl Iterator<Item = (Timestamp, Timestamp)>) -> Window {
    let whole = spans.reduce(|(from, until), (began, ended)| (from.min(began), until.max(ended)));
    let (from, until) = whole.unwrap_or_default();
    Window { from, until }
}

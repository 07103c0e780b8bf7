//! Backs up and restores the tables of a store, once for each start, so that the peak of its memory is that of one job.
//!
//! `backup <prefix> <day>` and `restore <prefix> <day>` print the wall time and the processor's, in nanoseconds, and the peak
//! of memory in bytes. `cargo xtask bench backup` starts it.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a measurement that cannot go on has failed"
)]

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use nix::sys::resource::{UsageWho, getrusage};
use operator::{Into, Order, restore};
use shared::adapters::aws::Aws;
use shared::adapters::dynamo::{DynamoBackups, Table};
use shared::adapters::system::{self, SystemClock};
use shared::adapters::vault::S3Vault;
use shared::config::Vars;
use shared::domain::backup::{BackupId, SegmentJob, TableKind, manifest_key};
use shared::domain::profile::TimeZone;
use shared::error::Result;
use shared::ports::backups::BackupJobs;

#[derive(Default)]
struct Tray(Mutex<Vec<SegmentJob>>);

#[async_trait]
impl BackupJobs for Tray {
    async fn send(&self, jobs: &[SegmentJob]) -> Result<()> {
        self.0.lock().unwrap().extend_from_slice(jobs);
        Ok(())
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [what, prefix, day] = &arguments[..] else { return };
    let aws = Aws::new(&Vars::from_process());
    let started = Instant::now();
    match what.as_str() {
        "backup" => back_up(&aws, prefix, day).await,
        "restore" => bring_back(&aws, prefix, day).await,
        other => panic!("{other} is not measured"),
    }
    let wall = started.elapsed();
    let usage = getrusage(UsageWho::RUSAGE_SELF).unwrap();
    let seconds = |time: nix::sys::time::TimeVal| {
        Duration::new(time.tv_sec().try_into().unwrap(), u32::try_from(time.tv_usec()).unwrap() * 1_000)
    };
    let processor = seconds(usage.user_time()) + seconds(usage.system_time());
    println!("{}\n{}\n{}", wall.as_nanos(), processor.as_nanos(), peak());
}

/// The most memory that this program has had. What `getrusage` says begins with what had started it.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    peak.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
}

async fn back_up(aws: &Aws, prefix: &str, day: &str) {
    let table = |kind: TableKind| (kind, Table::new(aws, format!("{prefix}-{}", kind.as_str()), Arc::new(SystemClock)));
    let tables = Arc::new(DynamoBackups::new(aws, TableKind::ALL.map(table)));
    let vault = Arc::new(S3Vault::new(aws, format!("{prefix}-backups")));
    let jobs = Arc::new(Tray::default());
    let plan = backup_plan::Deps {
        catalogue: tables.clone(),
        vault: vault.clone(),
        care: vault.clone(),
        jobs: jobs.clone(),
        ambient: system::ambient(),
    };
    let order = serde_json::from_value(serde_json::json!({ "scheduled_at": format!("{day}T02:00:00Z") })).unwrap();
    backup_plan::run(&plan, &TimeZone::UTC, order).await.unwrap();
    let segment = backup_segment::Deps { scan: tables, vault, ambient: system::ambient() };
    let jobs = std::mem::take(&mut *jobs.0.lock().unwrap());
    for job in jobs {
        backup_segment::save(&segment, job).await.unwrap();
    }
}

async fn bring_back(aws: &Aws, prefix: &str, day: &str) {
    let bucket = format!("{prefix}-backups");
    let order = Order {
        ledgers: vec![bucket.clone()],
        bucket,
        manifest: manifest_key(&BackupId::parse(day).unwrap()),
        tables: Vec::new(),
        into: Into::New(format!("{prefix}-{day}")),
        dry_run: false,
        beyond_ledger: false,
    };
    restore(aws, &system::ambient(), &order, &|_| ()).await.unwrap();
}

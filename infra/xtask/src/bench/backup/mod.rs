//! What a backup and its restoration cost, beside boto3, and whether their memory stays flat.
//!
//! Both talk to the same store in memory, one after the other. What the store takes is part of the wall time of both, and of
//! nobody's processor time.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};

use super::measure::median;
use super::store::Store;
use crate::failure::{Explain, Failure};
use crate::local::{ACCOUNT, Client, REGION};
use crate::programs as program;
use crate::progress::{Progress, result};
use crate::table::Table;
use crate::tools::{LOCAL, Tools};

const PEER: &str = include_str!("peer.py");
const ITEMS: u32 = 100_000;
/// So many times as many items must not take more memory.
const MORE: u32 = 4;
const ROUNDS: usize = 3;
const KINDS: [&str; 6] = ["accounts", "sessions", "profiles", "social", "chat", "ops"];

/// One run of a program.
#[derive(Debug, Clone, Copy)]
struct Run {
    wall: Duration,
    processor: Duration,
    /// In bytes.
    peak: u64,
}

/// Several runs of one kind.
#[derive(Debug)]
struct Runs {
    what: &'static str,
    who: &'static str,
    each: Vec<Run>,
}

struct Setting<'s> {
    store: &'s Store,
    bench: &'s Path,
    python: &'s Path,
}

pub fn run(as_json: bool) -> Result<(), Failure> {
    let bench = program::build("operator", "backup")?;
    let python = Tools::ensure(&LOCAL, Progress::Loud)?.python();
    let store = Store::start()?;
    Progress::Loud.step(&format!("fill {} items into the store", ITEMS * (1 + MORE)), || {
        fill(&store, "bench", ITEMS)?;
        fill(&store, "more", ITEMS * MORE)
    })?;
    let setting = Setting { store: &store, bench: &bench, python: &python };
    let named = |what, who| Runs { what, who, each: Vec::new() };
    let [mut saved, mut peer_saved] = [named("backup", "ours"), named("backup", "boto3")];
    let [mut restored, mut peer_restored] = [named("restore", "ours"), named("restore", "boto3")];
    Progress::Loud.step(&format!("{ROUNDS} rounds, in turns"), || {
        for round in 1..=ROUNDS {
            let day = format!("2026-11-{round:02}");
            saved.each.push(setting.ours("backup", "bench", &day)?);
            peer_saved.each.push(setting.peer("backup", round)?);
            restored.each.push(setting.ours("restore", "bench", &day)?);
            peer_restored.each.push(setting.peer("restore", round)?);
        }
        Ok(())
    })?;
    let more = Progress::Loud.step(&format!("{} items", ITEMS * MORE), || {
        Ok([setting.ours("backup", "more", "2026-11-01")?, setting.ours("restore", "more", "2026-11-01")?])
    })?;
    let packed = store.objects("bench-backups/backups/v1/2026-11-01/").iter().map(|(_, bytes)| *bytes).sum();
    report(&[saved, peer_saved, restored, peer_restored], more, store.size("bench-chat").0, packed, as_json);
    Ok(())
}

/// Tables as `backup-plan` expects them, all of whose items are messages of one table.
fn fill(store: &Store, prefix: &str, items: u32) -> Result<(), Failure> {
    Client::new(store.url()).create_bucket(&format!("{prefix}-backups"))?;
    let unanswered = || Failure::new("the store does not answer");
    for kind in KINDS {
        let keys = json!([{ "AttributeName": "pk", "KeyType": "HASH" }, { "AttributeName": "sk", "KeyType": "RANGE" }]);
        let types =
            json!([{ "AttributeName": "pk", "AttributeType": "S" }, { "AttributeName": "sk", "AttributeType": "S" }]);
        let name = format!("{prefix}-{kind}");
        let table = json!({ "TableName": name, "KeySchema": keys, "AttributeDefinitions": types });
        store.call("CreateTable", &table).ok_or_else(unanswered)?;
    }
    let table = format!("{prefix}-chat");
    for number in 0..items {
        store.call("PutItem", &json!({ "TableName": table, "Item": message(number) })).ok_or_else(unanswered)?;
    }
    Ok(())
}

/// A message as `chat` stores it. Its words differ, so that they pack as texts do, and not as one text a thousand times.
fn message(number: u32) -> Value {
    let mut drawn = number.wrapping_mul(2_654_435_761) | 1;
    let words = (0..12 + number % 30).map(|_| {
        drawn ^= drawn << 13;
        drawn ^= drawn >> 17;
        drawn ^= drawn << 5;
        format!("{:x}", drawn % 50_000)
    });
    json!({
        "pk": { "S": format!("CONV#01a1fc65-edb6-7598-8935-{:012}", number / 50) }, "sk": { "S": format!("MSG#{number:012}") },
        "seq": { "N": (number % 50).to_string() }, "kind": { "S": "text" },
        "sender_id": { "S": format!("01a1fc65-e9a2-749a-8ccf-{:012x}", number.wrapping_mul(48_271)) },
        "text": { "S": words.collect::<Vec<_>>().join(" ") }, "sent_at": { "S": "2026-11-26T09:30:00.000Z" },
        "deleted": { "BOOL": false },
    })
}

impl Setting<'_> {
    fn ours(&self, what: &str, prefix: &str, day: &str) -> Result<Run, Failure> {
        let mut command = Command::new(self.bench);
        command.args([what, prefix, day]).env("AWS_ENDPOINT_URL", self.store.url());
        command.envs([("AWS_ACCESS_KEY_ID", ACCOUNT), ("AWS_SECRET_ACCESS_KEY", "unused"), ("AWS_REGION", REGION)]);
        measured(&mut command)
    }

    fn peer(&self, what: &str, round: usize) -> Result<Run, Failure> {
        let mut command = Command::new(self.python);
        command.args(["-c", PEER, what]).arg(self.store.url()).args(["bench-chat", "bench-backups"]);
        command.arg(format!("peer/{round}"));
        if what == "restore" {
            command.arg(format!("peer-{round}"));
        }
        measured(&mut command)
    }
}

fn measured(command: &mut Command) -> Result<Run, Failure> {
    let lines = program::lines(command)?;
    let time = |index: usize| lines.get(index).and_then(|line| program::duration(line));
    let peak = lines.get(2).and_then(|line| line.parse().ok());
    match (time(0), time(1), peak) {
        (Some(wall), Some(processor), Some(peak)) => Ok(Run { wall, processor, peak }),
        _ => Err(Failure::new("a benchmark said something else")).explain(|| lines.join(" ")),
    }
}

impl Runs {
    fn wall(&self) -> f64 {
        median(self.each.iter().map(|run| run.wall).collect()).as_secs_f64()
    }

    fn processor(&self) -> f64 {
        median(self.each.iter().map(|run| run.processor).collect()).as_secs_f64()
    }

    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    fn peak(&self) -> f64 {
        self.each.iter().map(|run| run.peak).max().unwrap_or_default() as f64 / 1e6
    }
}

#[expect(clippy::cast_precision_loss, reason = "figures for people")]
fn report(all: &[Runs; 4], more: [Run; 2], bytes: u64, packed: usize, as_json: bool) {
    let peer = |runs: &Runs| all.iter().find(|other| other.what == runs.what && other.who != runs.who);
    let figures = |runs: &Runs| {
        json!({
            "what": runs.what, "who": runs.who, "items_per_second": f64::from(ITEMS) / runs.wall(),
            "mb_per_second": bytes as f64 / 1e6 / runs.wall(), "processor_us_per_item": runs.processor() * 1e6 / f64::from(ITEMS),
            "peak_mb": runs.peak(), "times_as_fast": peer(runs).map(|peer| peer.wall() / runs.wall()),
            "of_its_processor": peer(runs).map(|peer| runs.processor() / peer.processor()),
        })
    };
    let rows: Vec<Value> = all.iter().map(figures).collect();
    let peaks = more.map(|run| run.peak as f64 / 1e6);
    if as_json {
        result(json!({ "rows": rows, "bytes": bytes, "packed": packed, "peak_mb_of_four_times": peaks }));
        return;
    }
    let number = |row: &Value, name: &str, digits: usize| {
        row[name].as_f64().map(|number| format!("{number:.digits$}")).unwrap_or_default()
    };
    let text = |row: &Value, name: &str| row[name].as_str().unwrap_or_default().to_owned();
    let mut table =
        Table::new(["what", "who", "items/s", "MB/s", "processor per item, µs", "peak MB", "so many times as fast"]);
    for row in &rows {
        table.row(&[
            text(row, "what"),
            text(row, "who"),
            number(row, "items_per_second", 0),
            number(row, "mb_per_second", 1),
            number(row, "processor_us_per_item", 1),
            number(row, "peak_mb", 0),
            number(row, "times_as_fast", 2),
        ]);
    }
    result(table);
    result(format_args!(
        "{ITEMS} items of {:.1} MB are {:.1} MB in the bucket. Of {} items the peaks are {:.0} MB (backup) and {:.0} MB (restore).",
        bytes as f64 / 1e6,
        packed as f64 / 1e6,
        ITEMS * MORE,
        peaks[0],
        peaks[1]
    ));
}

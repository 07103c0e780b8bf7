//! What retrieval takes and finds: scans beside numpy and faiss, whole rankings, loading, and how many of the true nearest
//! are found.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};

use super::measure::{median, percentile};
use super::texts;
use crate::failure::{Explain, Failure};
use crate::model;
use crate::programs as program;
use crate::progress::{Progress, result};
use crate::table::Table;
use crate::tools::{NEAREST, Tools};
use crate::workspace;

const REFERENCE: &str = include_str!("scan.py");
const TEXTS: usize = 12_000;
const SCANNED: usize = 1_000_000;
/// Ours and the references take turns, so that what slows the machine down for a while slows all.
const TURNS: usize = 3;
const ROUNDS: usize = 5;
/// People, and how many of them ask.
const POPULATIONS: [(usize, usize); 3] = [(10_000, 200), (100_000, 100), (1_000_000, 40)];
const LOADED: usize = 100_000;
const RECALL_QUERIES: usize = 500;

pub fn run(as_json: bool) -> Result<(), Failure> {
    let bench = program::build("shared", "retrieval")?;
    let python = Tools::ensure(&NEAREST, Progress::Loud)?.python();
    let vectors = vectors()?;
    let scans = Progress::Loud.step("scan a million vectors", || Scans::take(&bench, &python))?;
    let mut ranks = Vec::new();
    for (people, queries) in POPULATIONS {
        ranks.push(
            Progress::Loud.step(&format!("rank {people} people"), || Ranks::take(&bench, &vectors, people, queries))?,
        );
    }
    let load = Progress::Loud.step("load 100,000 people", || {
        program::lines(Command::new(&bench).arg("load").arg(&vectors).args([&LOADED.to_string(), "5"]))
    })?;
    let recall = Progress::Loud.step("look for the nearest", || {
        program::lines(Command::new(&bench).arg("recall").arg(&vectors).arg(RECALL_QUERIES.to_string()))
    })?;
    report(&scans, &ranks, &load, &recall, as_json);
    Ok(())
}

/// The vectors of real texts by the project's own model, made once for each set of texts.
fn vectors() -> Result<PathBuf, Failure> {
    let folder = workspace::target()?.join("bench/retrieval");
    let (file, name) = texts::collect(&folder, TEXTS)?;
    let vectors = folder.join(format!("{name}.vectors"));
    if vectors.is_file() {
        return Ok(vectors);
    }
    let model = model::ensure(Progress::Loud)?;
    // Over the whole workspace, as the functions are built: nothing is compiled twice.
    let build = ["build", "--profile", "local", "--workspace", "--example", "vectors"];
    let program = workspace::target()?.join("local/examples/vectors");
    let unfinished = vectors.with_extension("unfinished");
    Progress::Loud.step(&format!("embed {TEXTS} texts: some minutes, once"), || {
        let mut steps = [Command::new("cargo"), Command::new(program)];
        steps[0].args(build);
        steps[1].args([&model, &file, &unfinished]);
        for step in &mut steps {
            let status = step.current_dir(workspace::root()).status();
            if !status.explain(|| "cannot run it".to_owned())?.success() {
                return Err(Failure::new("the texts were not embedded"));
            }
        }
        fs::rename(&unfinished, &vectors).explain(|| format!("cannot write {}", vectors.display()))
    })?;
    Ok(vectors)
}

/// The same million vectors' worth of work, three ways, one thread each.
#[derive(Default)]
struct Scans {
    ours: Vec<Duration>,
    numpy: Vec<Duration>,
    faiss: Vec<Duration>,
}

impl Scans {
    fn take(bench: &Path, python: &Path) -> Result<Self, Failure> {
        let mut scans = Self::default();
        let (people, rounds) = (SCANNED.to_string(), ROUNDS.to_string());
        for _ in 0..TURNS {
            let ours = program::lines(Command::new(bench).args(["scan", &people, &rounds]))?;
            scans.ours.extend(ours.iter().filter_map(|line| program::duration(line)));
            let mut reference = Command::new(python);
            reference.args(["-c", REFERENCE, &people, &rounds]);
            // What a machine's administrator has set would make the reference slower or quicker than it is.
            for name in ["OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"] {
                reference.env_remove(name);
            }
            for line in program::lines(reference.env("OMP_NUM_THREADS", "1").env("OPENBLAS_NUM_THREADS", "1"))? {
                match line.split_once(' ') {
                    Some(("numpy", time)) => scans.numpy.extend(program::duration(time)),
                    Some(("faiss", time)) => scans.faiss.extend(program::duration(time)),
                    _ => {}
                }
            }
        }
        Ok(scans)
    }
}

struct Ranks {
    people: usize,
    bytes: Value,
    searches: Vec<Duration>,
    wholes: Vec<Duration>,
}

impl Ranks {
    fn take(bench: &Path, vectors: &Path, people: usize, queries: usize) -> Result<Self, Failure> {
        let mut command = Command::new(bench);
        let lines = program::lines(command.arg("rank").arg(vectors).args([people.to_string(), queries.to_string()]))?;
        let bytes = lines.first().and_then(|line| serde_json::from_str(line).ok()).unwrap_or_default();
        let (mut searches, mut wholes) = (Vec::new(), Vec::new());
        for line in &lines {
            let Some((search, rest)) = line.split_once(' ') else { continue };
            if let (Some(search), Some(rest)) = (program::duration(search), program::duration(rest)) {
                searches.push(search);
                wholes.push(search + rest);
            }
        }
        Ok(Self { people, bytes, searches, wholes })
    }
}

fn report(scans: &Scans, ranks: &[Ranks], load: &[String], recall: &[String], as_json: bool) {
    let ms = |time: Duration| time.as_secs_f64() * 1e3;
    let [ours, numpy, faiss] = [&scans.ours, &scans.numpy, &scans.faiss].map(|times| ms(median(times.clone())));
    let loaded: Vec<Duration> = load.iter().filter_map(|line| program::duration(line)).collect();
    let last =
        |lines: &[String]| lines.last().and_then(|line| serde_json::from_str::<Value>(line).ok()).unwrap_or_default();
    let (segment, recall) = (last(load), last(recall));
    let row = |one: &Ranks| {
        json!({
            "people": one.people, "p50_ms": ms(median(one.wholes.clone())), "p99_ms": ms(percentile(one.wholes.clone(), 99)),
            "search_p50_ms": ms(median(one.searches.clone())), "bytes_each": one.bytes["bytes_each"],
            "arrays_each": one.bytes["arrays_each"],
        })
    };
    let rows: Vec<Value> = ranks.iter().map(row).collect();
    if as_json {
        let scan = json!({ "vectors": SCANNED, "ours_ms": ours, "numpy_ms": numpy, "faiss_ms": faiss, "ratio": numpy.min(faiss) / ours });
        let load = json!({ "people": LOADED, "p50_ms": ms(median(loaded)), "bytes": segment["bytes"] });
        result(json!({ "scan": scan, "rank": rows, "load": load, "recall": recall }));
        return;
    }
    let mut table = Table::new(["people", "p50 ms", "p99 ms", "of it search", "bytes each"]);
    for row in &rows {
        let number = |name: &str| row[name].as_f64().map(|value| format!("{value:.2}")).unwrap_or_default();
        table.row(&[
            row["people"].to_string(),
            number("p50_ms"),
            number("p99_ms"),
            number("search_p50_ms"),
            row["bytes_each"].to_string(),
        ]);
    }
    result(format_args!(
        "\nScan of {SCANNED} × 384, one thread: ours (int8) {ours:.1} ms, numpy (float32) {numpy:.1} ms, faiss (float32) \
         {faiss:.1} ms: {:.1} times as fast as the better one",
        numpy.min(faiss) / ours
    ));
    result(format_args!("\nRanking: search, exact scores of the best 300, reasons for 20"));
    result(table);
    result(format_args!("\nLoading {LOADED} people from {} bytes: {:.0} ms", segment["bytes"], ms(median(loaded))));
    result(format_args!(
        "Recall at 20 against exact float32, {} texts, {} queries: {:.4} by int8 alone, {:.4} with the best 300 compared exactly",
        recall["texts"],
        recall["queries"],
        recall["alone"].as_f64().unwrap_or_default(),
        recall["rescored"].as_f64().unwrap_or_default()
    ));
}

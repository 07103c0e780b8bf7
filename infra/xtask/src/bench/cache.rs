//! What the cache costs: hits beside computing, and a server that is frozen beside no cache at all.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use serde_json::json;

use super::measure::{median, percentile};
use crate::failure::Failure;
use crate::local::LocalCache;
use crate::programs as program;
use crate::progress::{Progress, result};
use crate::table::Table;

/// At 5 ms each they take 5 s, for which the server is frozen.
const COMPUTATIONS: usize = 1_000;
const HITS: usize = 5_000;

/// What is looked up, and how.
const CASES: [(&str, &str, usize); 4] = [
    ("computing for 5 ms, without a cache", "compute", COMPUTATIONS),
    ("the same, the server frozen and the breaker open", "frozen", COMPUTATIONS),
    ("a list of 300 from Redis", "redis", HITS),
    ("a list of 300 from memory", "memory", HITS),
];

pub fn run(as_json: bool) -> Result<(), Failure> {
    let bench = program::build("shared", "cache")?;
    let server = LocalCache::start("bench-cache")?;
    let mut rows = Vec::new();
    for (what, mode, count) in CASES {
        let times = Progress::Loud.step(what, || measured(&bench, &server, mode, count))?;
        rows.push((what, median(times.clone()), percentile(times, 99)));
    }
    let ratio = rows[1].2.as_secs_f64() / rows[0].2.as_secs_f64();
    if as_json {
        let figures =
            rows.iter().map(|(what, p50, p99)| json!({ "what": what, "p50_us": micros(*p50), "p99_us": micros(*p99) }));
        result(json!({ "rows": figures.collect::<Vec<_>>(), "p99_ratio_frozen": ratio }));
        return Ok(());
    }
    let mut table = Table::new(["what", "p50 µs", "p99 µs"]);
    for (what, p50, p99) in &rows {
        table.row(&[(*what).to_owned(), format!("{:.1}", micros(*p50)), format!("{:.1}", micros(*p99))]);
    }
    result(table);
    result(format_args!("p99 with the server frozen / p99 without a cache: {ratio:.3} (aim: at most 1.2)"));
    Ok(())
}

fn measured(bench: &Path, server: &LocalCache, mode: &str, count: usize) -> Result<Vec<Duration>, Failure> {
    let mut command = Command::new(bench);
    command.args([mode, &count.to_string(), &server.url()]);
    if mode != "frozen" {
        return program::nanoseconds(&mut command);
    }
    server.freeze()?;
    let times = program::nanoseconds(&mut command);
    server.thaw()?;
    times
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

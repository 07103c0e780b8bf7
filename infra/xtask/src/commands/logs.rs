//! `cargo xtask logs`: what the functions of the running system wrote.

use std::collections::BTreeMap;
use std::thread::sleep;
use std::time::Duration;

use clap::Args;
use serde_json::Value;

use super::up;
use crate::failure::Failure;
use crate::local::{Client, LogLine};
use crate::progress::result;

#[derive(Debug, Args)]
pub struct Options {
    /// One function (a folder name in functions/); all when not given.
    function: Option<String>,
    /// Go on printing what comes.
    #[arg(long, short)]
    follow: bool,
}

pub fn run(options: &Options) -> Result<(), Failure> {
    let record = up::record()?;
    let client = Client::new(record["endpoint"].as_str().unwrap_or_default());
    let functions = chosen(&record, options.function.as_deref())?;
    let mut tail = Tail::default();
    loop {
        for (function, line) in tail.next(&client, &functions)? {
            result(format_args!("{function:16} {}", line.message));
        }
        if !options.follow {
            return Ok(());
        }
        sleep(Duration::from_millis(300));
    }
}

fn chosen(record: &Value, wanted: Option<&str>) -> Result<BTreeMap<String, String>, Failure> {
    let all = record["functions"].as_object().into_iter().flatten();
    let all: BTreeMap<String, String> =
        all.filter_map(|(folder, name)| Some((folder.clone(), name.as_str()?.to_owned()))).collect();
    let Some(wanted) = wanted else { return Ok(all) };
    let Some(name) = all.get(wanted) else {
        let known: Vec<&str> = all.keys().map(String::as_str).collect();
        return Err(Failure::new(format!("there is no function {wanted}"))
            .remedy(format!("choose one of {}", known.join(", "))));
    };
    Ok(BTreeMap::from([(wanted.to_owned(), name.clone())]))
}

/// Remembers, per function, the time of the last line shown and how many lines of that millisecond were shown. Lines of
/// one millisecond may arrive in two answers, so the last time is asked for again.
#[derive(Debug, Default)]
struct Tail {
    shown: BTreeMap<String, (i64, usize)>,
}

impl Tail {
    fn next(
        &mut self,
        client: &Client,
        functions: &BTreeMap<String, String>,
    ) -> Result<Vec<(String, LogLine)>, Failure> {
        let mut fresh = Vec::new();
        for (folder, name) in functions {
            let shown = self.shown.entry(folder.clone()).or_default();
            let (since, count) = *shown;
            for line in client.function_logs(name, since)?.into_iter().skip(count) {
                *shown = if line.timestamp == shown.0 { (shown.0, shown.1 + 1) } else { (line.timestamp, 1) };
                fresh.push((folder.clone(), line));
            }
        }
        fresh.sort_by_key(|(_, line)| line.timestamp);
        Ok(fresh)
    }
}

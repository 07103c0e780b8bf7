//! `cargo xtask check`: everything that can be said about the repository without running it.

use std::time::{Duration, Instant};

use clap::Args;

use crate::check::{dependencies, lints, secrets, template};
use crate::failure::Failure;
use crate::progress::{seconds, warn};

type Step = (&'static str, fn() -> Result<(), Failure>);

const STEPS: [Step; 5] = [
    ("format", lints::format),
    ("clippy", lints::clippy),
    ("dependencies", dependencies::check),
    ("template", template::lint),
    ("secrets", secrets::scan_repository),
];

#[derive(Debug, Args)]
pub struct Options {
    /// Run only these steps: format, clippy, dependencies, template, secrets.
    #[arg(value_parser = STEPS.map(|(name, _)| name))]
    steps: Vec<String>,
}

/// Runs every step even when one fails, so that one run shows all there is to correct.
pub fn run(options: &Options) -> Result<(), Failure> {
    let wanted = |(name, _): &Step| options.steps.is_empty() || options.steps.iter().any(|step| step == name);
    let outcomes: Vec<(&str, Duration, bool)> = STEPS.into_iter().filter(wanted).map(run_step).collect();
    warn("\nSummary");
    for (name, elapsed, passed) in &outcomes {
        let verdict = if *passed { "ok" } else { "FAILED" };
        warn(format_args!("  {name:14} {:>8}  {verdict}", seconds(*elapsed)));
    }
    let failed: Vec<&str> = outcomes.iter().filter(|(_, _, passed)| !passed).map(|(name, _, _)| *name).collect();
    if failed.is_empty() {
        return Ok(());
    }
    Err(Failure::new(format!("failed: {}", failed.join(", "))).remedy("correct what the steps above report"))
}

fn run_step((name, step): Step) -> (&'static str, Duration, bool) {
    warn(format_args!("==> {name}"));
    let started = Instant::now();
    let outcome = step();
    if let Err(failure) = &outcome {
        warn(format_args!("{name}: {failure}"));
    }
    (name, started.elapsed(), outcome.is_ok())
}

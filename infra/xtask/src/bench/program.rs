//! Benchmarks that are programs of their own, because what they measure is linked into them.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::failure::{Explain, Failure};
use crate::progress::Progress;
use crate::workspace;

/// Builds a crate's benchmark the way the functions are built, and answers where it is.
pub(super) fn build(package: &str, name: &str) -> Result<PathBuf, Failure> {
    Progress::Loud.step("build the benchmark for release", || {
        let mut cargo = Command::new("cargo");
        cargo.args(["bench", "--package", package, "--bench", name, "--no-run", "--message-format", "json"]);
        let output = cargo.current_dir(workspace::root()).stderr(Stdio::inherit()).output();
        let output = output.explain(|| "cannot run cargo".to_owned())?;
        let messages = String::from_utf8_lossy(&output.stdout).into_owned();
        let executables = messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let executable =
            executables.filter_map(|message| message["executable"].as_str().map(PathBuf::from)).next_back();
        executable.ok_or_else(|| Failure::new("the benchmark does not build").remedy("fix what cargo reported above"))
    })
}

/// What a program prints, line by line, or what it complained about.
pub(super) fn lines(command: &mut Command) -> Result<Vec<String>, Failure> {
    let program = PathBuf::from(command.get_program());
    let output = command.output().explain(|| format!("cannot run {}", program.display()))?;
    if !output.status.success() {
        let evidence = String::from_utf8_lossy(&output.stderr).into_owned();
        return Err(Failure::new(format!("{} failed", program.display())).evidence(evidence));
    }
    Ok(String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect())
}

/// The durations that a program prints, one on a line.
pub(super) fn nanoseconds(command: &mut Command) -> Result<Vec<Duration>, Failure> {
    Ok(lines(command)?.iter().filter_map(|line| duration(line)).collect())
}

/// A duration as a benchmark prints it, in whole nanoseconds.
pub(super) fn duration(line: &str) -> Option<Duration> {
    line.trim().parse().ok().map(Duration::from_nanos)
}

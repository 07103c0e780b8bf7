//! Benchmarks that are programs of their own, because what they measure is linked into them.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use crate::failure::{Explain, Failure};
use crate::progress::Progress;
use crate::workspace;

/// Builds a crate's benchmark the way the functions are built, and answers where it is.
pub fn build(package: &str, name: &str) -> Result<PathBuf, Failure> {
    Progress::Loud.step("build the benchmark for release", || {
        let mut cargo = Command::new("cargo");
        cargo.args(["bench", "--package", package, "--bench", name, "--no-run", "--message-format", "json"]);
        let output = cargo.current_dir(workspace::root()).stderr(Stdio::inherit()).output();
        let output = output.explain(|| "cannot run cargo".to_owned())?;
        let messages = String::from_utf8_lossy(&output.stdout).into_owned();
        let executable = messages.lines().find_map(|line| executable(line, name));
        executable.ok_or_else(|| Failure::new("the benchmark does not build").remedy("fix what cargo reported above"))
    })
}

/// The benchmark, if this message of cargo's is about it: a function's own program is built beside it.
fn executable(message: &str, name: &str) -> Option<PathBuf> {
    let message: Value = serde_json::from_str(message).ok()?;
    let is_it = message["target"]["name"] == name && message["target"]["kind"] == json!(["bench"]);
    message["executable"].as_str().filter(|_| is_it).map(PathBuf::from)
}

/// What a program prints, line by line, or what it complained about.
pub fn lines(command: &mut Command) -> Result<Vec<String>, Failure> {
    let program = PathBuf::from(command.get_program());
    let output = command.output().explain(|| format!("cannot run {}", program.display()))?;
    if !output.status.success() {
        let evidence = String::from_utf8_lossy(&output.stderr).into_owned();
        return Err(Failure::new(format!("{} failed", program.display())).evidence(evidence));
    }
    Ok(String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect())
}

/// The durations that a program prints, one on a line.
pub fn nanoseconds(command: &mut Command) -> Result<Vec<Duration>, Failure> {
    Ok(lines(command)?.iter().filter_map(|line| duration(line)).collect())
}

/// A duration as a benchmark prints it, in whole nanoseconds.
pub fn duration(line: &str) -> Option<Duration> {
    line.trim().parse().ok().map(Duration::from_nanos)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_functions_own_program_is_not_taken_for_its_benchmark() {
        let message = |kind: &str, name: &str| {
            let target = json!({"kind": [kind], "name": name});
            json!({"reason": "compiler-artifact", "target": target, "executable": format!("/target/{name}")})
                .to_string()
        };
        assert_eq!(executable(&message("bench", "matching"), "matching"), Some("/target/matching".into()));
        for other in [message("bin", "matching"), message("bin", "embed"), message("bench", "cache"), "warning".into()]
        {
            assert_eq!(executable(&other, "matching"), None, "{other}");
        }
    }
}

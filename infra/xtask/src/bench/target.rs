//! Bench targets of other crates: built the way the functions are built.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::failure::{Explain, Failure};
use crate::progress::Progress;
use crate::workspace;

/// Builds a crate's benchmark, and answers where it is.
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

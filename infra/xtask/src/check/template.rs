//! cfn-lint over the template and what it nests.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use super::run;
use crate::failure::{Explain, Failure};
use crate::progress::Progress;
use crate::tools::{LINT, Tools};
use crate::workspace;

pub fn lint() -> Result<(), Failure> {
    let tools = Tools::ensure(&LINT, Progress::Loud)?;
    let mut linter = Command::new(tools.program("cfn-lint"));
    run(linter.args(templates()?), "correct the template where cfn-lint points")
}

fn templates() -> Result<Vec<PathBuf>, Failure> {
    let folder = workspace::root().join("infra");
    let entries = fs::read_dir(&folder).explain(|| format!("cannot list {}", folder.display()))?;
    let nested = entries.filter_map(Result::ok).map(|entry| entry.path());
    let nested = nested.filter(|path| path.extension().is_some_and(|extension| extension == "yaml"));
    Ok(std::iter::once(workspace::root().join("template.yaml")).chain(nested).collect())
}

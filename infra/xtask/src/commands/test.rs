//! `cargo xtask test`: every test of the workspace, with the functions built first.

use std::process::Command;
use std::time::Instant;

use clap::Args;

use crate::build::build_functions;
use crate::failure::{Explain, Failure};
use crate::progress::{Progress, seconds, warn};
use crate::tools::{LOCAL, Tools};
use crate::workspace;

#[derive(Debug, Args)]
pub struct Options {
    /// Run only tests whose name contains one of these.
    filters: Vec<String>,
}

pub fn run(options: &Options) -> Result<(), Failure> {
    let started = Instant::now();
    // Slow steps happen here, where they are announced, and not inside the first test that needs them.
    Tools::ensure(&LOCAL, Progress::Loud)?;
    build_functions(Progress::Loud)?;
    warn("==> run the tests");
    let status = Command::new("cargo")
        .args(["test", "--profile", "local", "--workspace", "--"])
        .args(&options.filters)
        .current_dir(workspace::root())
        .status()
        .explain(|| "cannot run cargo".to_owned())?;
    if !status.success() {
        return Err(Failure::new("tests failed")
            .remedy("read the failures above; run one alone with `cargo xtask test <name>`"));
    }
    warn(format_args!("All tests passed in {}.", seconds(started.elapsed())));
    Ok(())
}

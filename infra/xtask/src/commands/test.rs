//! `cargo xtask test`: every test of the workspace, with the functions built first.

use std::process::Command;
use std::time::Instant;

use clap::Args;

use crate::build::build_functions;
use crate::failure::{Explain, Failure};
use crate::footprint::{MemoryWatch, disk_bytes};
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
    // Libraries and the one binary of stories: binaries and documentation have no tests, and linking them would cost.
    let mut tests = Command::new("cargo")
        .args(["test", "--profile", "local", "--workspace", "--lib", "--test", "all", "--"])
        .args(&options.filters)
        .current_dir(workspace::root())
        .spawn()
        .explain(|| "cannot run cargo".to_owned())?;
    let memory = MemoryWatch::over(tests.id());
    let status = tests.wait().explain(|| "cannot wait for cargo".to_owned())?;
    say_footprint(memory.peak())?;
    if !status.success() {
        return Err(Failure::new("tests failed")
            .remedy("read the failures above; run one alone with `cargo xtask test <name>`"));
    }
    warn(format_args!("All tests passed in {}.", seconds(started.elapsed())));
    Ok(())
}

fn say_footprint(peak_memory_bytes: u64) -> Result<(), Failure> {
    let mebibytes = |bytes: u64| bytes / (1024 * 1024);
    warn(format_args!(
        "Peak memory of the tests and all they started: {} MiB. Disk: {} MiB of local AWS, {} MiB of target/ in all.",
        mebibytes(peak_memory_bytes),
        mebibytes(disk_bytes(&workspace::local_aws()?)),
        mebibytes(disk_bytes(workspace::target()?)),
    ));
    Ok(())
}

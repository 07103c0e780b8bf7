//! `cargo xtask test`: every test of the workspace, with the functions built first.

use std::env;
use std::num::NonZero;
use std::process::{Command, Stdio};
use std::thread::available_parallelism;
use std::time::Instant;

use clap::Args;

use crate::build::build_functions;
use crate::failure::{Explain, Failure};
use crate::footprint::{MemoryWatch, disk_bytes};
use crate::model;
use crate::progress::{Progress, seconds, warn};
use crate::provider::Provider;
use crate::tools::{CACHE, LOCAL, Tools};
use crate::workspace;

/// Stories wait for queues and for the local AWS most of their time: so many for each core keep it busy.
const TESTS_PER_CORE: usize = 2;
/// What cargo's test harness reads; whoever sets it decides.
const TEST_THREADS: &str = "RUST_TEST_THREADS";

#[derive(Debug, Args)]
pub struct Options {
    /// Run only tests whose name contains one of these.
    filters: Vec<String>,
}

pub fn run(options: &Options) -> Result<(), Failure> {
    let started = Instant::now();
    // Slow steps happen here, where they are announced, and not inside the first test that needs them.
    Tools::ensure(&LOCAL, Progress::Loud)?;
    Tools::ensure(&CACHE, Progress::Loud)?;
    Provider::ensure(Progress::Loud)?;
    model::ensure(Progress::Loud)?;
    build_functions(Progress::Loud)?;
    if !options.filters.is_empty() && !any_matches(&options.filters)? {
        return Err(Failure::new(format!("no test has {} in its name", options.filters.join(" or ")))
            .remedy("names are paths such as stories::chat::…; `cargo xtask test` alone runs all of them"));
    }
    warn("==> run the tests");
    let mut tests = cargo_test(&options.filters).spawn().explain(|| "cannot run cargo".to_owned())?;
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

/// Libraries and the one binary of stories: binaries and documentation have no tests, and linking them would cost.
#[expect(clippy::disallowed_methods, reason = "cargo, not a deployer, reads this variable")]
fn cargo_test(filters: &[String]) -> Command {
    let mut tests = Command::new("cargo");
    tests.args(["test", "--profile", "local", "--workspace", "--lib", "--test", "all", "--"]);
    tests.args(filters).current_dir(workspace::root());
    if env::var_os(TEST_THREADS).is_none() {
        let cores = available_parallelism().map_or(1, NonZero::get);
        tests.env(TEST_THREADS, (cores * TESTS_PER_CORE).to_string());
    }
    tests
}

fn any_matches(filters: &[String]) -> Result<bool, Failure> {
    let listed = cargo_test(filters).arg("--list").stderr(Stdio::inherit()).output();
    let listed = listed.explain(|| "cannot run cargo".to_owned())?;
    // A build that fails is reported when the tests are run.
    Ok(!listed.status.success() || String::from_utf8_lossy(&listed.stdout).lines().any(|line| line.ends_with(": test")))
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

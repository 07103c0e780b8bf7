//! Runs libFuzzer over the decoders, with the toolchain that everything is built with: the compiler counts what a file reaches
//! when it is asked to, and only the names of its options are cargo-fuzz's.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::failure::{Explain, Failure};
use crate::progress::{Progress, result};
use crate::workspace;

/// What makes a build that libFuzzer can look into.
const COVERAGE: &str = "--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1";
/// Where a file longer than this would only take time.
const MAX_LENGTH: u32 = 65_536;

pub fn run(runs: u64) -> Result<(), Failure> {
    let folder = workspace::target()?.join("fuzz-photos");
    let (corpus, seeds, findings) = (folder.join("corpus"), folder.join("seeds"), folder.join("findings"));
    for path in [&corpus, &seeds, &findings] {
        std::fs::create_dir_all(path).explain(|| format!("cannot make {}", path.display()))?;
    }
    Progress::Loud.step("write the seeds", || write_seeds(&seeds))?;
    let program = Progress::Loud.step("build the fuzzer", || build(&folder))?;
    let mut fuzzer = Command::new(program);
    fuzzer.arg(format!("-runs={runs}")).arg(format!("-max_len={MAX_LENGTH}")).arg("-print_final_stats=1");
    fuzzer.args(["-timeout=20", "-rss_limit_mb=2048", "-close_fd_mask=3"]);
    fuzzer.arg(format!("-artifact_prefix={}/", findings.display())).args([&corpus, &seeds]);
    let status = fuzzer.status().explain(|| "cannot run the fuzzer".to_owned())?;
    if status.success() {
        result("Nothing was found.");
        return Ok(());
    }
    Err(Failure::new("the fuzzer has found something")
        .remedy(format!("run it again with the file in {} as its argument", findings.display())))
}

/// Those of the tests: pictures of every kind, with everything that they may carry along.
fn write_seeds(seeds: &Path) -> Result<(), Failure> {
    let mut cargo = Command::new("cargo");
    cargo.args(["test", "--quiet", "--profile", "local", "--package", "pictures", "--lib", "--"]);
    cargo.args(["tests::mutations::seeds_are_written", "--exact", "--ignored"]).env("PHOTO_SEEDS", seeds);
    succeed(cargo.current_dir(workspace::root()).stdout(Stdio::null()), "the seeds cannot be written")
}

fn build(folder: &Path) -> Result<PathBuf, Failure> {
    let host = host()?;
    let mut cargo = Command::new("cargo");
    cargo.args(["build", "--quiet", "--release", "--target", &host]).arg("--target-dir").arg(folder.join("build"));
    cargo.current_dir(workspace::root().join("shared/pictures/fuzz")).env("RUSTFLAGS", COVERAGE);
    succeed(&mut cargo, "the fuzzer does not build")?;
    Ok(folder.join("build").join(host).join("release/process"))
}

/// A target that is named is built apart from what runs while building, which is not to be counted.
fn host() -> Result<String, Failure> {
    let output = Command::new("rustc").arg("-vV").output().explain(|| "cannot run rustc".to_owned())?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).ok_or_else(|| Failure::new("rustc does not say where it runs"))
}

fn succeed(command: &mut Command, failure: &str) -> Result<(), Failure> {
    let status = command.status().explain(|| format!("cannot run {}", command.get_program().display()))?;
    let remedy = "read what cargo says above; libFuzzer needs a compiler for C++ (Debian: `apt install g++`)";
    if status.success() { Ok(()) } else { Err(Failure::new(failure).remedy(remedy)) }
}

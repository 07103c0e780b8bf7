//! Format and clippy.

use std::process::Command;

use super::run;
use crate::failure::Failure;

pub fn format() -> Result<(), Failure> {
    run(Command::new("cargo").args(["fmt", "--all", "--check"]), "run `cargo fmt --all`")
}

pub fn clippy() -> Result<(), Failure> {
    let mut clippy = Command::new("cargo");
    // The profile of the tests: build scripts and macros are shared with them instead of being compiled once more.
    clippy.args([
        "clippy",
        "--profile",
        "local",
        "--workspace",
        "--all-targets",
        "--features",
        "xtask/bench",
        "--quiet",
        "--",
        "--deny",
        "warnings",
    ]);
    run(&mut clippy, "follow clippy's advice, or write `#[expect(…, reason = \"…\")]` where it is wrong")
}

//! Builds functions with `cargo lambda`, which links for AWS with zig.

use std::env;
use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

use crate::failure::{Explain, Failure};
use crate::progress::Progress;
use crate::tools::{CROSS, LOCAL, Tools};
use crate::workspace;

/// Without zig's suffix for the C library, as rustup names it.
const LAMBDA_TARGET: &str = "aarch64-unknown-linux-gnu";

/// What the binaries will run on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Platform {
    /// AWS Lambda: arm64, glibc 2.34.
    Lambda,
    /// This machine.
    Host,
}

/// Builds functions and leaves `<folder>/<function>/bootstrap` of each.
pub(crate) fn compile_functions(
    functions: &[String],
    platform: Platform,
    folder: &Path,
    progress: Progress,
) -> Result<(), Failure> {
    let packages: Vec<String> = functions.iter().map(|function| package_id(function)).collect();
    compile(workspace::root(), &packages, platform, folder, progress)
}

/// What cargo knows a function by: a library may have the same name, and every package of ours has the same version.
fn package_id(function: &str) -> String {
    format!("{function}@{}", env!("CARGO_PKG_VERSION"))
}

/// Builds these packages of the workspace at `root`, named as cargo knows them, in one cargo invocation, with its release
/// profile, and leaves `<folder>/<binary>/bootstrap` of each.
pub(super) fn compile(
    root: &Path,
    packages: &[String],
    platform: Platform,
    folder: &Path,
    progress: Progress,
) -> Result<(), Failure> {
    let set = if platform == Platform::Lambda { &CROSS } else { &LOCAL };
    let tools = Tools::ensure(set, progress)?;
    let mut cargo = Command::new(tools.program("cargo-lambda"));
    // cargo-lambda's own optimizations would override what the profile says, above all that a panic unwinds.
    cargo.args(["lambda", "build", "--release", "--bins", "--disable-optimizations", "--lambda-dir"]).arg(folder);
    for package in packages {
        cargo.args(["--package", package]);
    }
    match platform {
        Platform::Host => cargo.args(["--compiler", "cargo"]),
        Platform::Lambda => {
            add_target(root, progress)?;
            // cargo-lambda looks for zig as a module of the first Python in the path.
            cargo.args(["--target", &format!("{LAMBDA_TARGET}.2.34")]).env("PATH", path_with(&tools))
        }
    };
    progress.step("build the functions for release", || {
        // A workspace beside ours shares what is compiled already.
        cargo.current_dir(root).env("CARGO_TARGET_DIR", workspace::target()?);
        let status = cargo.status().explain(|| "cannot run cargo lambda".to_owned())?;
        if status.success() {
            return Ok(());
        }
        Err(Failure::new("the functions do not build for release").remedy("fix what cargo reported above"))
    })
}

#[expect(clippy::disallowed_methods, reason = "the path is extended, not configured")]
fn path_with(tools: &Tools) -> OsString {
    let programs = tools.program("");
    let path = env::var_os("PATH").unwrap_or_default();
    env::join_paths(std::iter::once(programs).chain(env::split_paths(&path))).unwrap_or(path)
}

fn add_target(root: &Path, progress: Progress) -> Result<(), Failure> {
    let rustup = |arguments: &[&str]| {
        Command::new("rustup").args(arguments).current_dir(root).output().map_err(|cause| {
            Failure::new(format!("cannot run rustup: {cause}"))
                .remedy(format!("install the standard library of {LAMBDA_TARGET} the way you installed Rust"))
        })
    };
    let installed = rustup(&["target", "list", "--installed"])?;
    if String::from_utf8_lossy(&installed.stdout).lines().any(|line| line == LAMBDA_TARGET) {
        return Ok(());
    }
    progress.step(&format!("add the Rust target {LAMBDA_TARGET} (once)"), || {
        let added = rustup(&["target", "add", LAMBDA_TARGET])?;
        if added.status.success() {
            return Ok(());
        }
        Err(Failure::new("rustup could not add the target")
            .evidence(String::from_utf8_lossy(&added.stderr))
            .remedy("check that static.rust-lang.org is reachable and run again"))
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn cargo_knows_every_function_from_every_library() {
        let lock = fs::read_to_string(workspace::root().join("Cargo.lock")).unwrap();
        let lock: toml::Table = lock.parse().unwrap();
        let of = |package: &toml::Value, key: &str| package[key].as_str().unwrap().to_owned();
        let packages = lock["package"].as_array().unwrap().iter();
        let ids: Vec<String> =
            packages.map(|package| format!("{}@{}", of(package, "name"), of(package, "version"))).collect();
        for function in workspace::functions().unwrap() {
            assert_eq!(ids.iter().filter(|id| **id == package_id(&function)).count(), 1, "{function}");
        }
    }
}

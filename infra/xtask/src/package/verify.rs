//! Runs packaged functions in a simulated arm64 processor against a stub of the Runtime API.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use super::compile::compile;
use super::{Package, Platform, pack};
use crate::bench::lambda::Lambda;
use crate::bench::runtime_api::RuntimeApi;
use crate::failure::{Explain, Failure};
use crate::progress::{Progress, warn};
use crate::workspace;

const SIMULATOR: &str = "qemu-aarch64";
/// Where Debian's libc6-arm64-cross puts the C library.
const SYSROOT: &str = "/usr/aarch64-linux-gnu";
/// The function that answers without asking anyone, and an event it answers.
const FUNCTION: &str = "health";
const EVENT: &str = "events/health.live.json";

/// A handler that panics on request. No function of ours has one, so one is built the same way as they are.
const PANIC_NAME: &str = "panic-probe";
const PANIC_SOURCE: &str = include_str!("panic_probe.rs");

/// A packaged function answers, and a panic costs one invocation, not the process.
pub fn verify(packages: &[Package], progress: Progress) -> Result<(), Failure> {
    if !can_simulate() {
        warn(format_args!(
            "SKIPPED: nothing was run, because {SIMULATOR} or {SYSROOT} is missing\n  \
             what to do: install them (Debian: `apt install qemu-user libc6-arm64-cross`) and run again"
        ));
        return Ok(());
    }
    let Some(package) = packages.iter().find(|package| package.function == FUNCTION) else {
        return Err(Failure::new(format!("{FUNCTION} is the one that can be run, and it is not packaged"))
            .remedy(format!("name {FUNCTION} too, or no function at all")));
    };
    progress.step(&format!("run {FUNCTION} in {SIMULATOR}"), || answers(&package.binary))?;
    let probe = build_probe(progress)?;
    progress.step("let a handler panic and call it again", || survives(&probe))
}

fn can_simulate() -> bool {
    let simulator = Command::new(SIMULATOR).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    simulator.is_ok_and(|status| status.success()) && Path::new(SYSROOT).is_dir()
}

fn simulated(binary: &Path) -> Lambda {
    let variables = BTreeMap::from([
        ("AWS_ENDPOINT_URL".to_owned(), "http://127.0.0.1:9".to_owned()),
        ("APP_BUCKETS_PHOTOS".to_owned(), "photos".to_owned()),
        ("APP_TABLES_OPS".to_owned(), "ops".to_owned()),
    ]);
    Lambda::new(binary.to_owned(), variables).under(["/usr/bin/env", SIMULATOR, "-L", SYSROOT])
}

fn answers(binary: &Path) -> Result<(), Failure> {
    let file = workspace::root().join(EVENT);
    let event = fs::read_to_string(&file).explain(|| format!("cannot read {}", file.display()))?;
    let api = RuntimeApi::start()?;
    let mut process = simulated(binary).start(&api)?;
    api.polled(&mut process)?;
    for _ in 0..2 {
        let body = api.invoke(&event)?.body.unwrap_or_else(|error| error);
        let answer: Value = serde_json::from_slice(&body).unwrap_or_default();
        if answer["statusCode"] != 200 {
            return Err(Failure::new(format!("{FUNCTION} did not answer {EVENT} with 200"))
                .evidence(String::from_utf8_lossy(&body)));
        }
    }
    Ok(())
}

fn survives(probe: &Path) -> Result<(), Failure> {
    let api = RuntimeApi::start()?;
    let mut process = simulated(probe).start(&api)?;
    api.polled(&mut process)?;
    let outcomes = ["\"panic\"", "\"work\""].map(|event| api.invoke(event));
    let [Ok(panicked), Ok(worked)] = outcomes else {
        return Err(Failure::new("a panic ended the process").remedy("keep `panic = \"unwind\"` in profile.release"));
    };
    match (panicked.body, worked.body) {
        (Err(_), Ok(_)) => Ok(()),
        _ => Err(Failure::new("the panic was not reported as the failure of one invocation")),
    }
}

/// A workspace of its own, with our lock file and our release profile.
fn build_probe(progress: Progress) -> Result<PathBuf, Failure> {
    let root = workspace::target()?.join("bench").join(PANIC_NAME);
    let ours =
        fs::read_to_string(workspace::root().join("Cargo.toml")).explain(|| "cannot read Cargo.toml".to_owned())?;
    write(&root.join("src/main.rs"), PANIC_SOURCE)?;
    write(&root.join("Cargo.toml"), &manifest(&ours))?;
    fs::copy(workspace::root().join("Cargo.lock"), root.join("Cargo.lock"))
        .explain(|| "cannot copy Cargo.lock".to_owned())?;
    let folder = root.join("lambda");
    compile(&root, &[PANIC_NAME.to_owned()], Platform::Lambda, &folder, progress)?;
    Ok(pack(PANIC_NAME, &folder, Platform::Lambda)?.binary)
}

/// The versions and the release profile are the workspace's own words.
fn manifest(ours: &str) -> String {
    let is_dependency =
        |line: &&str| ["lambda_runtime = ", "serde_json = ", "tokio = "].iter().any(|name| line.starts_with(name));
    let dependencies: Vec<&str> = ours.lines().filter(is_dependency).collect();
    let profile: Vec<&str> =
        ours.lines().skip_while(|line| *line != "[profile.release]").take_while(|line| !line.is_empty()).collect();
    format!(
        "[package]\nname = \"{PANIC_NAME}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n\n[dependencies]\n{}\n\n{}\n",
        dependencies.join("\n"),
        profile.join("\n"),
    )
}

/// Leaves a file that says this already as it is, so that cargo finds it unchanged.
fn write(file: &Path, content: &str) -> Result<(), Failure> {
    let folder = file.parent().unwrap_or(file);
    fs::create_dir_all(folder).explain(|| format!("cannot create {}", folder.display()))?;
    if fs::read_to_string(file).is_ok_and(|known| known == content) {
        return Ok(());
    }
    fs::write(file, content).explain(|| format!("cannot write {}", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_probe_is_built_as_functions_are() {
        let ours = fs::read_to_string(workspace::root().join("Cargo.toml")).unwrap();
        let manifest: toml::Table = manifest(&ours).parse().unwrap();
        let ours: toml::Table = ours.parse().unwrap();
        for setting in ["panic", "lto", "opt-level", "codegen-units"] {
            assert_eq!(manifest["profile"]["release"][setting], ours["profile"]["release"][setting]);
        }
        assert_eq!(manifest["dependencies"].as_table().unwrap().len(), 3);
    }
}

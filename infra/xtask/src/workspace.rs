//! Where things are: the repository, its target directory and its function crates.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use serde_json::Value;

use crate::failure::{Explain, Failure};

/// The repository's root: the folder with `template.yaml` above the package that cargo runs.
///
/// Found at run time, because a binary can outlive the place it was compiled in: clones may share a target directory.
pub fn root() -> &'static Path {
    static ROOT: OnceLock<PathBuf> = OnceLock::new();
    ROOT.get_or_init(|| {
        let compiled_in = Path::new(env!("CARGO_MANIFEST_DIR")).to_owned();
        let starts = [manifest_folder(), std::env::current_dir().ok(), Some(compiled_in.clone())];
        starts.into_iter().flatten().find_map(|start| root_above(&start)).unwrap_or(compiled_in)
    })
}

#[expect(clippy::disallowed_methods, reason = "cargo, not a deployer, sets this variable")]
fn manifest_folder() -> Option<PathBuf> {
    std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from)
}

fn root_above(start: &Path) -> Option<PathBuf> {
    start.ancestors().find(|folder| folder.join("template.yaml").is_file()).map(Path::to_owned)
}

/// Cargo's target directory, wherever the developer's settings put it.
pub fn target() -> Result<&'static Path, Failure> {
    static TARGET: OnceLock<PathBuf> = OnceLock::new();
    if let Some(target) = TARGET.get() {
        return Ok(target);
    }
    let metadata = metadata(&["--no-deps"])?;
    let target = metadata["target_directory"]
        .as_str()
        .ok_or_else(|| Failure::new("`cargo metadata` did not name the target directory"))?;
    Ok(TARGET.get_or_init(|| PathBuf::from(target)))
}

/// Everything local runs leave behind lives here.
pub fn local_aws() -> Result<PathBuf, Failure> {
    Ok(target()?.join("local-aws"))
}

pub fn metadata(arguments: &[&str]) -> Result<Value, Failure> {
    let output = Command::new("cargo")
        .args(["metadata", "--format-version", "1"])
        .args(arguments)
        .current_dir(root())
        .output()
        .explain(|| "cannot run cargo".to_owned())?;
    if !output.status.success() {
        let reason = String::from_utf8_lossy(&output.stderr).into_owned();
        return Err(Failure::new("`cargo metadata` failed").evidence(reason));
    }
    serde_json::from_slice(&output.stdout).explain(|| "cannot read the answer of `cargo metadata`".to_owned())
}

/// The names of all functions, in alphabetical order: the folders of `functions/`.
pub fn functions() -> Result<Vec<String>, Failure> {
    let folder = root().join("functions");
    let entries = fs::read_dir(&folder).explain(|| format!("cannot list {}", folder.display()))?;
    let mut names: Vec<String> = entries
        .filter_map(Result::ok)
        .filter(|entry| entry.path().join("Cargo.toml").is_file())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    Ok(names)
}

//! Packs functions the way AWS takes them: built for its processor and its C library, checked, one zip each.

mod archive;
mod compile;
mod elf;
mod verify;

use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::{Explain, Failure};
use crate::progress::{Progress, bytes};
use crate::workspace;

pub(crate) use compile::{Platform, compile};
pub use verify::verify;

/// The largest zip of a function. Beyond it a cold start is slow to fetch, and most likely a second TLS stack crept in.
const MAX_ZIP_BYTES: u64 = 3_000_000;

/// A function ready to be deployed.
#[derive(Debug, Clone)]
pub struct Package {
    pub function: String,
    pub binary: PathBuf,
    pub binary_bytes: u64,
    pub zip_bytes: u64,
}

/// Builds the functions in one cargo invocation and leaves `target/lambda/<function>/bootstrap.zip` of each.
pub fn package(functions: &[String], host: bool, progress: Progress) -> Result<Vec<Package>, Failure> {
    let platform = if host { Platform::Host } else { Platform::Lambda };
    let folder = workspace::target()?.join("lambda");
    compile(workspace::root(), functions, platform, &folder, progress)?;
    progress.step("zip the functions", || functions.iter().map(|name| pack(name, &folder, platform)).collect())
}

/// The functions of these names, or all of them.
pub fn chosen(names: &[String]) -> Result<Vec<String>, Failure> {
    let all = workspace::functions()?;
    if names.is_empty() {
        return Ok(all);
    }
    match names.iter().find(|name| !all.contains(name)) {
        Some(unknown) => {
            Err(Failure::new(format!("there is no function {unknown}"))
                .remedy(format!("choose among {}", all.join(", "))))
        }
        None => Ok(names.to_vec()),
    }
}

/// Says which zips are larger than any function's should be.
pub fn check_sizes(packages: &[Package]) -> Result<(), Failure> {
    let large: Vec<String> = packages
        .iter()
        .filter(|package| package.zip_bytes > MAX_ZIP_BYTES)
        .map(|package| format!("{}: {}", package.function, bytes(package.zip_bytes)))
        .collect();
    if large.is_empty() {
        return Ok(());
    }
    Err(Failure::new(format!("zips of more than {MAX_ZIP_BYTES} bytes"))
        .evidence(large.join("\n"))
        .remedy("find the dependency that came in: `cargo tree --duplicates`, `cargo bloat --release --crates`"))
}

pub(crate) fn pack(function: &str, folder: &Path, platform: Platform) -> Result<Package, Failure> {
    let binary = folder.join(function).join("bootstrap");
    let content = fs::read(&binary).explain(|| format!("cannot read {}", binary.display()))?;
    if platform == Platform::Lambda {
        elf::check(function, &content)?;
    }
    let zip = archive::pack(&content)?;
    let place = binary.with_extension("zip");
    fs::write(&place, &zip).explain(|| format!("cannot write {}", place.display()))?;
    let (binary_bytes, zip_bytes) = (content.len() as u64, zip.len() as u64);
    Ok(Package { function: function.to_owned(), binary, binary_bytes, zip_bytes })
}

//! Packs functions the way AWS takes them: built for its processor and its C library, checked, one zip each.

mod archive;
mod compile;
mod elf;
mod rehearse;
mod verify;

use std::fs;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::thread;

use crate::failure::{Explain, Failure};
use crate::progress::{Progress, exact_bytes};
use crate::workspace;

pub use compile::Platform;
pub(crate) use compile::compile_functions;
pub use rehearse::rehearse;
pub use verify::verify;

/// The largest zip of a function. Beyond it a cold start is slow to fetch, and most likely a second TLS stack crept in.
const MAX_ZIP_BYTES: u64 = 3_000_000;
/// Functions that carry more: `embed` computes, and the others talk to the cache, to S3, or to both; `photo-validate` reads and
/// writes pictures besides. Each of these clients is some hundred kilobytes; what else comes in must still be noticed.
const LARGER: [(&str, u64); 11] = [
    ("embed", 6_000_000),
    ("matching", 4_600_000),
    ("cache-warm", 4_300_000),
    ("profiles", 4_200_000),
    ("account-jobs", 4_200_000),
    ("admin", 4_200_000),
    ("projects", 3_800_000),
    ("photo-validate", 3_700_000),
    ("index-build", 3_600_000),
    ("backup-plan", 4_200_000),
    ("backup-segment", 3_900_000),
];

/// A function ready to be deployed.
#[derive(Debug, Clone)]
pub struct Package {
    pub function: String,
    pub binary: PathBuf,
    pub binary_bytes: u64,
    pub zip_bytes: u64,
}

/// Builds the functions in one cargo invocation and leaves `target/lambda/<function>/bootstrap.zip` of each.
pub fn package(functions: &[String], platform: Platform, progress: Progress) -> Result<Vec<Package>, Failure> {
    let folder = workspace::target()?.join("lambda");
    compile_functions(functions, platform, &folder, progress)?;
    progress.step("zip the functions", || {
        thread::scope(|scope| {
            let packed: Vec<_> = functions.iter().map(|name| scope.spawn(|| pack(name, &folder, platform))).collect();
            packed.into_iter().map(|zip| zip.join().unwrap_or_else(|panic| resume_unwind(panic))).collect()
        })
    })
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
pub fn check_sizes(packages: &[Package], platform: Platform) -> Result<(), Failure> {
    let large: Vec<String> = packages
        .iter()
        .map(|package| (package, max_zip_bytes(&package.function, platform)))
        .filter(|(package, max)| package.zip_bytes > *max)
        .map(|(package, max)| {
            format!("{}: {} of at most {}", package.function, exact_bytes(package.zip_bytes), exact_bytes(max))
        })
        .collect();
    if large.is_empty() {
        return Ok(());
    }
    Err(Failure::new("zips that are too large")
        .evidence(large.join("\n"))
        .remedy("find the dependency that came in: `cargo tree --duplicates`, `cargo bloat --release --crates`"))
}

/// The same code is some percent larger for x86-64, which is what a host mostly is, than for arm64.
fn max_zip_bytes(function: &str, platform: Platform) -> u64 {
    let max = LARGER.iter().find(|(name, _)| *name == function).map_or(MAX_ZIP_BYTES, |(_, bytes)| *bytes);
    match platform {
        Platform::Lambda => max,
        Platform::Host => max + max / 20,
    }
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

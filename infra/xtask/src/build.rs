//! Builds all functions for this machine in one cargo invocation and packs each as a Lambda zip.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;

use serde_json::Value;
use sha2::{Digest, Sha256};
use zip::write::SimpleFileOptions;

use crate::failure::{Explain, Failure};
use crate::progress::Progress;
use crate::workspace;

/// A function as the emulator takes it: a zip that holds the executable `bootstrap`.
#[derive(Debug, Clone)]
pub struct FunctionZip {
    pub name: String,
    pub zip: PathBuf,
    /// The hash of the executable, so that unchanged code keeps its address in S3.
    pub digest: String,
}

/// Builds and packs every function once per process; later calls answer from memory.
pub fn build_functions(progress: Progress) -> Result<Vec<FunctionZip>, Failure> {
    static BUILT: Mutex<Option<Vec<FunctionZip>>> = Mutex::new(None);
    let mut built = BUILT.lock().explain(|| "an earlier build panicked".to_owned())?;
    if let Some(zips) = built.as_ref() {
        return Ok(zips.clone());
    }
    let zips = progress.step("build the functions", || {
        let executables = compile(&workspace::functions()?)?;
        executables.iter().map(|(name, executable)| pack(name, executable)).collect::<Result<Vec<_>, _>>()
    })?;
    *built = Some(zips.clone());
    Ok(zips)
}

/// One invocation for all, so that cargo links in parallel, and over the whole workspace, because features then are
/// unified as `cargo lambda watch` and `cargo test --workspace` unify them: nothing is compiled twice.
fn compile(functions: &[String]) -> Result<BTreeMap<String, PathBuf>, Failure> {
    if functions.is_empty() {
        return Ok(BTreeMap::new());
    }
    let mut cargo = Command::new("cargo");
    cargo.args(["build", "--profile", "local", "--workspace", "--message-format", "json-render-diagnostics"]);
    for function in functions {
        cargo.args(["--bin", function]);
    }
    let mut child = cargo
        .current_dir(workspace::root())
        .stdout(Stdio::piped())
        .spawn()
        .explain(|| "cannot run cargo".to_owned())?;
    let executables = child.stdout.take().map(|stdout| executables(BufReader::new(stdout))).unwrap_or_default();
    let status = child.wait().explain(|| "cannot wait for cargo".to_owned())?;
    if !status.success() {
        return Err(Failure::new("the functions do not compile").remedy("fix what cargo reported above"));
    }
    match functions.iter().find(|function| !executables.contains_key(*function)) {
        Some(missing) => Err(Failure::new(format!("functions/{missing} has no binary named `{missing}`"))
            .remedy("name the package and its binary like the folder")),
        None => Ok(executables),
    }
}

fn executables(messages: impl BufRead) -> BTreeMap<String, PathBuf> {
    messages
        .lines()
        .map_while(Result::ok)
        .filter_map(|line| serde_json::from_str::<Value>(&line).ok())
        .filter_map(|message| {
            let path = message["executable"].as_str()?;
            Some((message["target"]["name"].as_str()?.to_owned(), PathBuf::from(path)))
        })
        .collect()
}

fn pack(name: &str, executable: &Path) -> Result<FunctionZip, Failure> {
    let binary = fs::read(executable).explain(|| format!("cannot read {}", executable.display()))?;
    let digest = hex(&Sha256::digest(&binary))[..32].to_owned();
    let folder = workspace::local_aws()?.join("zips");
    fs::create_dir_all(&folder).explain(|| format!("cannot create {}", folder.display()))?;
    let zip = folder.join(format!("{name}.zip"));
    let stamp = folder.join(format!("{name}.digest"));
    if !zip.is_file() || fs::read_to_string(&stamp).ok().as_deref() != Some(&digest) {
        write_zip(&zip, &binary).explain(|| format!("cannot write {}", zip.display()))?;
        fs::write(&stamp, &digest).explain(|| format!("cannot write {}", stamp.display()))?;
    }
    Ok(FunctionZip { name: name.to_owned(), zip, digest })
}

/// Written beside its place and moved there, so that a concurrent run never reads half a zip.
fn write_zip(place: &Path, binary: &[u8]) -> Result<(), Box<dyn std::error::Error>> {
    let draft = place.with_extension(format!("{}.draft", std::process::id()));
    let options = SimpleFileOptions::default()
        .compression_method(zip::CompressionMethod::Deflated)
        .compression_level(Some(1))
        .unix_permissions(0o755);
    let mut archive = zip::ZipWriter::new(File::create(&draft)?);
    archive.start_file("bootstrap", options)?;
    archive.write_all(binary)?;
    archive.finish()?;
    fs::rename(&draft, place)?;
    Ok(())
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String cannot fail.
        write!(text, "{byte:02x}").unwrap_or_default();
        text
    })
}

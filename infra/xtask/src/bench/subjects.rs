//! What is compared: our function, the same function as a newcomer would write it, and a Python twin.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::events::variables;
use super::lambda::Lambda;
use super::service::Services;
use super::tls::Tls;
use crate::failure::{Explain, Failure};
use crate::package::{Package, Platform, compile_functions, pack};
use crate::progress::Progress;
use crate::tools::{LOCAL, Tools};

/// The functions that have twins.
pub(super) const TWINS: [&str; 4] = ["auth", "chat-send", "health", "profiles"];

const NAIVE_MANIFEST: &str = include_str!("twins/naive/manifest.toml");
const NAIVE: [(&str, &str); 4] = [
    ("auth", include_str!("twins/naive/auth.rs")),
    ("chat-send", include_str!("twins/naive/chat_send.rs")),
    ("health", include_str!("twins/naive/health.rs")),
    ("profiles", include_str!("twins/naive/profiles.rs")),
];
const PYTHON: &str = include_str!("twins/twin.py");

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Ours,
    Naive,
    Python,
}

impl Kind {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::Naive => "naive",
            Self::Python => "Python",
        }
    }
}

/// One way to run a function.
#[derive(Debug, Clone)]
pub(super) struct Subject {
    pub function: String,
    pub kind: Kind,
    command: Vec<PathBuf>,
    /// The bytes of the binary and of its zip.
    pub sizes: Option<(u64, u64)>,
}

impl Subject {
    pub(super) fn lambda(&self, services: &Services, tls: Option<&Tls>) -> Result<Lambda, Failure> {
        let mut variables = variables(&self.function, &services.url())?;
        if let Some(tls) = tls {
            // Ours has its roots compiled in and needs only the new one. The others read the system's, as they do in AWS.
            let file = if self.kind == Kind::Ours { &tls.authority } else { &tls.store };
            let name = if self.kind == Kind::Python { "AWS_CA_BUNDLE" } else { "SSL_CERT_FILE" };
            variables.insert(name.to_owned(), file.display().to_string());
        }
        Ok(Lambda { command: self.command.iter().map(Into::into).collect(), variables })
    }
}

/// Builds the functions and their twins for this machine.
pub(super) fn build(functions: &[String], folder: &Path, progress: Progress) -> Result<Vec<Subject>, Failure> {
    let lambda = folder.join("lambda");
    compile_functions(functions, Platform::Host, &lambda, progress)?;
    let twins: Vec<String> = functions.iter().filter(|name| TWINS.contains(&name.as_str())).cloned().collect();
    let naive = build_naive(&twins, folder, progress)?;
    let mut subjects = Vec::new();
    for function in functions {
        let zip = |kind: Kind, builds: &Path| {
            let title = format!("zip {function} ({})", kind.name());
            progress.step(&title, || Ok(native(kind, pack(function, builds, Platform::Host)?)))
        };
        subjects.push(zip(Kind::Ours, &lambda)?);
        if twins.contains(function) {
            subjects.push(zip(Kind::Naive, &naive)?);
            subjects.push(python(function, folder, progress)?);
        }
    }
    Ok(subjects)
}

fn native(kind: Kind, package: Package) -> Subject {
    let sizes = Some((package.binary_bytes, package.zip_bytes));
    Subject { function: package.function, kind, command: vec![package.binary], sizes }
}

fn python(function: &str, folder: &Path, progress: Progress) -> Result<Subject, Failure> {
    let script = folder.join("twin.py");
    write(&script, PYTHON)?;
    let interpreter = Tools::ensure(&LOCAL, progress)?.python();
    let command = vec![interpreter, script, PathBuf::from(function)];
    Ok(Subject { function: function.to_owned(), kind: Kind::Python, command, sizes: None })
}

/// A workspace of its own: its default features must not enter our lock file, nor our settings its build.
fn build_naive(functions: &[String], folder: &Path, progress: Progress) -> Result<PathBuf, Failure> {
    let root = folder.join("naive");
    for (function, source) in NAIVE {
        write(&root.join("src/bin").join(format!("{function}.rs")), source)?;
    }
    write(&root.join("Cargo.toml"), NAIVE_MANIFEST)?;
    progress.step("build the naive twins", || {
        let mut cargo = Command::new("cargo");
        cargo.args(["build", "--release", "--target-dir"]).arg(root.join("target"));
        for function in functions {
            cargo.args(["--bin", function]);
        }
        // Cargo's configuration applies to folders below ours, too; a newcomer would not have this setting.
        let status = cargo.env("AWS_LC_SYS_NO_JITTER_ENTROPY", "0").current_dir(&root).status();
        if status.explain(|| "cannot run cargo".to_owned())?.success() {
            return Ok(());
        }
        Err(Failure::new("the naive twins do not build")
            .remedy("a new release of a dependency may have changed: see src/bench/twins/naive in infra/xtask"))
    })?;
    for function in functions {
        let place = root.join("lambda").join(function).join("bootstrap");
        let binary = root.join("target/release").join(function);
        create_parent(&place)?;
        fs::copy(&binary, &place).explain(|| format!("cannot copy {}", binary.display()))?;
    }
    Ok(root.join("lambda"))
}

/// Leaves a file that says this already as it is, so that cargo finds it unchanged.
fn write(file: &Path, content: &str) -> Result<(), Failure> {
    create_parent(file)?;
    if fs::read_to_string(file).is_ok_and(|known| known == content) {
        return Ok(());
    }
    fs::write(file, content).explain(|| format!("cannot write {}", file.display()))
}

fn create_parent(file: &Path) -> Result<(), Failure> {
    let folder = file.parent().unwrap_or(file);
    fs::create_dir_all(folder).explain(|| format!("cannot create {}", folder.display()))
}

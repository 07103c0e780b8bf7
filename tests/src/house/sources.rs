//! The files of the repository, as the rules read them.

use std::fs;
use std::process::Command;
use std::sync::LazyLock;

use regex_lite::Regex;
use xtask::workspace;

/// A text file with its path from the root.
pub(super) struct Source {
    pub(super) path: String,
    pub(super) text: String,
}

impl Source {
    pub(super) fn new(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), text: text.to_owned() }
    }

    /// Everything before the unit tests, which end a file.
    pub(super) fn production(&self) -> &str {
        static TESTS: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"(?m)^#\[cfg\(test\)\]\nmod \w+ \{").unwrap());
        TESTS.find(&self.text).map_or(self.text.as_str(), |tests| &self.text[..tests.start()])
    }

    /// The production lines with their numbers, without comments.
    pub(super) fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self.production().lines().enumerate().map(|(index, line)| (index + 1, line));
        lines.map(|(number, line)| (number, without_comment(line))).filter(|(_, line)| !line.trim().is_empty())
    }
}

fn without_comment(line: &str) -> &str {
    if line.trim_start().starts_with("//") { "" } else { line.split(" // ").next().unwrap_or_default() }
}

/// Every file that is, or may be, committed; what is ignored is nobody's business.
pub(super) fn paths() -> Vec<String> {
    let listed = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(workspace::root())
        .output()
        .expect("git lists the files of the repository");
    assert!(listed.status.success(), "git ls-files: {}", String::from_utf8_lossy(&listed.stderr));
    let text = String::from_utf8_lossy(&listed.stdout).into_owned();
    let paths = text.split('\0').filter(|path| !path.is_empty()).map(str::to_owned);
    let mut paths: Vec<_> = paths.filter(|path| workspace::root().join(path).is_file()).collect();
    paths.sort();
    paths.dedup();
    paths
}

pub(super) fn read(path: &str) -> String {
    fs::read_to_string(workspace::root().join(path)).unwrap_or_else(|error| panic!("cannot read {path}: {error}"))
}

/// All sections of the configuration.
pub(super) fn configuration() -> String {
    let is_section = |path: &&String| path.starts_with("shared/src/config/");
    paths().iter().filter(is_section).map(|path| read(path)).collect()
}

/// The text files among them.
pub(super) fn texts() -> Vec<Source> {
    let read = |path: String| {
        let text = fs::read_to_string(workspace::root().join(&path)).ok()?;
        Some(Source { path, text })
    };
    paths().into_iter().filter_map(read).collect()
}

pub(super) fn rust() -> Vec<Source> {
    let is_rust = |source: &Source| source.path.rsplit_once('.').is_some_and(|(_, extension)| extension == "rs");
    texts().into_iter().filter(is_rust).collect()
}

//! Real English sentences that are on every machine that has built this: the documentation in the sources of the crates.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::build::hex;
use crate::failure::{Explain, Failure};
use crate::workspace;

const LENGTH: std::ops::RangeInclusive<usize> = 60..=400;

/// Writes so many paragraphs to a file in `folder`, one a line, and answers where it is and its name, which stands for the
/// texts in it.
///
/// Of all paragraphs those with the smallest digests are taken: some of every crate, and the same ones again as long as
/// the crates are the same.
pub(super) fn collect(folder: &Path, count: usize) -> Result<(PathBuf, String), Failure> {
    let mut files = Vec::new();
    for package in workspace::metadata(&["--offline"])?["packages"].as_array().into_iter().flatten() {
        let registry = package["source"].as_str().is_some_and(|source| source.starts_with("registry+"));
        if let Some(manifest) = package["manifest_path"].as_str().filter(|_| registry) {
            files.extend(sources(Path::new(manifest).parent().unwrap_or(Path::new("."))));
        }
    }
    let mut chosen: BTreeMap<Vec<u8>, String> = BTreeMap::new();
    for file in files {
        let text = fs::read_to_string(&file).unwrap_or_default();
        chosen.extend(paragraphs(&text).map(|text| (Sha256::digest(&text).to_vec(), text)));
    }
    let texts: Vec<String> = chosen.into_values().take(count).collect();
    if texts.len() < count {
        let found = texts.len();
        return Err(Failure::new(format!("the crates' documentation has {found} paragraphs, and {count} are needed")));
    }
    let content = texts.join("\n");
    let name = hex(&Sha256::digest(&content)).chars().take(16).collect::<String>();
    let file = folder.join(format!("{name}.texts"));
    fs::create_dir_all(folder).explain(|| format!("cannot create {}", folder.display()))?;
    fs::write(&file, content).explain(|| format!("cannot write {}", file.display()))?;
    Ok((file, name))
}

/// All Rust files below a folder.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok).map(|entry| entry.path());
    let mut found = Vec::new();
    for path in entries {
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

/// The paragraphs of doc comments that read like sentences.
fn paragraphs(source: &str) -> impl Iterator<Item = String> {
    let mut found = Vec::new();
    let (mut paragraph, mut is_code) = (String::new(), false);
    for line in source.lines().map(str::trim).chain([""]) {
        let said = line.strip_prefix("///").or_else(|| line.strip_prefix("//!")).map(str::trim);
        if said.is_some_and(|said| said.starts_with("```")) {
            is_code = !is_code;
        }
        match said.filter(|said| !said.is_empty() && !is_code) {
            Some(said) => paragraph = format!("{paragraph} {said}"),
            None => found.push(std::mem::take(&mut paragraph).trim().to_owned()),
        }
        if said.is_none() {
            is_code = false;
        }
    }
    found.into_iter().filter(|text| is_prose(text))
}

fn is_prose(text: &str) -> bool {
    let letters = text.chars().filter(|c| c.is_ascii_alphabetic() || *c == ' ').count();
    LENGTH.contains(&text.len())
        && text.is_ascii()
        && text.starts_with(|c: char| c.is_ascii_uppercase())
        && text.ends_with('.')
        && text.split(' ').count() >= 10
        && letters * 10 >= text.len() * 9
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_are_prose_without_code() {
        let source = "/// Reads a whole line of the file, which may be long, and\n/// answers with what it found there.\n///\n\
                      /// ```\n/// Reads a whole line of the file, which may be long, and is no sentence but code here.\n/// ```\n\
                      /// Short.\nfn read() {}\n";
        let found: Vec<_> = paragraphs(source).collect();
        assert_eq!(found, ["Reads a whole line of the file, which may be long, and answers with what it found there."]);
    }
}

//! Files: what they begin with, how long they may be, where they may lie, and what they must not mention.

use std::collections::BTreeSet;

use regex_lite::Regex;

use super::Rule;
use super::sources::{self, Source};

const MAX_LINES: usize = 300;

/// What lies beside `functions/` and `shared/`; the design of the repository fixes it.
const TOP_LEVEL: [&str; 19] = [
    ".cargo",
    ".ci",
    ".gitignore",
    "CHANGELOG.md",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE",
    "README.md",
    "clippy.toml",
    "deny.toml",
    "events",
    "functions",
    "infra",
    "rust-toolchain.toml",
    "rustfmt.toml",
    "samconfig.toml",
    "shared",
    "template.yaml",
    "tests",
];

const MODULE_DOCS: Rule = Rule {
    text: "Every Rust file begins with module docs, and a function's lib.rs with its name: //! `chat`: …",
    why: "a reader learns from the first line whether this is the file they look for",
    remedy: "say in one sentence what the file is for; if that needs an \"and\", it may be two files",
};

fn without_module_docs(sources: &[Source]) -> Vec<String> {
    let missing = sources.iter().filter(|source| !source.text.starts_with("//! ")).map(|source| source.path.clone());
    let mut offences: Vec<_> = missing.collect();
    let roots: BTreeSet<&str> = sources.iter().map(|source| source.path.as_str()).collect();
    for source in sources {
        let Some((function, "lib.rs")) = function_file(&source.path) else { continue };
        if !source.text.starts_with(&format!("//! `{function}`")) {
            offences.push(format!("{} does not begin with //! `{function}`", source.path));
        }
    }
    // A function without a lib.rs introduces itself in its main.rs.
    for source in sources {
        let Some((function, "main.rs")) = function_file(&source.path) else { continue };
        let has_lib = roots.contains(format!("functions/{function}/src/lib.rs").as_str());
        if !has_lib && !source.text.starts_with(&format!("//! `{function}`")) {
            offences.push(format!("{} does not begin with //! `{function}`", source.path));
        }
    }
    offences
}

/// The function and the file's path below its `src`.
pub(super) fn function_file(path: &str) -> Option<(&str, &str)> {
    path.strip_prefix("functions/")?.split_once("/src/")
}

#[test]
fn every_file_says_what_it_is_for() {
    MODULE_DOCS.holds(&without_module_docs(&sources::rust()));
}

#[test]
fn a_file_without_docs_is_caught() {
    let sources = [
        Source::new("shared/src/a.rs", "use std::fmt;\n"),
        Source::new("functions/chat/src/lib.rs", "//! Talks.\n"),
        Source::new("functions/chat/src/main.rs", "//! Wires `chat`.\n"),
        Source::new("functions/bare/src/main.rs", "//! Wires.\n"),
    ];
    assert_eq!(
        without_module_docs(&sources),
        [
            "shared/src/a.rs",
            "functions/chat/src/lib.rs does not begin with //! `chat`",
            "functions/bare/src/main.rs does not begin with //! `bare`"
        ]
    );
}

const SHORT_FILES: Rule = Rule {
    text: "A file has at most 300 lines before its unit tests",
    why: "what does not fit into one head is changed without being understood",
    remedy: "find the second thing that the file does and give it a file of its own",
};

fn long_files(sources: &[Source]) -> Vec<String> {
    let counted = sources.iter().map(|source| (source, source.production().lines().count()));
    let long = counted.filter(|(_, lines)| *lines > MAX_LINES);
    long.map(|(source, lines)| format!("{}: {lines} lines", source.path)).collect()
}

#[test]
fn files_are_short() {
    SHORT_FILES.holds(&long_files(&sources::rust()));
}

#[test]
fn a_long_file_is_caught_and_tests_do_not_count() {
    let tests = format!("{}#[cfg(test)]\nmod tests {{\n{}}}\n", "a\n".repeat(300), "a\n".repeat(300));
    let sources = [Source::new("long.rs", &"a\n".repeat(301)), Source::new("tested.rs", &tests)];
    assert_eq!(long_files(&sources), ["long.rs: 301 lines"]);
}

const NO_STRAYS: Rule = Rule {
    text: "The top level of the repository holds only what the design puts there",
    why: "its listing is the table of contents; a stray file there is the first thing a visitor sees",
    remedy: "move the file to where its subject lives, or discuss the design and extend TOP_LEVEL",
};

fn strays(paths: &[String]) -> Vec<String> {
    let entries: BTreeSet<&str> = paths.iter().filter_map(|path| path.split('/').next()).collect();
    entries.into_iter().filter(|entry| !TOP_LEVEL.contains(entry)).map(str::to_owned).collect()
}

#[test]
fn nothing_lies_about() {
    NO_STRAYS.holds(&strays(&sources::paths()));
}

#[test]
fn a_stray_file_is_caught() {
    assert_eq!(strays(&["notes.txt".to_owned(), "shared/src/lib.rs".to_owned()]), ["notes.txt"]);
}

const NO_MACHINES: Rule = Rule {
    text: "No file names a folder of the machine it was written on",
    why: "such a path means nothing to anybody else, and says where the author works",
    remedy: "use a path from the root of the repository",
};

fn machine_paths(sources: &[Source]) -> Vec<String> {
    let folder = Regex::new(r"(^|[^\w./-])/(work|home|Users|root)/").unwrap();
    let mut offences = Vec::new();
    for source in sources {
        let numbered = source.text.lines().enumerate();
        let named = numbered.filter(|(_, line)| folder.is_match(line));
        offences.extend(named.map(|(index, line)| format!("{}:{}: {}", source.path, index + 1, line.trim())));
    }
    offences
}

#[test]
fn no_file_names_a_machine() {
    NO_MACHINES.holds(&machine_paths(&sources::texts()));
}

#[test]
fn a_path_of_a_machine_is_caught() {
    let line = ["see /ho", "me/ada/notes"].concat();
    let sources =
        [Source::new("a.md", &format!("fine\n{line}\n")), Source::new("b.md", "https://example.org/work/x\n")];
    assert_eq!(machine_paths(&sources), [format!("a.md:2: {line}")]);
}

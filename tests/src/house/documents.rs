//! Documents: that they are there, lead where they say, name what exists, and can be read side by side.

use std::path::Path;

use regex_lite::Regex;
use xtask::workspace;

use super::Rule;
use super::sources::{self, Source};

const DOCUMENTS: [&str; 7] = [
    "README.md",
    "CHANGELOG.md",
    "infra/API.md",
    "infra/OPERATIONS.md",
    "infra/DECISIONS.md",
    "infra/DATA.md",
    "infra/FIGURES.md",
];
/// These tell of what was, which need not be any more.
const HISTORIES: [&str; 2] = ["CHANGELOG.md", "infra/DECISIONS.md"];
const COLUMNS: usize = 120;

fn documents() -> Vec<Source> {
    let is_page = |source: &Source| Path::new(&source.path).extension().is_some_and(|kind| kind == "md");
    sources::texts().into_iter().filter(is_page).collect()
}

/// The lines with their numbers that are neither code nor rows of a table.
fn prose(document: &Source) -> impl Iterator<Item = (usize, &str)> {
    let mut is_code = false;
    let outside = move |(_, line): &(usize, &str)| {
        let is_fence = line.trim_start().starts_with("```");
        is_code ^= is_fence;
        !is_code && !is_fence
    };
    document.text.lines().enumerate().map(|(index, line)| (index + 1, line)).filter(outside)
}

const DOCUMENTED: Rule = Rule {
    text: "README, CHANGELOG and the pages of infra/ (API, OPERATIONS, DECISIONS, DATA, FIGURES) exist and say something",
    why: "everybody who comes asks what it does, what changed, what holds, how it is run, why, how it stores and how fast",
    remedy: "write the page; a decision without the reasons is made again every year",
};

fn missing_documents(root: &Path) -> Vec<String> {
    let says_something =
        |path: &str| std::fs::read_to_string(root.join(path)).is_ok_and(|text| !text.trim().is_empty());
    DOCUMENTS.iter().filter(|path| !says_something(path)).map(|path| (*path).to_owned()).collect()
}

#[test]
fn the_documents_are_there() {
    DOCUMENTED.holds(&missing_documents(workspace::root()));
}

#[test]
fn a_missing_document_is_caught() {
    assert_eq!(missing_documents(&workspace::root().join("infra")), DOCUMENTS);
}

const LINKED: Rule = Rule {
    text: "A link from a document to another one, or into one, leads to a file and a heading that are there",
    why: "pages are split and headings renamed, and whoever follows a dead link believes that there is no answer",
    remedy: "follow the heading to where it is now; its anchor has small letters, and a hyphen for each space",
};

/// As GitHub makes it of a heading.
fn anchor(heading: &str) -> String {
    let kept = |c: &char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
    heading.to_lowercase().chars().filter(kept).collect::<String>().replace(' ', "-")
}

fn dead_links(documents: &[Source]) -> Vec<String> {
    let link = Regex::new(r"\]\(([^)\s:]+)\)").unwrap();
    let mut dead = Vec::new();
    for document in documents {
        for (number, line) in prose(document) {
            for found in link.captures_iter(line) {
                if !leads_somewhere(documents, &document.path, &found[1]) {
                    dead.push(format!("{}:{number}: {}", document.path, &found[1]));
                }
            }
        }
    }
    dead
}

fn leads_somewhere(documents: &[Source], from: &str, link: &str) -> bool {
    let (file, heading) = link.split_once('#').unwrap_or((link, ""));
    let path = if file.is_empty() { from.to_owned() } else { below(from, file) };
    if heading.is_empty() {
        return workspace::root().join(path).exists();
    }
    let Some(target) = documents.iter().find(|document| document.path == path) else { return false };
    prose(target).any(|(_, line)| line.starts_with('#') && anchor(line.trim_start_matches('#').trim()) == heading)
}

/// The path that a link has for whoever stands in a file.
fn below(from: &str, link: &str) -> String {
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in link.split('/') {
        if part == ".." {
            parts.pop();
        } else {
            parts.push(part);
        }
    }
    parts.join("/")
}

#[test]
fn links_lead_somewhere() {
    LINKED.holds(&dead_links(&documents()));
}

#[test]
fn a_dead_link_is_caught() {
    let documents = [
        Source::new(
            "README.md",
            "# Name\n[one](infra/A.md#it-is-a-b) [two](infra/A.md#gone) [three](gone.md) [four](#name)\n",
        ),
        Source::new(
            "infra/A.md",
            "## It is \"A\" (b)\n```\n## Gone\n```\n[back](../README.md) [out](https://example.org)\n",
        ),
    ];
    assert_eq!(dead_links(&documents), ["README.md:2: infra/A.md#gone", "README.md:2: gone.md"]);
}

const NAMED: Rule = Rule {
    text: "A file, a folder or a test that a document names is there; only what tells of the past may name what is gone",
    why: "a page that names what is gone is not read a second time",
    remedy: "name what took its place",
};

fn what_is_gone(documents: &[Source]) -> Vec<String> {
    let name = Regex::new(r"`((?:shared|functions|infra|tests|events)/[\w./-]+)(?:::(\w+))?`").unwrap();
    let mut gone = Vec::new();
    for document in documents.iter().filter(|document| !HISTORIES.contains(&document.path.as_str())) {
        for found in name.captures_iter(&document.text) {
            let file = workspace::root().join(&found[1]);
            let function = found.get(2).map(|name| format!("fn {}(", name.as_str()));
            let is_there = match function {
                Some(function) => std::fs::read_to_string(file).is_ok_and(|text| text.contains(&function)),
                None => file.exists(),
            };
            if !is_there {
                gone.push(format!("{}: {}", document.path, &found[0]));
            }
        }
    }
    gone
}

#[test]
fn documents_name_what_is_there() {
    NAMED.holds(&what_is_gone(&documents()));
}

#[test]
fn a_document_that_names_what_is_gone_is_caught() {
    let text = "`tests/src/house/documents.rs::links_lead_somewhere`, `tests/src/house/documents.rs::links_sing`, \
                `shared/src`, `shared/gone.rs`";
    let documents = [Source::new("a.md", text), Source::new("CHANGELOG.md", text)];
    assert_eq!(
        what_is_gone(&documents),
        ["a.md: `tests/src/house/documents.rs::links_sing`", "a.md: `shared/gone.rs`"]
    );
}

const NARROW: Rule = Rule {
    text: "A line of prose has at most 120 columns; rows of tables and code may have more",
    why: "two versions are read side by side in a review, and a word that changed is found in a short line",
    remedy: "wrap the paragraph",
};

fn wide_lines(documents: &[Source]) -> Vec<String> {
    let is_wide = |line: &str| line.chars().count() > COLUMNS && !line.starts_with('|') && line.contains(' ');
    let mut wide = Vec::new();
    for document in documents {
        let lines = prose(document).filter(|(_, line)| is_wide(line));
        wide.extend(lines.map(|(number, _)| format!("{}:{number}", document.path)));
    }
    wide
}

#[test]
fn prose_is_narrow() {
    NARROW.holds(&wide_lines(&documents()));
}

#[test]
fn a_wide_line_is_caught() {
    let wide = "so wide ".repeat(16);
    let text = format!("{wide}\n| {wide} |\n```\n{wide}\n```\nnarrow\n");
    assert_eq!(wide_lines(&[Source::new("a.md", &text)]), ["a.md:1"]);
}

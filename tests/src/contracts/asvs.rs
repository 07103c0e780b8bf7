//! The table of security requirements names tests that exist.

use std::fs;

use regex_lite::Regex;
use xtask::workspace;

const DOCUMENT: &str = "infra/ASVS.md";

/// What the document names as tests and nobody finds.
fn untested(document: &str) -> Vec<String> {
    let named = Regex::new("`([a-z_/.-]+\\.rs)::([a-z0-9_]+)`").unwrap();
    let mut missing = Vec::new();
    for name in named.captures_iter(document) {
        let source = fs::read_to_string(workspace::root().join(&name[1])).unwrap_or_default();
        if !is_tested(&source, &name[2]) {
            missing.push(format!("{}::{}", &name[1], &name[2]));
        }
    }
    missing
}

/// Whether a function of this name is one that is run as a test: its attributes say so, or `proptest!` around it does.
fn is_tested(source: &str, name: &str) -> bool {
    let function = Regex::new(&format!(r"(?m)((?:^[ ]*#\[.*\n)*)^[ ]*(?:async )?fn {name}\(")).unwrap();
    let is_test = |attributes: &str| {
        attributes.lines().any(|line| ["#[test]", "#[tokio::test]"].contains(&line.trim()))
            && !attributes.contains("#[ignore")
    };
    function.captures_iter(source).any(|found| is_test(&found[1]))
}

/// Rows of requirements that say neither what holds them, nor that no test does, nor why they do not apply.
fn unfounded(document: &str) -> Vec<&str> {
    let rows = document.lines().filter(|line| line.starts_with("| ") && line.ends_with(" |"));
    let met = rows.filter(|row| row.contains(" | met | ") || row.contains(" | partly | "));
    met.filter(|row| !row.contains(".rs::") && !row.contains("| no test")).collect()
}

#[test]
fn every_test_that_the_security_requirements_name_is_there() {
    let document = fs::read_to_string(workspace::root().join(DOCUMENT)).unwrap();
    assert!(document.matches(".rs::").count() > 100, "the table is read wrongly");
    let (missing, unfounded) = (untested(&document), unfounded(&document));
    assert!(missing.is_empty(), "{DOCUMENT} names tests that are not there: {missing:#?}");
    assert!(unfounded.is_empty(), "{DOCUMENT} says met, or partly, and not by what: {unfounded:#?}");
}

#[test]
fn a_requirement_that_lost_its_test_is_caught() {
    let row = "| 9.9.9 | 1 | asks | met | `tests/src/contracts/asvs.rs::a_test_that_was_renamed` |";
    assert_eq!(untested(row), ["tests/src/contracts/asvs.rs::a_test_that_was_renamed"]);
    for state in ["met", "partly"] {
        assert_eq!(unfounded(&format!("| 9.9.9 | 1 | asks | {state} | the code |")).len(), 1);
        assert!(unfounded(&format!("| 9.9.9 | 1 | asks | {state} | no test: a document |")).is_empty());
    }
    assert_eq!(untested("`tests/src/contracts/asvs.rs::untested`"), ["tests/src/contracts/asvs.rs::untested"]);
    for attribute in ["#[test]", "#[tokio::test]", "#[test]\n    #[expect(x)]"] {
        assert!(is_tested(&format!("    {attribute}\n    async fn holds() {{"), "holds"), "{attribute}");
    }
    for attribute in ["", "#[test]\nfn other() {}\n", "#[test]\n#[ignore]", "// #[test]"] {
        assert!(!is_tested(&format!("{attribute}\nfn holds() {{"), "holds"), "{attribute}");
    }
}

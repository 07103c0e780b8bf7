//! The catalogue of error codes is public: clients switch on it, so infra/API.md lists every code beside its status.

use std::collections::BTreeSet;
use std::fs;

use regex_lite::Regex;
use shared::edge::http::Problem;
use shared::error::{Code, Error};
use xtask::workspace;

type Catalogue = BTreeSet<(String, String)>;

/// Status and code as the API answers them.
fn answered() -> Catalogue {
    let problems = Code::ALL.iter().map(|code| Problem::new(&Error::from(*code), "req-12345678"));
    problems.map(|problem| (problem.status.to_string(), problem.code)).collect()
}

/// Status and code as the page lists them: rows of a status and its codes, or of several with one code each.
fn listed(page: &str) -> Catalogue {
    let row = Regex::new(r"(?m)^\| ([45]\d\d(?:, [45]\d\d)*) \|(.*)$").unwrap();
    let code = Regex::new(r"`([a-z_]+)`").unwrap();
    let mut listed = Catalogue::new();
    for row in row.captures_iter(page) {
        let statuses: Vec<_> = row[1].split(", ").map(str::to_owned).collect();
        let codes = code.captures_iter(&row[2]).map(|found| found[1].to_owned());
        let last = statuses.len() - 1;
        listed.extend(codes.enumerate().map(|(index, code)| (statuses[index.min(last)].clone(), code)));
    }
    listed
}

fn differences(page: &str) -> Vec<String> {
    let (answered, listed) = (answered(), listed(page));
    let missing = answered.difference(&listed).map(|(status, code)| format!("the page lacks {status} {code}"));
    let invented = listed.difference(&answered).map(|(status, code)| format!("nothing answers {status} {code}"));
    missing.chain(invented).collect()
}

#[test]
fn the_page_lists_every_error_beside_its_status() {
    let page = fs::read_to_string(workspace::root().join("infra/API.md")).unwrap();
    let differences = differences(&page);
    assert!(differences.is_empty(), "the table of errors in infra/API.md differs:\n{}", differences.join("\n"));
}

#[test]
fn a_missing_a_misplaced_and_an_invented_error_are_caught() {
    let row = |(status, code): &(String, String)| format!("| {status} | `{code}` |");
    let rows: Vec<_> = answered().iter().map(row).collect();
    assert!(differences(&rows.join("\n")).is_empty());
    assert_eq!(differences(&rows[1..].join("\n")).len(), 1);
    let teapot = rows.join("\n").replacen("| 400 |", "| 418 |", 1);
    assert_eq!(differences(&teapot).len(), 2);
    let together = rows.join("\n").replacen(
        "| 413 | `body_too_large` |\n| 415 | `unsupported_media_type` |",
        "| 413, 415 | `body_too_large`, `unsupported_media_type` |",
        1,
    );
    assert!(together.contains("413, 415") && differences(&together).is_empty());
    let invented = format!("{}\n| 410 | `gone_since_long` |", rows.join("\n"));
    assert_eq!(differences(&invented), ["nothing answers 410 gone_since_long"]);
}

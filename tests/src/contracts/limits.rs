//! The table of limits is public: README lists every limit as it is.

use std::fs;

use shared::domain::limit;
use xtask::workspace;

/// The first two cells of each row, as README must have them.
fn rows() -> Vec<String> {
    let row = |limit: &&limit::Limit| {
        let minutes = limit.window.as_secs() / 60;
        let window = if minutes.is_multiple_of(60) { format!("{} h", minutes / 60) } else { format!("{minutes} min") };
        format!("| `{}` | {} in {window} |", limit.name, limit.max)
    };
    limit::ALL.iter().map(row).collect()
}

fn missing(readme: &str) -> Vec<String> {
    rows().into_iter().filter(|row| !readme.contains(row)).collect()
}

#[test]
fn readme_lists_every_limit_as_it_is() {
    let readme = fs::read_to_string(workspace::root().join("README.md")).unwrap();
    assert!(missing(&readme).is_empty(), "README lacks these rows:\n{}", missing(&readme).join("\n"));
}

#[test]
fn a_limit_that_was_changed_in_one_place_is_caught() {
    let readme = rows().join("\n");
    assert!(missing(&readme).is_empty());
    assert_eq!(missing(&readme.replacen(" in 1 h", " in 2 h", 1)).len(), 1);
}

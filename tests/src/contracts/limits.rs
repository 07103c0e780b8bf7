//! The table of limits is public: infra/API.md lists every limit as it is.

use std::fs;

use shared::domain::limit;
use xtask::workspace;

/// The first two cells of each row, as the page must have them.
fn rows() -> Vec<String> {
    let row = |limit: &&limit::Limit| {
        let minutes = limit.window.as_secs() / 60;
        let window = if minutes.is_multiple_of(60) { format!("{} h", minutes / 60) } else { format!("{minutes} min") };
        format!("| `{}` | {} in {window} |", limit.name, limit.max)
    };
    limit::ALL.iter().map(row).collect()
}

fn missing(page: &str) -> Vec<String> {
    rows().into_iter().filter(|row| !page.contains(row)).collect()
}

#[test]
fn the_page_lists_every_limit_as_it_is() {
    let page = fs::read_to_string(workspace::root().join("infra/API.md")).unwrap();
    assert!(missing(&page).is_empty(), "infra/API.md lacks these rows:\n{}", missing(&page).join("\n"));
}

#[test]
fn a_limit_that_was_changed_in_one_place_is_caught() {
    let page = rows().join("\n");
    assert!(missing(&page).is_empty());
    assert_eq!(missing(&page.replacen(" in 1 h", " in 2 h", 1)).len(), 1);
}

//! The free texts of a project, and of those who ask to join it.

use crate::domain::fields::Refusal;
use crate::domain::profile::text::texts;
use crate::domain::text;

texts! {
    /// What the project is called.
    Title = text::line, "title", 2..=100;
    /// The project in one breath.
    Summary = text::line, "summary", 0..=300;
    /// The project in the words of those who run it.
    Description = text::paragraph, "description", 0..=10_000;
    /// A few words of somebody who asks to join.
    Note = text::paragraph, "note", 0..=500;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_in_characters() {
        assert!(Title::parse("🪵").is_err());
        assert_eq!(Title::parse(" לוח שח ").unwrap().as_str(), "לוח שח");
        assert!(Summary::parse(&"é".repeat(300)).is_ok() && Summary::parse(&"é".repeat(301)).is_err());
        assert!(Description::parse(&"🪵".repeat(10_000)).is_ok());
        assert!(Description::parse(&"a".repeat(10_001)).is_err());
        assert!(Title::parse("a\u{202E}b").is_err());
    }
}

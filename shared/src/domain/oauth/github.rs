//! Which of the addresses of a GitHub account counts.

use serde::Deserialize;

use crate::domain::email::EmailAddress;

/// One entry of `GET /user/emails`.
#[derive(Clone, Debug, Deserialize)]
pub struct EmailEntry {
    email: String,
    primary: bool,
    verified: bool,
}

/// The primary address, if GitHub has verified it. Other verified ones do not count: the primary one is where GitHub
/// itself writes to, and so the one that its owner keeps.
pub fn primary_address(entries: &[EmailEntry]) -> Option<EmailAddress> {
    let primary = entries.iter().find(|entry| entry.primary && entry.verified)?;
    EmailAddress::parse(&primary.email).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn primary(json: &str) -> Option<String> {
        let entries: Vec<EmailEntry> = serde_json::from_str(json).unwrap();
        primary_address(&entries).map(String::from)
    }

    #[test]
    fn only_the_verified_primary_address_counts() {
        let both = r#"[{"email":"old@example.org","primary":false,"verified":true,"visibility":null},
                       {"email":"Ada@example.org","primary":true,"verified":true,"visibility":"public"}]"#;
        assert_eq!(primary(both).as_deref(), Some("ada@example.org"));
        let unverified = r#"[{"email":"old@example.org","primary":false,"verified":true},
                             {"email":"ada@example.org","primary":true,"verified":false}]"#;
        assert_eq!(primary(unverified), None);
        assert_eq!(primary("[]"), None);
        assert_eq!(primary(r#"[{"email":"no address","primary":true,"verified":true}]"#), None);
    }
}

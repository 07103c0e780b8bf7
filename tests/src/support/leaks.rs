//! What no log may hold. Every story looks through what was logged since the story before it, so that the logs of the
//! whole suite are read once.

use std::sync::LazyLock;

use regex_lite::Regex;

/// What the people of stories have that is theirs alone, by the form it has everywhere.
static SECRETS: LazyLock<[(&str, Regex); 6]> = LazyLock::new(|| {
    let form = |pattern| Regex::new(pattern).unwrap();
    [
        ("a mail address", form(r"[\w.+-]+@example\.(org|com|net)")),
        ("a refresh token", form(r"cmr_[\w-]{20}")),
        ("an access token", form(r"eyJ[\w-]{10,}\.[\w-]{10,}\.")),
        ("a password hash", form(r"\$argon2id\$")),
        ("a password", form(r"correct horse|staple battery|not the password")),
        ("a code", form(r#"(?i)code["']?\s*[:=]\s*["']?\d{6}\b"#)),
    ]
});

/// What a line gives away, if it does.
pub(crate) fn leak(line: &str) -> Option<&'static str> {
    SECRETS.iter().find(|(_, form)| form.is_match(line)).map(|(what, _)| *what)
}

#[test]
fn whatever_is_secret_is_recognised() {
    let lines = [
        (r#"{"detail":"no account for ada.1.77@example.org"}"#, "a mail address"),
        (&format!("refresh_token=cmr_{}", "A".repeat(40)), "a refresh token"),
        (&format!("authorization: Bearer {}", ["eyJhbGciOiJFZERTQSJ9"; 3].join(".")), "an access token"),
        ("$argon2id$v=19$m=19456,t=2,p=1$CMeh2y57", "a password hash"),
        (r#"body={"password":"correct horse battery"}"#, "a password"),
        (r#"{"code":"042917"}"#, "a code"),
    ];
    for (line, what) in lines {
        assert_eq!(leak(line), Some(what), "{line}");
    }
    let harmless = r#"{"timestamp":"2026-11-21T07:35:05.216668Z","error.code":"invalid_code","span":{"request_id":"a1ede372-6ac0-4db4"}}"#;
    assert_eq!(leak(harmless), None);
}

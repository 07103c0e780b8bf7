//! What a secret looks like.
//!
//! Each pattern has literals of which a line must hold one before the expression is tried: most lines hold none.

use regex_lite::Regex;

use crate::failure::{Explain, Failure};

struct Pattern {
    kind: &'static str,
    literals: &'static [&'static str],
    expression: &'static str,
}

const PATTERNS: [Pattern; 9] = [
    Pattern { kind: "AWS access key", literals: &["AKIA", "ASIA"], expression: r"\b(AKIA|ASIA)[0-9A-Z]{16}\b" },
    Pattern { kind: "private key", literals: &["PRIVATE KEY"], expression: r"-----BEGIN [A-Z ]*PRIVATE KEY" },
    Pattern {
        kind: "JSON Web Token",
        literals: &["eyJ"],
        expression: r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{16,}",
    },
    Pattern {
        kind: "GitHub token",
        literals: &["ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"],
        expression: r"\b(gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{50})",
    },
    Pattern {
        kind: "Slack token",
        literals: &["xox", "hooks.slack.com"],
        expression: r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}|hooks\.slack\.com/services/T[A-Z0-9]+/",
    },
    Pattern { kind: "Google API key", literals: &["AIza"], expression: r"\bAIza[0-9A-Za-z_-]{35}" },
    Pattern { kind: "Stripe key", literals: &["k_live_"], expression: r"\b[rs]k_live_[0-9A-Za-z]{16,}" },
    Pattern {
        kind: "package registry token",
        literals: &["npm_", "pypi-Ag"],
        expression: r"\b(npm_[A-Za-z0-9]{36}|pypi-Ag[A-Za-z0-9_-]{30,})",
    },
    Pattern {
        kind: "password in a URL",
        literals: &["://"],
        expression: r"://[^/\s:@{}$<>]+:[^/\s:@{}$<>]{8,}@[A-Za-z0-9]",
    },
];

/// A value that is given to something called like a secret. Judged by its entropy, because most such values are names.
const ASSIGNMENT: &str = r#"(?i)(secret|token|passwd|password|pepper|api_?key|private_?key|access_?key)[a-z_]*["']?\s*[:=]+\s*["']([A-Za-z0-9+/=_-]{20,})["']"#;
const ASSIGNMENT_LITERALS: [&str; 6] = ["secret", "token", "passw", "pepper", "key", "Key"];

/// Bits per character. Words and identifiers stay below, random base64 of 20 characters and more lies above.
const RANDOM: f64 = 4.0;

/// Fragments that look like secrets and are published examples.
const ALLOWED: [(&str, &str); 3] = [
    ("EXAMPLE", "AWS marks the keys in its documentation with this word"),
    ("xxxxxxxx", "a placeholder"),
    ("HBwcHBwcHBwc", "sevens in base64url: an example of an unsubscribe token in the history of events/"),
];

pub struct Patterns {
    known: Vec<(&'static Pattern, Regex)>,
    assignment: Regex,
}

impl Patterns {
    pub fn compile() -> Result<Self, Failure> {
        let compile = |expression: &str| Regex::new(expression).explain(|| format!("the pattern {expression}"));
        let known = PATTERNS.iter().map(|pattern| Ok((pattern, compile(pattern.expression)?)));
        Ok(Self { known: known.collect::<Result<_, Failure>>()?, assignment: compile(ASSIGNMENT)? })
    }

    /// The kind of secret a line seems to hold.
    pub fn find(&self, line: &str) -> Option<&'static str> {
        if ALLOWED.iter().any(|(fragment, _)| line.contains(fragment)) {
            return None;
        }
        let matching = |(pattern, expression): &&(&'static Pattern, Regex)| {
            pattern.literals.iter().any(|literal| line.contains(literal)) && expression.is_match(line)
        };
        let known = self.known.iter().find(matching).map(|(pattern, _)| pattern.kind);
        known.or_else(|| self.is_random_assignment(line).then_some("random value in a secret's place"))
    }

    fn is_random_assignment(&self, line: &str) -> bool {
        let lower = line.to_ascii_lowercase();
        ASSIGNMENT_LITERALS.iter().any(|literal| lower.contains(&literal.to_ascii_lowercase()))
            && self.assignment.captures_iter(line).any(|found| entropy(&found[2]) >= RANDOM)
    }
}

fn entropy(text: &str) -> f64 {
    let mut counts = [0_u32; 256];
    text.bytes().for_each(|byte| counts[usize::from(byte)] += 1);
    let total = f64::from(u32::try_from(text.len()).unwrap_or(u32::MAX));
    counts
        .iter()
        .filter(|count| **count > 0)
        .map(|count| f64::from(*count) / total)
        .map(|share| -share * share.log2())
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Written in two halves, so that the scan does not find its own tests.
    #[test]
    fn secrets_are_found() {
        let cases = [
            ("AWS access key", ["id = AKIA", "ABCDEFGHIJKLMNOP"].concat()),
            ("private key", ["-----BEGIN RSA PRIV", "ATE KEY-----"].concat()),
            ("JSON Web Token", ["eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiIxMjM0", "NTYifQ.c2lnbmF0dXJlLXNpZ25hdHVyZQ"].concat()),
            ("GitHub token", ["ghp_", "abcdefghijklmnopqrstuvwxyz0123456789"].concat()),
            ("Slack token", ["xoxb-", "123456789012-abcdefghij"].concat()),
            ("password in a URL", ["postgres://admin:", "hunter2hunter2@db.example"].concat()),
            ("random value in a secret's place", ["api_key: '9f8Kd73", "hQpZ1xLmW04vTyRb2'"].concat()),
        ];
        let patterns = Patterns::compile().unwrap();
        for (kind, line) in cases {
            assert_eq!(patterns.find(&line), Some(kind), "{line}");
        }
    }

    #[test]
    fn names_and_examples_are_no_secrets() {
        let cases = [
            "token = \"access_token_of_the_session\"",
            "password: \"aaaaaaaaaaaaaaaaaaaaaaaaaaaa\"",
            "APP_TOKENS_SECRET: !Ref SigningSecret",
            "https://example.org:8080/path@x",
            "let key = format!(\"USER#{user}\");",
            "AKIAIOSFODNN7EXAMPLE",
        ];
        let patterns = Patterns::compile().unwrap();
        for line in cases {
            assert_eq!(patterns.find(line), None, "{line}");
        }
    }
}

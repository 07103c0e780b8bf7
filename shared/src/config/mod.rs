//! Configuration: environment variables named `APP_<SECTION>_<NAME>`, read once, in `main.rs`.
//!
//! A section notes what it misses instead of failing, and [`Vars::finish`] reports everything at once: an operator
//! mends a function's configuration in one go. Values that are secret live in Secrets Manager, never here.

mod cache_url;
mod cdn;
mod queues;
mod sections;

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

pub use cache_url::CacheUrl;
pub use cdn::CdnConfig;
pub use queues::{DeadLettersConfig, QueuesConfig};
pub use sections::{
    BackupsConfig, CacheConfig, CandidatesConfig, CodesConfig, EmbeddingsConfig, LinksConfig, MailConfig,
    MailRateConfig, OAuthConfig, PhotosConfig, SigningConfig, SocketsConfig, TableName, TokensConfig,
};

/// The variables of one process, and what was found wrong with them so far.
#[derive(Clone, Default)]
pub struct Vars {
    values: BTreeMap<String, String>,
    problems: Vec<String>,
}

impl Vars {
    /// The one place that reads the process environment.
    #[expect(clippy::disallowed_methods, reason = "configuration has to come from somewhere, and this is where")]
    pub fn from_process() -> Self {
        std::env::vars().collect()
    }

    /// The value of a variable that must be there; an empty one counts as missing.
    pub fn required(&mut self, name: &str) -> String {
        self.optional(name).unwrap_or_else(|| {
            self.problems.push(format!("{name} is not set"));
            String::new()
        })
    }

    pub fn optional(&self, name: &str) -> Option<String> {
        self.values.get(name).filter(|value| !value.is_empty()).cloned()
    }

    /// A whole number of seconds.
    pub fn seconds(&mut self, name: &str) -> Duration {
        let text = self.required(name);
        match text.parse() {
            Ok(seconds) => Duration::from_secs(seconds),
            Err(_) if text.is_empty() => Duration::ZERO,
            Err(_) => {
                self.problems.push(format!("{name} is no number of seconds"));
                Duration::ZERO
            }
        }
    }

    /// One of some words; the first of them when it is none.
    pub fn one_of<const N: usize>(&mut self, name: &str, words: [&'static str; N]) -> &'static str {
        let text = self.required(name);
        let known = words.into_iter().find(|word| *word == text);
        if known.is_none() && !text.is_empty() {
            self.problems.push(format!("{name} is none of {}", words.join(", ")));
        }
        known.unwrap_or(words[0])
    }

    /// A whole number, at least one.
    pub fn count(&mut self, name: &str) -> u32 {
        let text = self.required(name);
        let count = text.parse().ok().filter(|count| *count > 0);
        if count.is_none() && !text.is_empty() {
            self.problems.push(format!("{name} is no number above zero"));
        }
        count.unwrap_or(1)
    }

    /// The name of a table, from `APP_TABLES_<NAME>`.
    pub fn table(&mut self, table: TableName) -> String {
        self.required(table.variable())
    }

    /// Notes what is wrong with a value that is there.
    fn expect(&mut self, holds: bool, problem: &str) {
        if !holds {
            self.problems.push(problem.to_owned());
        }
    }

    /// Fails with every problem found since the variables were read.
    pub fn finish(self) -> Result<(), ConfigError> {
        if self.problems.is_empty() { Ok(()) } else { Err(ConfigError(self.problems)) }
    }
}

/// The variables hold the function's AWS credentials: only what is wrong with them is ever shown.
impl fmt::Debug for Vars {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vars").field("problems", &self.problems).finish_non_exhaustive()
    }
}

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for Vars {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        let values = pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        Self { values, problems: Vec::new() }
    }
}

#[derive(Debug, thiserror::Error)]
pub struct ConfigError(Vec<String>);

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "configuration: {}", self.0.join("; "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_cache_is_reported_without_its_url() {
        let mut vars = Vars::from_iter([("APP_CACHE_URL", "http://10.0.0.7"), ("APP_CACHE_TTL_PERCENT", "0")]);
        let config = CacheConfig::read(&mut vars);
        assert!(config.url.is_none());
        let error = vars.finish().unwrap_err().to_string();
        assert!(error.contains("APP_CACHE_URL must") && error.contains("APP_CACHE_TTL_PERCENT must"), "{error}");
        assert!(!error.contains("10.0.0.7"));
    }

    #[test]
    fn without_a_url_there_is_no_cache_and_nothing_is_wrong() {
        let mut vars = Vars::from_iter([("APP_CACHE_URL", "")]);
        assert!(CacheConfig::read(&mut vars).url.is_none());
        vars.finish().unwrap();
    }

    #[test]
    fn every_missing_variable_is_reported_at_once() {
        let mut vars = Vars::from_iter([
            ("APP_TABLES_CHAT", "chat"),
            ("APP_TABLES_OPS", ""),
            ("APP_CANDIDATES_POLL_SECONDS", "20"),
            ("A", "soon"),
        ]);
        vars.seconds("A");
        assert_eq!(vars.table(TableName::Chat), "chat");
        assert_eq!(vars.seconds("APP_CANDIDATES_POLL_SECONDS"), Duration::from_secs(20));
        vars.table(TableName::Ops);
        vars.table(TableName::Outbox);
        let error = vars.finish().unwrap_err().to_string();
        assert_eq!(
            error,
            "configuration: A is no number of seconds; APP_TABLES_OPS is not set; APP_TABLES_OUTBOX is not set"
        );
    }
}

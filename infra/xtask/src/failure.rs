//! The one error type of these commands: what went wrong, the evidence, and what to do about it.

use std::fmt::{self, Display};

#[derive(Debug, Clone)]
pub struct Failure {
    message: String,
    evidence: Option<String>,
    remedy: Option<String>,
}

impl Failure {
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), evidence: None, remedy: None }
    }

    #[must_use]
    pub fn evidence(mut self, evidence: impl Into<String>) -> Self {
        self.evidence = Some(evidence.into());
        self
    }

    #[must_use]
    pub fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }

    pub fn message(&self) -> &str {
        &self.message
    }
}

impl Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.message)?;
        if let Some(evidence) = &self.evidence {
            for line in evidence.trim_end().lines() {
                write!(f, "\n  | {line}")?;
            }
        }
        if let Some(remedy) = &self.remedy {
            write!(f, "\n  what to do: {remedy}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Failure {}

/// Turns any error into a [`Failure`] that says what was being done.
pub trait Explain<T> {
    fn explain(self, doing: impl FnOnce() -> String) -> Result<T, Failure>;
}

impl<T, E: Display> Explain<T> for Result<T, E> {
    fn explain(self, doing: impl FnOnce() -> String) -> Result<T, Failure> {
        self.map_err(|cause| Failure::new(format!("{}: {cause}", doing())))
    }
}

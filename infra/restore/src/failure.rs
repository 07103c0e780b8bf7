//! Why a restoration stopped, and what to do about it.

use std::fmt;

use shared::domain::backup::Broken;
use shared::error::Error;

#[derive(Debug, PartialEq, Eq)]
pub struct Failure {
    message: String,
    remedy: Option<String>,
}

impl Failure {
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), remedy: None }
    }

    #[must_use]
    pub fn remedy(self, remedy: impl Into<String>) -> Self {
        Self { remedy: Some(remedy.into()), ..self }
    }

    /// An object that is not what was written. Older backups are other objects.
    pub fn broken(key: &str, broken: &Broken) -> Self {
        Self::new(format!("{key} is not to be trusted: {broken}")).remedy(
            "nothing was restored from it; bring back the object's older version, if it has one, or take another backup",
        )
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if let Some(remedy) = &self.remedy {
            write!(f, "\n  what to do: {remedy}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Failure {}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let cause = error.cause_chain().unwrap_or_else(|| error.to_string());
        Self::new(format!("AWS did not do what it was asked: {cause}"))
            .remedy("run the same command again: it goes on where it stopped; if it says the same, look at credentials and region")
    }
}

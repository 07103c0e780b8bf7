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
    pub fn broken(bucket: &str, key: &str, broken: &Broken) -> Self {
        Self::new(format!("{key} is not to be trusted: {broken}")).bring_back(bucket, key)
    }

    /// An object that a manifest names, and that is not there.
    pub fn missing(bucket: &str, key: &str) -> Self {
        Self::new(format!("{key} is missing")).bring_back(bucket, key)
    }

    fn bring_back(self, bucket: &str, key: &str) -> Self {
        self.remedy(format!(
            "nothing was restored from it; bring its older version back, if there is one \
             (`aws s3api list-object-versions --bucket {bucket} --prefix {key}`), or take another backup"
        ))
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
        if cause.contains("NoSuchBucket") {
            return Self::new("there is no such bucket")
                .remedy("see how it is called (`aws s3 ls`), and that account and region are the right ones");
        }
        Self::new(format!("AWS did not do what it was asked: {cause}"))
            .remedy("run the same command again: it goes on where it stopped; if it says the same, look at credentials and region")
    }
}

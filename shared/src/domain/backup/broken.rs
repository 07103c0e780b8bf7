//! Why a backup, or a piece of one, is not believed.

use crate::error::Error;

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Broken(String);

impl Broken {
    pub fn new(what: impl Into<String>) -> Self {
        Self(what.into())
    }
}

/// For functions a broken backup is a defect: trying again reads the same bytes.
impl From<Broken> for Error {
    fn from(broken: Broken) -> Self {
        Self::internal(broken)
    }
}

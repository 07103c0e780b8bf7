//! Password hashing off the async thread: it takes tens of milliseconds of pure computation.

use shared::domain::password::Password;
use shared::error::{Error, Result};

pub(crate) async fn hash(password: Password, salt: [u8; 16]) -> Result<String> {
    tokio::task::spawn_blocking(move || password.hash(salt)).await.map_err(Error::internal)?
}

pub(crate) async fn matches(password: Password, phc: String) -> Result<bool> {
    tokio::task::spawn_blocking(move || password.matches(&phc)).await.map_err(Error::internal)?
}

//! Password hashing off the async thread: it takes tens of milliseconds of pure computation, and memory.

use shared::domain::password::Password;
use shared::error::{Error, Result};
use tokio::sync::Semaphore;

/// How many passwords are hashed at once, at 19 MiB each. A function's environment answers one request at a time; this
/// holds where many share a process, as they do in development.
static PERMITS: Semaphore = Semaphore::const_new(4);

pub(crate) async fn hash(password: Password, salt: [u8; 16]) -> Result<String> {
    compute(move || password.hash(salt)).await
}

pub(crate) async fn matches(password: Password, phc: String) -> Result<bool> {
    compute(move || password.matches(&phc)).await
}

async fn compute<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    let _permit = PERMITS.acquire().await.map_err(Error::internal)?;
    tokio::task::spawn_blocking(work).await.map_err(Error::internal)?
}

//! How many mails strangers can cause.

use shared::domain::email::EmailAddress;
use shared::domain::limit::{MAIL_IN_ALL, MAIL_PER_ADDRESS, Subject};
use shared::edge::http::Limiter;
use shared::error::Result;

/// Counts a mail that is sent because somebody typed an address. It is counted whether or not the address has an
/// account, so that the refusal says nothing about it either.
pub(crate) async fn take(limiter: &Limiter, email: &EmailAddress) -> Result<()> {
    limiter.take(&MAIL_PER_ADDRESS, &Subject::address(email)).await?;
    limiter.take(&MAIL_IN_ALL, &Subject::everybody()).await
}

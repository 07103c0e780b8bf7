//! How many mails strangers can cause.

use shared::domain::limit::{MAIL_IN_ALL, MAIL_PER_ADDRESS, MAIL_PER_ADDRESS_AND_NETWORK, MAIL_PER_NETWORK, Subject};
use shared::edge::http::{Limiter, Network};
use shared::error::Result;

/// Counts a mail that is sent because somebody typed an address. It is counted whether or not the address has an
/// account, so that the refusal says nothing about it either.
pub(crate) async fn take(limiter: &Limiter, address: &Subject, Network(network): &Network) -> Result<()> {
    limiter.take(&MAIL_PER_NETWORK, network).await?;
    limiter.take(&MAIL_PER_ADDRESS_AND_NETWORK, &address.and(network)).await?;
    limiter.take(&MAIL_PER_ADDRESS, address).await?;
    limiter.take(&MAIL_IN_ALL, &Subject::everybody()).await
}

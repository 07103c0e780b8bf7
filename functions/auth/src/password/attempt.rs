//! One attempt to sign in with a password alone, counted before it is checked, so that a thousand at once are not one.

use shared::domain::email::EmailAddress;
use shared::domain::limit::{LOGIN_PER_ADDRESS, LOGIN_PER_ADDRESS_AND_NETWORK, Subject};
use shared::edge::http::{Limiter, Network};
use shared::error::{Code, Error, Result};

pub(super) struct Attempt<'a> {
    limiter: &'a Limiter,
    address: Subject,
    address_and_network: Subject,
}

impl<'a> Attempt<'a> {
    /// Counts the attempt. Where too many have failed, a password alone is not even looked at: whoever reads the mailbox
    /// comes in with a code, and a flood of guesses keeps only the guessers out.
    pub(super) async fn begin(limiter: &'a Limiter, email: &EmailAddress, Network(network): &Network) -> Result<Self> {
        let address = Subject::address(email);
        let attempt = Self { limiter, address_and_network: address.and(network), address };
        let refused = |error: Error| error.in_place_of(Code::CodeRequired);
        limiter.take(&LOGIN_PER_ADDRESS_AND_NETWORK, &attempt.address_and_network).await.map_err(refused)?;
        limiter.take(&LOGIN_PER_ADDRESS, &attempt.address).await.map_err(refused)?;
        Ok(attempt)
    }

    /// It was no guess: the owner's attempts do not count.
    pub(super) async fn succeeded(self) -> Result<()> {
        self.limiter.give_back(&LOGIN_PER_ADDRESS_AND_NETWORK, &self.address_and_network).await?;
        self.limiter.give_back(&LOGIN_PER_ADDRESS, &self.address).await
    }
}

//! Mails: sending them, and sending each of them once.

use async_trait::async_trait;

use crate::domain::email::EmailAddress;
use crate::domain::outbox::OutboxEntry;
use crate::error::Result;

/// A mail that is ready to go; the sender and the closing line are the mailer's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    pub to: EmailAddress,
    pub subject: String,
    pub text: String,
    pub link: Option<Link>,
}

/// Where a mail leads; only the mailer knows the addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Link {
    /// A path of the HTTP API.
    Api(String),
    /// A path of the client app.
    App(String),
}

#[async_trait]
pub trait Mailer: Send + Sync {
    /// Hands a mail over. An error says that it was not accepted, or that nobody knows.
    async fn send(&self, mail: &Mail) -> Result<()>;
}

/// Whether a mail may be sent now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// Nobody has sent it; whoever asked may, until the claim runs out.
    Granted,
    /// It has been accepted already.
    Sent,
    /// Somebody else is at it.
    Held,
}

#[async_trait]
pub trait MailJobs: Send + Sync {
    /// Claims the mail of an outbox entry. MUST grant it to one asker at a time.
    async fn claim(&self, entry: &OutboxEntry) -> Result<Claim>;

    /// Gives a claim back, so that the next try need not wait for it to run out.
    async fn release(&self, entry: &OutboxEntry) -> Result<()>;

    /// Notes for a week that the mail was accepted, then removes the entry from the outbox.
    async fn done(&self, entry: &OutboxEntry) -> Result<()>;
}

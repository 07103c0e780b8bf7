//! Mails: sending them, and sending each of them once.

use std::time::Duration;

use async_trait::async_trait;

use crate::domain::email::EmailAddress;
use crate::domain::id::UserId;
use crate::domain::outbox::OutboxEntry;
use crate::error::{Error, Result};

/// For how long it is known what became of a mail: after the day in which it is relayed, longer than its queue and then the
/// dead letters keep it, and once more, because whoever puts a letter back sends it as a new one.
pub const REMEMBERED_FOR: Duration = Duration::from_hours(40 * 24);

/// A mail that is ready to go; the sender is the mailer's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// Whose account it is about. What the provider says of the mail later names them.
    pub user_id: UserId,
    pub to: EmailAddress,
    pub subject: String,
    /// The same words twice, for readers of plain text and for all others.
    pub text: String,
    pub html: String,
    /// Where one request ends mails of this kind (RFC 8058).
    pub unsubscribe: Option<String>,
}

/// What became of a mail.
#[derive(Debug)]
pub enum Handover {
    Accepted,
    /// It was not accepted for certain, and this is why.
    Refused(Error),
}

#[async_trait]
pub trait Mailer: Send + Sync {
    /// Hands a mail over, once. An error says that nobody knows whether it was accepted.
    async fn send(&self, mail: &Mail) -> Result<Handover>;
}

/// Whether a mail may be sent now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// Nobody has sent it; whoever asked may, until the claim runs out.
    Granted,
    /// Somebody had claimed it and vanished: it may have been accepted, and is to be sent again.
    Again,
    /// Likewise, but it is not to be sent again.
    Abandoned,
    /// It has been accepted already.
    Sent,
    /// Somebody else is at it.
    Held,
}

#[async_trait]
pub trait MailJobs: Send + Sync {
    /// Claims the mail of an outbox entry. MUST grant it to one asker at a time, and what is sent at most once to one asker
    /// ever, unless they give it back.
    async fn claim(&self, entry: &OutboxEntry) -> Result<Claim>;

    /// Gives the claim of a mail back that was not accepted for certain.
    async fn release(&self, entry: &OutboxEntry) -> Result<()>;

    /// Notes for [`REMEMBERED_FOR`] that the mail was accepted or dropped, then removes the entry from the outbox.
    async fn done(&self, entry: &OutboxEntry) -> Result<()>;
}

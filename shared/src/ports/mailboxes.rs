//! How mails reach an account.

use async_trait::async_trait;

use crate::domain::id::UserId;
use crate::domain::locale::Locale;
use crate::domain::mailbox::MailHold;
use crate::error::Result;

#[async_trait]
pub trait Mailboxes: Send + Sync {
    /// Holds mails to an account back; answers whether it did. MUST do nothing to one that is gone, and leave one alone that
    /// is held for the same or a stronger cause already, or that wished for mails after `hold.since`.
    async fn hold(&self, user_id: UserId, hold: MailHold) -> Result<bool>;

    /// Sends mails again.
    async fn resume(&self, user_id: UserId) -> Result<()>;

    /// Has mails written in a language from now on.
    async fn write_in(&self, user_id: UserId, locale: Locale) -> Result<()>;
}

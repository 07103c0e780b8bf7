//! `mail-feedback`: notes in the account what providers say about mails that were sent to it.
//!
//! SES tells of bounces and complaints; a rule in the template picks those that last and keeps nothing of them but what
//! [`Feedback`] has, so that the queue holds no address.

use std::sync::Arc;

use serde::Deserialize;
use shared::domain::id::UserId;
use shared::domain::mailbox::{HoldCause, MailHold};
use shared::domain::time::Timestamp;
use shared::edge::queue::Message;
use shared::error::Result;
use shared::ports::mailboxes::Mailboxes;

#[derive(Clone)]
pub struct Deps {
    pub mailboxes: Arc<dyn Mailboxes>,
}

/// What came of a mail.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Feedback {
    cause: HoldCause,
    /// A tag of the mail, which SES tells as a list.
    user_id: [UserId; 1],
    /// When SES took the mail: a wish for mails that is younger than that still holds.
    sent_at: Timestamp,
    /// What SES calls the mail.
    mail_id: String,
}

impl Message for Feedback {
    fn request_id(&self) -> Option<&str> {
        Some(&self.mail_id)
    }
}

/// Holds mails to the account back. The same again changes nothing, and so does what is told of somebody who is gone.
pub async fn note(deps: &Deps, feedback: Feedback) -> Result<()> {
    let Feedback { cause, user_id: [user_id], sent_at, .. } = feedback;
    if deps.mailboxes.hold(user_id, MailHold { cause, since: sent_at }).await? {
        tracing::warn!(mail.cause = ?cause, mail.held = 1, user.id = %user_id, "mails are held back");
    } else {
        tracing::info!(mail.cause = ?cause, "this changes nothing");
    }
    Ok(())
}

//! Whether mails reach an account: what providers have said about those that were sent.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::outbox::MailKind;
use super::time::Timestamp;

/// What a provider has said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HoldCause {
    /// There is no such mailbox, or it takes nothing.
    Bounce,
    /// Its reader has called a mail spam.
    Complaint,
}

impl HoldCause {
    /// The cause that this one takes the place of, because it holds back more.
    pub const fn outweighs(self) -> Option<Self> {
        match self {
            Self::Bounce => Some(Self::Complaint),
            Self::Complaint => None,
        }
    }
}

/// Mails are held back until the owner of the account wishes them again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailHold {
    pub cause: HoldCause,
    pub since: Timestamp,
}

impl MailHold {
    /// Whether a mail is not sent. After a bounce none is; after a complaint those are that its reader has asked for, or
    /// that somebody else's doings make necessary, because whoever gets no more codes is locked out for one click.
    pub const fn holds(self, kind: MailKind) -> bool {
        match self.cause {
            HoldCause::Bounce => true,
            HoldCause::Complaint => matches!(kind, MailKind::Digest),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_complaint_ends_what_nobody_asked_for_and_a_bounce_everything() {
        let since = Timestamp::default();
        let held = |cause| [MailKind::Digest, MailKind::Reset].map(|kind| MailHold { cause, since }.holds(kind));
        assert_eq!(held(HoldCause::Complaint), [true, false]);
        assert_eq!(held(HoldCause::Bounce), [true, true]);
    }
}

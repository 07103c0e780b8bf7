//! Promised side effects. The transaction that changes state also writes one of these; a queue carries it out.
//!
//! An entry names its subject by id and holds no personal data: whoever does the work reads the rest afresh.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::digest::DigestCounts;
use super::erasure::SETTLE;
use super::id::{ChallengeId, ConversationId, ExportId, OutboxId, ProjectId, SessionId, UserId};
use super::socket::ConnectionId;
use super::time::Timestamp;

/// The rows of a minute are spread over this many partitions, so that no single one takes every write.
pub const SHARDS: u8 = 8;
/// What is not kept after a day is broken, not late: it is no longer relayed.
pub const RELAYED_FOR: Duration = Duration::from_hours(24);
/// When a promise lapses that nobody keeps, and with it the ids in it: not before the last dead letter that tells of it.
pub const LAPSES_AFTER: Duration = Duration::from_hours(15 * 24);

/// What is to be done, with the ids it is to be done for. The stored form is flat: `kind` and ids.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Effect {
    Mail(MailEffect),
    Push(PushEffect),
    Embed(EmbedEffect),
    Account(AccountEffect),
}

/// A mail to one person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailEffect {
    pub kind: MailKind,
    pub user_id: UserId,
    /// What the code in the mail will answer; mails without a code have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub challenge_id: Option<ChallengeId>,
    /// How much a digest tells of; other mails count nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counts: Option<DigestCounts>,
}

/// What happens to a mail of which nobody knows whether it was accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guarantee {
    /// It is sent again: twice is better than not at all.
    AtLeastOnce,
    /// It is dropped: not at all is better than twice.
    AtMostOnce,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum MailKind {
    /// A verification code for a pending account.
    #[serde(rename = "mail.verify")]
    Verify,
    /// A code that sets a new password.
    #[serde(rename = "mail.reset")]
    Reset,
    /// A code that signs in beside the password while strangers guess it.
    #[serde(rename = "mail.sign-in")]
    SignIn,
    /// Tells the owner that the password is another one now.
    #[serde(rename = "mail.password-changed")]
    PasswordChanged,
    /// Tells the owner of an address that somebody tried to register it again.
    #[serde(rename = "mail.address-taken")]
    AddressTaken,
    /// Warns the owner that an old refresh token was used and the session has been ended.
    #[serde(rename = "mail.session-revoked")]
    SessionRevoked,
    /// Tells the owner that an identity of a provider now opens the account.
    #[serde(rename = "mail.identity-linked")]
    IdentityLinked,
    /// Tells the owner that a provider no longer opens the account.
    #[serde(rename = "mail.identity-unlinked")]
    IdentityUnlinked,
    /// Tells somebody what keeps them out; what it is stands in the account.
    #[serde(rename = "mail.sanction-imposed")]
    SanctionImposed,
    /// Tells somebody that nothing keeps them out any more.
    #[serde(rename = "mail.sanction-lifted")]
    SanctionLifted,
    /// Tells somebody how much they have missed.
    #[serde(rename = "mail.digest")]
    Digest,
    /// A code that erases the account, for who has no password to prove who they are.
    #[serde(rename = "mail.erasure-code")]
    ErasureCode,
    /// Tells somebody that their account and what it held are gone.
    #[serde(rename = "mail.account-erased")]
    AccountErased,
    /// Tells somebody that the copy of all that is known of them can be fetched.
    #[serde(rename = "mail.export-ready")]
    ExportReady,
}

impl MailKind {
    pub const ALL: [Self; 14] = [
        Self::Verify,
        Self::Reset,
        Self::SignIn,
        Self::PasswordChanged,
        Self::AddressTaken,
        Self::SessionRevoked,
        Self::IdentityLinked,
        Self::IdentityUnlinked,
        Self::SanctionImposed,
        Self::SanctionLifted,
        Self::Digest,
        Self::ErasureCode,
        Self::AccountErased,
        Self::ExportReady,
    ];

    pub const fn guarantee(self) -> Guarantee {
        match self {
            Self::Digest => Guarantee::AtMostOnce,
            Self::Verify
            | Self::Reset
            | Self::SignIn
            | Self::PasswordChanged
            | Self::AddressTaken
            | Self::SessionRevoked
            | Self::IdentityLinked
            | Self::IdentityUnlinked
            | Self::SanctionImposed
            | Self::SanctionLifted
            | Self::ErasureCode
            | Self::AccountErased
            | Self::ExportReady => Guarantee::AtLeastOnce,
        }
    }
}

/// Something that live sockets must hear of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind")]
pub enum PushEffect {
    /// Tell both people of a match.
    #[serde(rename = "match.new")]
    MatchNew { conversation_id: ConversationId, user_ids: [UserId; 2] },
    /// Deliver committed entries of a conversation, those with the numbers `first` to `last`.
    #[serde(rename = "message.new")]
    MessageNew {
        conversation_id: ConversationId,
        first: u64,
        last: u64,
        /// The sockets that still lack them; all of everybody if it is not said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        left: Option<Vec<ConnectionId>>,
    },
    /// Tell those who watch somebody whether they are there, and forget those of their sockets that are not.
    #[serde(rename = "presence.changed")]
    PresenceChanged { user_id: UserId },
    /// Tell sockets that somebody whom they watch is gone for good: by then nothing is known of that person any more.
    #[serde(rename = "presence.ended")]
    PresenceEnded { user_id: UserId, sockets: Vec<ConnectionId> },
    /// Tell somebody that their list of conversations has changed.
    #[serde(rename = "conversations.changed")]
    ConversationsChanged { user_ids: Vec<UserId> },
    /// Close the sockets of a session that has ended.
    #[serde(rename = "session.ended")]
    SessionEnded { user_id: UserId, session_id: SessionId },
}

/// A text that a model must read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind")]
pub enum EmbedEffect {
    /// Embed what somebody's profile says by then.
    #[serde(rename = "embed.profile")]
    Profile { user_id: UserId },
    /// Embed what a project says by then.
    #[serde(rename = "embed.project")]
    Project { project_id: ProjectId },
}

/// Work on all that is known of one person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind")]
pub enum AccountEffect {
    /// Erase it, as far as that has not been done.
    #[serde(rename = "account.erase")]
    Erase { user_id: UserId },
    /// Go on with that once what was under way at its beginning has come to its end.
    #[serde(rename = "account.erase-on")]
    EraseOn { user_id: UserId },
    /// Put a copy of it together, for themselves.
    #[serde(rename = "account.export")]
    Export { user_id: UserId, export_id: ExportId },
}

impl Effect {
    pub const fn mail(kind: MailKind, user_id: UserId) -> Self {
        Self::Mail(MailEffect { kind, user_id, challenge_id: None, counts: None })
    }

    /// A mail with a code that is made when the mail is sent.
    pub const fn mail_code(kind: MailKind, user_id: UserId, challenge_id: ChallengeId) -> Self {
        Self::Mail(MailEffect { kind, user_id, challenge_id: Some(challenge_id), counts: None })
    }

    pub const fn digest(user_id: UserId, counts: DigestCounts) -> Self {
        Self::Mail(MailEffect { kind: MailKind::Digest, user_id, challenge_id: None, counts: Some(counts) })
    }

    pub const fn embed_profile(user_id: UserId) -> Self {
        Self::Embed(EmbedEffect::Profile { user_id })
    }

    pub const fn embed_project(project_id: ProjectId) -> Self {
        Self::Embed(EmbedEffect::Project { project_id })
    }

    pub const fn erase(user_id: UserId) -> Self {
        Self::Account(AccountEffect::Erase { user_id })
    }

    pub const fn erase_on(user_id: UserId) -> Self {
        Self::Account(AccountEffect::EraseOn { user_id })
    }

    pub const fn export(user_id: UserId, export_id: ExportId) -> Self {
        Self::Account(AccountEffect::Export { user_id, export_id })
    }

    /// How long its queue keeps it back.
    pub const fn delay(&self) -> Duration {
        match self {
            Self::Account(AccountEffect::EraseOn { .. }) => SETTLE,
            Self::Mail(_) | Self::Push(_) | Self::Embed(_) | Self::Account(_) => Duration::ZERO,
        }
    }

    pub const fn lane(&self) -> Lane {
        match self {
            Self::Mail(_) => Lane::Mail,
            Self::Push(_) => Lane::Push,
            Self::Embed(_) => Lane::Embed,
            Self::Account(_) => Lane::Account,
        }
    }
}

/// The queue that carries an effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Lane {
    Mail,
    Push,
    Embed,
    Account,
}

impl Lane {
    pub const ALL: [Self; 4] = [Self::Mail, Self::Push, Self::Embed, Self::Account];
}

/// One committed promise: written with the state change, relayed to its queue, deleted by whoever keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutboxEntry {
    pub id: OutboxId,
    pub created_at: Timestamp,
    /// The request that made the promise, to follow it through the logs.
    pub request_id: Option<String>,
    #[serde(flatten)]
    pub effect: Effect,
}

impl OutboxEntry {
    /// The minute in which the entry was written, and with it where a sweep looks for it.
    pub const fn minute(&self) -> u64 {
        self.created_at.unix_seconds() / 60
    }

    /// The same promise, when only these sockets lack it still. What is told to nobody else in particular stays whole.
    #[must_use]
    pub fn left_with(&self, sockets: Vec<ConnectionId>) -> Self {
        let mut entry = self.clone();
        if let Effect::Push(PushEffect::MessageNew { left, .. }) = &mut entry.effect {
            *left = Some(sockets);
        }
        entry
    }

    /// Which of the [`SHARDS`] the entry lies in; ids are random at their end, so this spreads evenly.
    pub fn shard(&self) -> u8 {
        self.id.as_uuid().as_bytes()[15] % SHARDS
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::Id;

    /// What nobody knows of serde names in its refusal.
    #[test]
    fn the_list_of_mails_lacks_none() {
        let refusal = serde_json::from_str::<MailKind>("\"\"").unwrap_err().to_string();
        assert_eq!(refusal.matches("`mail.").count(), MailKind::ALL.len(), "{refusal}");
        for kind in MailKind::ALL {
            let name = serde_json::to_string(&kind).unwrap().replace('"', "`");
            assert_eq!(refusal.matches(&name).count(), 1, "{name}");
        }
    }

    /// The stream's filter in `template.yaml` names a stored kind: it must not change by accident.
    #[test]
    fn stored_kinds_are_flat_and_read_back() {
        let user_id = UserId::from_parts(Timestamp::from_unix_millis(1), [1; 10]);
        let conversation_id = ConversationId::from_parts(Timestamp::from_unix_millis(1), [2; 10]);
        let session_id = SessionId::from_parts(Timestamp::from_unix_millis(1), [3; 10]);
        let project_id = ProjectId::from_parts(Timestamp::from_unix_millis(1), [4; 10]);
        let challenge_id = ChallengeId::from_parts(Timestamp::from_unix_millis(1), [5; 10]);
        let sockets = vec![ConnectionId::new("abc=")];
        let left = Some(sockets.clone());
        let effects = [
            (Effect::mail_code(MailKind::Verify, user_id, challenge_id), "mail.verify"),
            (Effect::mail_code(MailKind::Reset, user_id, challenge_id), "mail.reset"),
            (Effect::mail_code(MailKind::SignIn, user_id, challenge_id), "mail.sign-in"),
            (Effect::mail(MailKind::PasswordChanged, user_id), "mail.password-changed"),
            (Effect::mail(MailKind::AddressTaken, user_id), "mail.address-taken"),
            (Effect::mail(MailKind::SessionRevoked, user_id), "mail.session-revoked"),
            (Effect::mail(MailKind::IdentityLinked, user_id), "mail.identity-linked"),
            (Effect::mail(MailKind::IdentityUnlinked, user_id), "mail.identity-unlinked"),
            (Effect::mail(MailKind::SanctionImposed, user_id), "mail.sanction-imposed"),
            (Effect::mail(MailKind::SanctionLifted, user_id), "mail.sanction-lifted"),
            (Effect::digest(user_id, DigestCounts { messages: 4, ..DigestCounts::default() }), "mail.digest"),
            (Effect::Push(PushEffect::MatchNew { conversation_id, user_ids: [user_id, user_id] }), "match.new"),
            (Effect::Push(PushEffect::MessageNew { conversation_id, first: 1, last: 2, left }), "message.new"),
            (Effect::Push(PushEffect::PresenceChanged { user_id }), "presence.changed"),
            (Effect::Push(PushEffect::PresenceEnded { user_id, sockets }), "presence.ended"),
            (Effect::Push(PushEffect::ConversationsChanged { user_ids: vec![user_id] }), "conversations.changed"),
            (Effect::Push(PushEffect::SessionEnded { user_id, session_id }), "session.ended"),
            (Effect::embed_profile(user_id), "embed.profile"),
            (Effect::embed_project(project_id), "embed.project"),
        ];
        for (effect, kind) in effects {
            let entry = OutboxEntry {
                id: OutboxId::from_parts(Timestamp::from_unix_millis(1), [4; 10]),
                created_at: Timestamp::from_unix_millis(1),
                request_id: None,
                effect,
            };
            let stored = serde_json::to_value(&entry).unwrap();
            assert_eq!(stored["kind"], kind);
            assert_eq!(serde_json::from_value::<OutboxEntry>(stored).unwrap(), entry);
        }
    }
}

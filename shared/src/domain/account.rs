//! Accounts: who may sign in, and who may decide about others.
//!
//! A registration is a pending account under an id of its own, with its own password. It takes the address only when
//! its own code comes back, so nobody inherits what a stranger registered, and a registration that is never confirmed
//! blocks nothing and expires.

use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::email::EmailAddress;
use super::fields::{Fields, Refusal};
use super::id::UserId;
use super::input::Input;
use super::locale::Locale;
use super::mailbox::MailHold;
use super::text;
use super::time::Timestamp;
use crate::error::{Error, Exclusion, Result};

/// How long a registration waits for its code.
pub const PENDING_LIFETIME: Duration = Duration::from_hours(24);
/// The longest suspension; who shall stay away for longer is banned.
pub const MAX_SUSPENSION: Duration = Duration::from_hours(24 * 366);
/// Later than the end of everything that ends; still a year of four digits, so that texts sort like times.
pub const FOREVER: Timestamp = Timestamp::from_unix_seconds(253_402_300_799);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountState {
    /// Registered, not confirmed, gone after [`PENDING_LIFETIME`].
    Pending,
    Active,
    /// Its owner wants it gone: nobody signs in any more, and all that is known of them is being erased.
    Erasing,
}

/// What somebody may do beyond their own affairs, the lesser first. A role is held in the account and read there by
/// whoever asks for it: no token and no body carries one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Looks people up, reads reports, suspends and bans, ends sessions.
    Moderator,
    /// Does what moderators do, gives roles and takes them, reads the audit.
    Admin,
}

impl Role {
    pub const ALL: &'static [Self] = &[Self::Moderator, Self::Admin];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Moderator => "moderator",
            Self::Admin => "admin",
        }
    }

    pub fn parse(text: &str) -> Result<Self> {
        let found = Self::ALL.iter().find(|role| role.as_str() == text).copied();
        found.ok_or_else(|| Error::invalid("role", "role must be one of: moderator admin"))
    }

    /// Whether somebody with this role may suspend, ban or sign out `subject`, or lift what was imposed on them: those below
    /// them, so neither themselves nor their equals.
    pub fn is_above(self, subject: &Account) -> bool {
        subject.rank() < Some(self)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SanctionKind {
    /// Ends by itself.
    Suspension,
    /// Ends when it is lifted.
    Ban,
}

/// What keeps somebody out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sanction {
    pub kind: SanctionKind,
    pub reason: Reason,
    pub since: Timestamp,
    /// When a suspension ends; a ban has no end.
    pub until: Option<Timestamp>,
}

/// Why staff did something, in 1 to 500 characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Reason(String);

impl Reason {
    pub fn parse(field: &'static str, text: &str) -> Result<Self, Refusal> {
        text::paragraph(field, text, 1..=500).map(Self)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Reason {
    type Error = Refusal;

    fn try_from(text: String) -> Result<Self, Refusal> {
        Self::parse("reason", &text)
    }
}

impl From<Reason> for String {
    fn from(reason: Reason) -> Self {
        reason.0
    }
}

impl Sanction {
    /// A sanction that begins now. The error names all offending fields at once.
    pub fn parse(
        kind: &Input<SanctionKind>,
        reason: &Input<String>,
        until: Option<&Input<Timestamp>>,
        now: Timestamp,
    ) -> Result<Self> {
        let mut fields = Fields::default();
        let kind = fields.copy("kind", kind);
        let reason = fields.read("reason", reason, |text| Reason::parse("reason", text));
        let end = kind.zip(fields.copy_optional("until", until));
        let until = end.and_then(|(kind, until)| fields.take("until", end_of(kind, until, now)));
        let ((kind, reason), until) = fields.accept(kind.zip(reason).zip(until))?;
        Ok(Self { kind, reason, since: now, until })
    }

    pub fn is_in_force(&self, now: Timestamp) -> bool {
        self.ends_at() > now
    }

    /// What its subject is told who wants to come in, once they have proved to be its subject.
    pub fn refusal(&self) -> Error {
        Error::excluded(self.to_string(), Exclusion { reason: self.reason.0.clone(), until: self.until })
    }

    /// The end of the sanction, [`FOREVER`] for a ban.
    pub fn ends_at(&self) -> Timestamp {
        self.until.unwrap_or(FOREVER)
    }
}

/// As in "suspended until 2026-12-01T00:00:00.000Z: spam".
impl fmt::Display for Sanction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.until {
            Some(until) => write!(f, "suspended until {until}: {}", self.reason.0),
            None => write!(f, "banned: {}", self.reason.0),
        }
    }
}

fn end_of(kind: SanctionKind, until: Option<Timestamp>, now: Timestamp) -> Result<Option<Timestamp>, Refusal> {
    match (kind, until) {
        (SanctionKind::Ban, None) => Ok(None),
        (SanctionKind::Ban, Some(_)) => Err("until must be left out: a ban has no end".into()),
        (SanctionKind::Suspension, None) => Err("until is missing: a suspension has an end".into()),
        (SanctionKind::Suspension, Some(until)) if until <= now => Err("until must lie in the future".into()),
        (SanctionKind::Suspension, Some(until)) if until > now + MAX_SUSPENSION => {
            Err("until must lie within a year; ban who shall stay away for longer".into())
        }
        (SanctionKind::Suspension, Some(until)) => Ok(Some(until)),
    }
}

#[derive(Clone, Debug)]
pub struct Account {
    pub user_id: UserId,
    pub email: EmailAddress,
    pub state: AccountState,
    pub roles: BTreeSet<Role>,
    pub sanction: Option<Sanction>,
    /// What mails to the account are written in.
    pub locale: Locale,
    /// What keeps mails back, if anything.
    pub mail_hold: Option<MailHold>,
    pub created_at: Timestamp,
}

impl Account {
    /// Whether a session may be started for the account, however its owner has proved who they are.
    pub fn may_start_session(&self) -> bool {
        self.state == AccountState::Active
    }

    /// A registration that waits for its code.
    pub fn pending(user_id: UserId, email: EmailAddress, locale: Locale, now: Timestamp) -> Self {
        let (roles, sanction, mail_hold) = (BTreeSet::new(), None, None);
        Self { user_id, email, state: AccountState::Pending, roles, sanction, locale, mail_hold, created_at: now }
    }

    /// The highest role, whether or not it may be used now.
    pub fn rank(&self) -> Option<Role> {
        self.roles.last().copied()
    }

    pub fn is_sanctioned(&self, now: Timestamp) -> bool {
        self.sanction.as_ref().is_some_and(|sanction| sanction.is_in_force(now))
    }

    /// The highest role of somebody who may act in it.
    pub fn acting_role(&self, now: Timestamp) -> Option<Role> {
        self.rank().filter(|_| self.state == AccountState::Active && !self.is_sanctioned(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::Id;

    const NOW: Timestamp = Timestamp::from_unix_seconds(1_000_000);

    fn account(roles: &[Role]) -> Account {
        let email = EmailAddress::parse("ada@example.org").unwrap();
        let account = Account::pending(UserId::from_parts(NOW, [1; 10]), email, Locale::En, NOW);
        Account { state: AccountState::Active, roles: roles.iter().copied().collect(), ..account }
    }

    fn impose(kind: SanctionKind, reason: &str, until: Option<Timestamp>) -> Result<Sanction> {
        Sanction::parse(&kind.into(), &reason.to_owned().into(), until.map(Input::from).as_ref(), NOW)
    }

    #[test]
    fn nobody_is_above_their_equals() {
        let (person, moderator) = (account(&[]), account(&[Role::Moderator]));
        let admin = account(&[Role::Admin, Role::Moderator]);
        assert!(Role::Moderator.is_above(&person) && Role::Admin.is_above(&person));
        assert!(Role::Admin.is_above(&moderator) && !Role::Moderator.is_above(&moderator));
        assert!(!Role::Admin.is_above(&admin) && !Role::Moderator.is_above(&admin));
    }

    #[test]
    fn a_role_cannot_be_used_while_pending_or_sanctioned() {
        let admin = account(&[Role::Admin]);
        assert_eq!(admin.acting_role(NOW), Some(Role::Admin));
        let pending = Account { state: AccountState::Pending, ..admin.clone() };
        assert_eq!(pending.acting_role(NOW), None);
        let end = NOW + Duration::from_hours(1);
        let sanction = impose(SanctionKind::Suspension, "spam", Some(end)).unwrap();
        let suspended = Account { sanction: Some(sanction), ..admin };
        assert_eq!(suspended.acting_role(NOW), None);
        assert_eq!(suspended.acting_role(end), Some(Role::Admin), "a suspension ends by itself");
    }

    #[test]
    fn a_suspension_has_an_end_and_a_ban_has_none() {
        let later = Some(NOW + Duration::from_hours(1));
        let named = |kind, reason: &str, until| {
            let refused = impose(kind, reason, until).unwrap_err();
            refused.fields().iter().map(|field| field.field.to_string()).collect::<Vec<_>>()
        };
        assert!(!impose(SanctionKind::Ban, "spam", None).unwrap().is_in_force(FOREVER));
        assert_eq!(named(SanctionKind::Ban, "spam", later), ["until"]);
        assert_eq!(named(SanctionKind::Suspension, " ", None), ["reason", "until"]);
        assert_eq!(named(SanctionKind::Suspension, "spam", Some(NOW)), ["until"]);
        assert_eq!(named(SanctionKind::Suspension, &"x".repeat(501), Some(FOREVER)), ["reason", "until"]);
    }

    #[test]
    fn whoever_is_kept_out_is_told_why_and_until_when() {
        let end = NOW + Duration::from_hours(1);
        let told = |kind, until| {
            let refusal = impose(kind, "spam", until).unwrap().refusal();
            (refusal.detail().to_owned(), refusal.exclusion().cloned().unwrap())
        };
        let exclusion = |until| Exclusion { reason: "spam".to_owned(), until };
        let suspended = (format!("suspended until {end}: spam"), exclusion(Some(end)));
        assert_eq!(told(SanctionKind::Suspension, Some(end)), suspended);
        assert_eq!(told(SanctionKind::Ban, None), ("banned: spam".to_owned(), exclusion(None)));
    }

    #[test]
    fn forever_is_text_that_sorts_last() {
        assert_eq!(FOREVER.to_string(), "9999-12-31T23:59:59.000Z");
        assert!(FOREVER.to_string() > NOW.to_string());
    }
}

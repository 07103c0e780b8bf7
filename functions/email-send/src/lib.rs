//! `email-send`: turns promised mails into sent ones.
//!
//! A queue message names a person and a kind of mail. Address, code and what staff has written are read and made here, at
//! the last moment, so that no queue holds any of them.

mod mails;

use std::sync::Arc;

use shared::domain::account::{Account, AccountState};
use shared::domain::code::{CodePurpose, ConfirmationCode};
use shared::domain::outbox::{Effect, MailEffect, MailKind, OutboxEntry};
use shared::domain::time::Timestamp;
use shared::error::{Error, Result};
use shared::ports::accounts::Accounts;
use shared::ports::ambient::Ambient;
use shared::ports::codes::Codes;
use shared::ports::mail::{Claim, Mail, MailJobs, Mailer};

#[derive(Clone)]
pub struct Deps {
    pub accounts: Arc<dyn Accounts>,
    pub codes: Arc<dyn Codes>,
    pub jobs: Arc<dyn MailJobs>,
    pub mailer: Arc<dyn Mailer>,
    pub ambient: Ambient,
}

/// Sends the mail of one entry, once. A failure leaves the entry to be tried again; a crash or a lost answer between SES's
/// acceptance and our mark repeats the mail, which is right for the security mails that this function sends.
pub async fn send(deps: &Deps, entry: OutboxEntry) -> Result<()> {
    let Effect::Mail(effect) = &entry.effect else { return Err(Error::internal("this effect is no mail")) };
    match deps.jobs.claim(&entry).await? {
        Claim::Granted => {}
        Claim::Sent => return deps.jobs.done(&entry).await,
        Claim::Held => return Err(Error::unavailable("another sender holds this mail")),
    }
    match deliver(deps, effect).await {
        Ok(()) => deps.jobs.done(&entry).await,
        Err(error) => {
            deps.jobs.release(&entry).await?;
            Err(error)
        }
    }
}

async fn deliver(deps: &Deps, effect: &MailEffect) -> Result<()> {
    let Some(account) = deps.accounts.find(effect.user_id).await? else {
        tracing::info!(mail.kind = ?effect.kind, "the account is gone, and with it the reason to write");
        return Ok(());
    };
    if !makes_sense(effect.kind, &account, deps.ambient.now()) || is_taken(deps, effect.kind, &account).await? {
        tracing::info!(mail.kind = ?effect.kind, "the account has changed, and this mail has lost its sense");
        return Ok(());
    }
    let mail = compose(deps, effect, account).await?;
    deps.mailer.send(&mail).await
}

/// Whether what the mail says is still so.
fn makes_sense(kind: MailKind, account: &Account, now: Timestamp) -> bool {
    let is_pending = account.state == AccountState::Pending;
    match kind {
        MailKind::Verify => is_pending,
        MailKind::SanctionImposed => account.is_sanctioned(now),
        MailKind::SanctionLifted => !is_pending && !account.is_sanctioned(now),
        MailKind::Reset
        | MailKind::SignIn
        | MailKind::AddressTaken
        | MailKind::PasswordChanged
        | MailKind::SessionRevoked
        | MailKind::IdentityLinked
        | MailKind::IdentityUnlinked => !is_pending,
    }
}

/// Whether the address that a code would confirm has an owner, who would wonder what for.
async fn is_taken(deps: &Deps, kind: MailKind, account: &Account) -> Result<bool> {
    Ok(kind == MailKind::Verify && deps.accounts.owner_of(&account.email).await?.is_some())
}

async fn compose(deps: &Deps, effect: &MailEffect, account: Account) -> Result<Mail> {
    let Account { email: to, sanction, .. } = account;
    let (purpose, write): (_, fn(_, _, &_) -> _) = match effect.kind {
        MailKind::Verify => (CodePurpose::Verify, mails::verify),
        MailKind::Reset => (CodePurpose::Reset, mails::reset),
        MailKind::SignIn => (CodePurpose::SignIn, mails::sign_in),
        MailKind::AddressTaken => return Ok(mails::address_taken(to)),
        MailKind::PasswordChanged => return Ok(mails::password_changed(to)),
        MailKind::SessionRevoked => return Ok(mails::session_revoked(to)),
        MailKind::IdentityLinked => return Ok(mails::identity_linked(to)),
        MailKind::IdentityUnlinked => return Ok(mails::identity_unlinked(to)),
        MailKind::SanctionImposed => {
            let sanction = sanction.ok_or_else(|| Error::internal("there is no sanction to tell of"))?;
            return Ok(mails::sanction_imposed(to, &sanction));
        }
        MailKind::SanctionLifted => return Ok(mails::sanction_lifted(to)),
    };
    let challenge_id = effect.challenge_id.ok_or_else(|| Error::internal("a mail with a code needs a challenge"))?;
    let code = ConfirmationCode::from_number(purpose, deps.ambient.below(purpose.numbers()));
    deps.codes.add(challenge_id, purpose, effect.user_id, &code).await?;
    Ok(write(to, challenge_id, &code))
}

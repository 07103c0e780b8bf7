//! `email-send`: turns promised mails into sent ones.
//!
//! A queue message names a person and a kind of mail. Address and code are read and made here, at the last moment, so
//! that no queue holds either.

mod mails;

use std::sync::Arc;

use shared::domain::account::AccountState;
use shared::domain::code::{CodePurpose, ConfirmationCode};
use shared::domain::email::EmailAddress;
use shared::domain::outbox::{Effect, MailEffect, MailKind, OutboxEntry};
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
    if (account.state == AccountState::Pending) != (effect.kind == MailKind::Verify) {
        tracing::info!(mail.kind = ?effect.kind, "the account has changed, and this mail has lost its sense");
        return Ok(());
    }
    let mail = compose(deps, effect, account.email).await?;
    deps.mailer.send(&mail).await
}

async fn compose(deps: &Deps, effect: &MailEffect, to: EmailAddress) -> Result<Mail> {
    let (purpose, write): (_, fn(_, _, &_) -> _) = match effect.kind {
        MailKind::Verify => (CodePurpose::Verify, mails::verify),
        MailKind::Reset => (CodePurpose::Reset, mails::reset),
        MailKind::SignIn => (CodePurpose::SignIn, mails::sign_in),
        MailKind::AddressTaken => return Ok(mails::address_taken(to)),
        MailKind::PasswordChanged => return Ok(mails::password_changed(to)),
        MailKind::SessionRevoked => return Ok(mails::session_revoked(to)),
        MailKind::IdentityLinked => return Ok(mails::identity_linked(to)),
        MailKind::IdentityUnlinked => return Ok(mails::identity_unlinked(to)),
    };
    let challenge_id = effect.challenge_id.ok_or_else(|| Error::internal("a mail with a code needs a challenge"))?;
    let code = ConfirmationCode::from_number(deps.ambient.below(1_000_000));
    deps.codes.add(challenge_id, purpose, effect.user_id, &code).await?;
    Ok(write(to, challenge_id, &code))
}

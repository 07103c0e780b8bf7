//! `email-send`: turns promised mails into sent ones.
//!
//! A queue message names a person and a kind of mail. Address, code and what staff has written are read and made here, at
//! the last moment, so that no queue holds any of them.

mod letter;
pub mod preview;
mod texts;
mod writer;

pub use writer::Writer;

use std::sync::Arc;

use shared::domain::account::{Account, AccountState};
use shared::domain::digest::STALE_AFTER;
use shared::domain::outbox::{Effect, Guarantee, MailEffect, MailKind, OutboxEntry};
use shared::domain::time::Timestamp;
use shared::error::{Error, Result};
use shared::ports::accounts::Accounts;
use shared::ports::ambient::Ambient;
use shared::ports::mail::{Claim, Handover, Mail, MailJobs, Mailer};
use shared::telemetry::metrics::Metric;
use shared::telemetry::{self, metrics};

#[derive(Clone)]
pub struct Deps {
    pub accounts: Arc<dyn Accounts>,
    pub jobs: Arc<dyn MailJobs>,
    pub mailer: Arc<dyn Mailer>,
    pub writer: Writer,
    pub ambient: Ambient,
}

/// How one try ended.
enum Outcome {
    /// It was accepted, or has lost its sense.
    Done,
    /// It was not accepted for certain.
    Failed(Error),
    /// Nobody knows.
    InDoubt(Error),
}

/// Sends the mail of one entry, once. A failure leaves the entry to be tried again.
///
/// A crash or a lost answer between SES's acceptance and our mark repeats a security mail, which is right for those, and
/// drops a digest, which tells of nothing that is not in the app; both are counted.
pub async fn send(deps: &Deps, entry: OutboxEntry) -> Result<()> {
    let Effect::Mail(effect) = &entry.effect else { return Err(Error::internal("this effect is no mail")) };
    match deps.jobs.claim(&entry).await? {
        Claim::Granted => {}
        Claim::Again => {
            tracing::warn!(mail.kind = ?effect.kind, "a sender vanished: sent again");
            count(deps, Metric::MailsRepeated { count: 1 });
        }
        Claim::Abandoned => {
            tracing::warn!(mail.kind = ?effect.kind, "a sender vanished: not sent again");
            count(deps, Metric::MailsDropped { count: 1 });
            return deps.jobs.done(&entry).await;
        }
        Claim::Sent => return deps.jobs.done(&entry).await,
        Claim::Held => return Err(Error::unavailable("another sender holds this mail")),
    }
    match (deliver(deps, &entry, effect).await, effect.kind.guarantee()) {
        (Outcome::Done, _) => deps.jobs.done(&entry).await,
        (Outcome::InDoubt(error), Guarantee::AtMostOnce) => {
            telemetry::report(&error);
            tracing::warn!(mail.kind = ?effect.kind, "nobody knows whether it went out: dropped");
            count(deps, Metric::MailsDropped { count: 1 });
            deps.jobs.done(&entry).await
        }
        (Outcome::InDoubt(error), Guarantee::AtLeastOnce) => {
            tracing::warn!(mail.kind = ?effect.kind, "nobody knows whether it went out: sent again");
            count(deps, Metric::MailsRepeated { count: 1 });
            deps.jobs.release(&entry).await?;
            Err(error)
        }
        (Outcome::Failed(error), _) => {
            deps.jobs.release(&entry).await?;
            Err(error)
        }
    }
}

fn count(deps: &Deps, metric: Metric) {
    metrics::record(&[metric], deps.ambient.now());
}

async fn deliver(deps: &Deps, entry: &OutboxEntry, effect: &MailEffect) -> Outcome {
    let mail = match prepare(deps, entry, effect).await {
        Ok(Some(mail)) => mail,
        Ok(None) => return Outcome::Done,
        Err(error) => return Outcome::Failed(error),
    };
    match deps.mailer.send(&mail).await {
        Ok(Handover::Accepted) => Outcome::Done,
        Ok(Handover::Refused(error)) => Outcome::Failed(error),
        Err(error) => Outcome::InDoubt(error),
    }
}

/// The mail, if there still is a reason to write it.
async fn prepare(deps: &Deps, entry: &OutboxEntry, effect: &MailEffect) -> Result<Option<Mail>> {
    let Some(account) = deps.accounts.find(effect.user_id).await? else {
        tracing::info!(mail.kind = ?effect.kind, "the account is gone, and with it the reason to write");
        return Ok(None);
    };
    if account.mail_hold.is_some_and(|hold| hold.holds(effect.kind)) {
        tracing::warn!(mail.kind = ?effect.kind, mail.held = 1, "held back: mails to this account bounce or annoy");
        return Ok(None);
    }
    let now = deps.ambient.now();
    let is_late = effect.kind == MailKind::Digest && now.since(entry.created_at) > STALE_AFTER;
    if is_late || !makes_sense(effect.kind, &account, now) || is_taken(deps, effect.kind, &account).await? {
        tracing::info!(mail.kind = ?effect.kind, mail.late = is_late, "this mail has lost its sense");
        return Ok(None);
    }
    deps.writer.write(effect, account).await.map(Some)
}

/// Whether what the mail says is still so.
fn makes_sense(kind: MailKind, account: &Account, now: Timestamp) -> bool {
    let is_active = account.state == AccountState::Active;
    match kind {
        MailKind::Verify => account.state == AccountState::Pending,
        MailKind::AccountErased => account.state == AccountState::Erasing,
        MailKind::SanctionImposed => account.is_sanctioned(now),
        MailKind::SanctionLifted | MailKind::Digest => is_active && !account.is_sanctioned(now),
        MailKind::Reset
        | MailKind::SignIn
        | MailKind::AddressTaken
        | MailKind::PasswordChanged
        | MailKind::SessionRevoked
        | MailKind::IdentityLinked
        | MailKind::IdentityUnlinked
        | MailKind::ErasureCode
        | MailKind::ExportReady => is_active,
    }
}

/// Whether the address that a code would confirm has an owner, who would wonder what for.
async fn is_taken(deps: &Deps, kind: MailKind, account: &Account) -> Result<bool> {
    Ok(kind == MailKind::Verify && deps.accounts.owner_of(&account.email).await?.is_some())
}

#[cfg(test)]
mod tests;

//! Writes a mail from what the outbox names: the codes and links in it are made here and nowhere else.

use std::sync::Arc;

use shared::config::LinksConfig;
use shared::domain::account::Account;
use shared::domain::code::{CodePurpose, ConfirmationCode};
use shared::domain::digest::DigestCounts;
use shared::domain::email::EmailAddress;
use shared::domain::id::UserId;
use shared::domain::locale::Locale;
use shared::domain::outbox::{MailEffect, MailKind};
use shared::domain::unsubscription::UnsubscribeToken;
use shared::error::{Error, Result};
use shared::ports::ambient::Ambient;
use shared::ports::codes::Codes;
use shared::ports::mail::Mail;
use shared::ports::unsubscriptions::Unsubscriptions;

use crate::texts::{self, Subject};

#[derive(Clone)]
pub struct Writer {
    codes: Arc<dyn Codes>,
    unsubscriptions: Arc<dyn Unsubscriptions>,
    links: LinksConfig,
    ambient: Ambient,
}

impl Writer {
    pub fn new(
        codes: Arc<dyn Codes>,
        unsubscriptions: Arc<dyn Unsubscriptions>,
        links: LinksConfig,
        ambient: Ambient,
    ) -> Self {
        Self { codes, unsubscriptions, links, ambient }
    }

    pub(crate) async fn write(&self, effect: &MailEffect, account: Account) -> Result<Mail> {
        let Account { user_id, email: to, sanction, locale, .. } = account;
        let envelope = Envelope { user_id, to, locale };
        let subject = match effect.kind {
            MailKind::Verify | MailKind::Reset | MailKind::SignIn | MailKind::ErasureCode => {
                return self.write_code(effect, envelope).await;
            }
            MailKind::Digest => {
                let counts = effect.counts.ok_or_else(|| Error::internal("a digest counts nothing"))?;
                return self.write_digest(counts, envelope).await;
            }
            MailKind::AddressTaken => Subject::AddressTaken,
            MailKind::PasswordChanged => Subject::PasswordChanged,
            MailKind::SessionRevoked => Subject::SessionRevoked,
            MailKind::IdentityLinked => Subject::IdentityLinked,
            MailKind::IdentityUnlinked => Subject::IdentityUnlinked,
            MailKind::SanctionImposed => {
                let sanction = sanction.as_ref().ok_or_else(|| Error::internal("there is no sanction to tell of"))?;
                return self.mail(envelope, Subject::SanctionImposed(sanction));
            }
            MailKind::SanctionLifted => Subject::SanctionLifted,
            MailKind::AccountErased => Subject::AccountErased,
            MailKind::ExportReady => Subject::ExportReady { page: self.links.app("/settings/export") },
        };
        self.mail(envelope, subject)
    }

    /// The part of a link behind the `#` stays in the browser: no server on the way, and no scanner, sees the code.
    async fn write_code(&self, effect: &MailEffect, envelope: Envelope) -> Result<Mail> {
        let id = effect.challenge_id.ok_or_else(|| Error::internal("a mail with a code needs a challenge"))?;
        let purpose = match effect.kind {
            MailKind::Reset => CodePurpose::Reset,
            MailKind::SignIn => CodePurpose::SignIn,
            MailKind::ErasureCode => CodePurpose::Erase,
            _ => CodePurpose::Verify,
        };
        let code = ConfirmationCode::from_number(purpose, self.ambient.below(purpose.numbers()));
        self.codes.add(id, purpose, envelope.user_id, &code).await?;
        let code = code.as_str();
        let subject = match purpose {
            CodePurpose::Verify => {
                let link = self.links.api(&format!("/v1/auth/confirm?registration_id={id}&code={code}"));
                Subject::Verify { code, link }
            }
            CodePurpose::Reset => {
                let link = self.links.app(&format!("/reset-password#reset_id={id}&code={code}"));
                Subject::Reset { code, link }
            }
            CodePurpose::SignIn => {
                let link = self.links.app(&format!("/sign-in#sign_in_id={id}&code={code}"));
                Subject::SignIn { code, link }
            }
            CodePurpose::Erase => {
                let link = self.links.app(&format!("/erase-account#erasure_id={id}&code={code}"));
                Subject::ErasureCode { code, link }
            }
        };
        self.mail(envelope, subject)
    }

    async fn write_digest(&self, counts: DigestCounts, envelope: Envelope) -> Result<Mail> {
        let token = UnsubscribeToken::new(envelope.user_id, self.ambient.bytes());
        self.unsubscriptions.issue(&token).await?;
        let (settings, unsubscribe) =
            (self.links.app("/settings"), self.links.api(&format!("/v1/unsubscribe/{}", token.expose())));
        let mail = self.mail(envelope, Subject::Digest { counts, settings, unsubscribe: unsubscribe.clone() })?;
        Ok(Mail { unsubscribe: Some(unsubscribe), ..mail })
    }

    fn mail(&self, Envelope { user_id, to, locale }: Envelope, subject: Subject<'_>) -> Result<Mail> {
        let letter = texts::write(subject, locale);
        let (text, html) = (letter.text(&self.links.app_url)?, letter.html(&self.links.app_url, locale)?);
        Ok(Mail { user_id, to, subject: letter.subject, text, html, unsubscribe: None })
    }
}

/// Who gets a letter, and in what language.
struct Envelope {
    user_id: UserId,
    to: EmailAddress,
    locale: Locale,
}

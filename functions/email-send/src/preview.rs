//! Every mail in every language, with contents that are made up.

use shared::domain::account::{Reason, Sanction, SanctionKind};
use shared::domain::digest::DigestCounts;
use shared::domain::locale::Locale;
use shared::domain::outbox::MailKind;
use shared::domain::time::Timestamp;
use shared::error::{Error, Result};

use crate::texts::{self, Subject};

const APP: &str = "https://app.example.org";

#[derive(Debug)]
pub struct Preview {
    /// As in `de.digest`.
    pub name: String,
    pub subject: String,
    pub text: String,
    pub html: String,
}

pub fn all() -> Result<Vec<Preview>> {
    let mut previews = Vec::new();
    for locale in Locale::ALL {
        let reason =
            Reason::parse("reason", "Twelve people were sent the same advertisement.").map_err(Error::internal)?;
        let (suspension, ban) =
            (sanction(SanctionKind::Suspension, reason.clone()), sanction(SanctionKind::Ban, reason));
        let subjects = MailKind::ALL.into_iter().flat_map(|kind| subjects(kind, &suspension, &ban));
        for (name, subject) in subjects {
            let letter = texts::write(subject, locale);
            previews.push(Preview {
                name: format!("{}.{name}", locale.as_str()),
                text: letter.text(APP)?,
                html: letter.html(APP, locale)?,
                subject: letter.subject,
            });
        }
    }
    Ok(previews)
}

fn sanction(kind: SanctionKind, reason: Reason) -> Sanction {
    let since = Timestamp::from_unix_seconds(1_795_253_400);
    let until = (kind == SanctionKind::Suspension).then_some(Timestamp::from_unix_seconds(1_797_845_400));
    Sanction { kind, reason, since, until }
}

/// What a mail of this kind may say: a kind that is new has no mail here, and does not compile.
fn subjects<'s>(kind: MailKind, suspension: &'s Sanction, ban: &'s Sanction) -> Vec<(&'static str, Subject<'s>)> {
    let (code, long_code, link) = ("042917", "04291735", |code: &str| format!("{APP}/example#code={code}"));
    let subject = match kind {
        MailKind::Verify => ("verify", Subject::Verify { code, link: link(code) }),
        MailKind::Reset => ("reset", Subject::Reset { code: long_code, link: link(long_code) }),
        MailKind::SignIn => ("sign-in", Subject::SignIn { code, link: link(code) }),
        MailKind::AddressTaken => ("address-taken", Subject::AddressTaken),
        MailKind::PasswordChanged => ("password-changed", Subject::PasswordChanged),
        MailKind::SessionRevoked => ("session-revoked", Subject::SessionRevoked),
        MailKind::IdentityLinked => ("identity-linked", Subject::IdentityLinked),
        MailKind::IdentityUnlinked => ("identity-unlinked", Subject::IdentityUnlinked),
        MailKind::SanctionImposed => {
            return vec![("suspension", Subject::SanctionImposed(suspension)), ("ban", Subject::SanctionImposed(ban))];
        }
        MailKind::SanctionLifted => ("sanction-lifted", Subject::SanctionLifted),
        MailKind::ErasureCode => ("erasure-code", Subject::ErasureCode { code: long_code, link: link(long_code) }),
        MailKind::AccountErased => ("account-erased", Subject::AccountErased),
        MailKind::ExportReady => ("export-ready", Subject::ExportReady { page: format!("{APP}/settings/export") }),
        MailKind::Digest => ("digest", digest()),
    };
    vec![subject]
}

fn digest() -> Subject<'static> {
    Subject::Digest {
        counts: DigestCounts { messages: 3, conversations: 1, matches: 1, likes: 2 },
        settings: format!("{APP}/settings"),
        unsubscribe: "https://api.example.org/v1/unsubscribe/example".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use shared::domain::code::CodePurpose;

    use super::*;

    #[test]
    fn every_mail_says_something_else_in_every_language_and_nothing_is_left_to_fill_in() {
        let previews = all().unwrap();
        let (english, german) = previews.split_at(previews.len() / 2);
        for (one, other) in english.iter().zip(german) {
            assert_eq!(one.name.strip_prefix("en."), other.name.strip_prefix("de."));
            assert!(one.subject != other.subject && one.text != other.text, "{}", one.name);
        }
        for Preview { name, subject, text, html } in &previews {
            assert!(!subject.is_empty() && subject.len() < 78, "{name}: {subject}");
            assert!(!text.contains(['{', '}']) && !html.contains("{{"), "{name}: {text}");
            let digits = subject.split(' ').next().filter(|word| word.bytes().all(|byte| byte.is_ascii_digit()));
            let expected = match name.split_once('.').unwrap().1 {
                "verify" => Some(CodePurpose::Verify),
                "reset" => Some(CodePurpose::Reset),
                "sign-in" => Some(CodePurpose::SignIn),
                "erasure-code" => Some(CodePurpose::Erase),
                _ => None,
            };
            assert_eq!(digits.map(str::len), expected.map(|purpose| purpose.numbers().ilog10() as usize), "{name}");
            assert!(text.ends_with("\n-- \nhttps://app.example.org\n"), "{name}: {text}");
        }
    }
}

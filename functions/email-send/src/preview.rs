//! Every mail in every language, with contents that are made up.

use shared::domain::account::{Reason, Sanction, SanctionKind};
use shared::domain::digest::DigestCounts;
use shared::domain::locale::Locale;
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
        for (name, subject) in
            subjects(&sanction(SanctionKind::Suspension, reason.clone()), &sanction(SanctionKind::Ban, reason))
        {
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

fn subjects<'s>(suspension: &'s Sanction, ban: &'s Sanction) -> Vec<(&'static str, Subject<'s>)> {
    let (code, link) = ("042917", || format!("{APP}/example#code=042917"));
    vec![
        ("verify", Subject::Verify { code, link: link() }),
        ("reset", Subject::Reset { code, link: link() }),
        ("sign-in", Subject::SignIn { code, link: link() }),
        ("address-taken", Subject::AddressTaken),
        ("password-changed", Subject::PasswordChanged),
        ("session-revoked", Subject::SessionRevoked),
        ("identity-linked", Subject::IdentityLinked),
        ("identity-unlinked", Subject::IdentityUnlinked),
        ("suspension", Subject::SanctionImposed(suspension)),
        ("ban", Subject::SanctionImposed(ban)),
        ("sanction-lifted", Subject::SanctionLifted),
        ("erasure-code", Subject::ErasureCode { code, link: link() }),
        ("account-erased", Subject::AccountErased),
        ("export-ready", Subject::ExportReady { page: format!("{APP}/settings/export") }),
        (
            "digest",
            Subject::Digest {
                counts: DigestCounts { messages: 3, conversations: 1, matches: 1, likes: 2 },
                settings: format!("{APP}/settings"),
            },
        ),
    ]
}

#[cfg(test)]
mod tests {
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
            assert!(text.ends_with("\n-- \nhttps://app.example.org\n"), "{name}: {text}");
        }
    }
}

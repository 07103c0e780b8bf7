//! What mails say. A language is one file, and the compiler sees to it that none lacks a mail.

mod de;
mod en;

use std::time::Duration;

use shared::domain::account::Sanction;
use shared::domain::digest::DigestCounts;
use shared::domain::locale::Locale;
use shared::domain::time::Timestamp;

use crate::letter::Letter;

/// What a mail tells of. Links are whole addresses.
pub(crate) enum Subject<'s> {
    Verify {
        code: &'s str,
        link: String,
    },
    Reset {
        code: &'s str,
        link: String,
    },
    SignIn {
        code: &'s str,
        link: String,
    },
    AddressTaken,
    PasswordChanged,
    SessionRevoked,
    IdentityLinked,
    IdentityUnlinked,
    SanctionImposed(&'s Sanction),
    SanctionLifted,
    ErasureCode {
        code: &'s str,
        link: String,
    },
    AccountErased,
    ExportReady {
        page: String,
    },
    /// Numbers and nothing else: a mailbox is read over shoulders and by more than one person.
    Digest {
        counts: DigestCounts,
        settings: String,
        /// For readers whose mail program shows no button for it.
        unsubscribe: String,
    },
}

pub(crate) fn write(subject: Subject<'_>, locale: Locale) -> Letter {
    match locale {
        Locale::En => en::write(subject),
        Locale::De => de::write(subject),
    }
}

/// The day and the minute with which something is over.
fn minute(end: Timestamp) -> (String, String) {
    let rounded_up = (end + Duration::from_millis(59_999)).to_string();
    let (date, time) = rounded_up.split_once('T').unwrap_or_default();
    (date.to_owned(), time.get(..5).unwrap_or_default().to_owned())
}

//! The mails in German.

use shared::domain::account::Sanction;
use shared::domain::digest::DigestCounts;

use super::{Subject, minute};
use crate::letter::{Block, Letter};

pub(super) fn write(subject: Subject<'_>) -> Letter {
    match subject {
        Subject::Verify { code, link } => with_code(
            Letter::new(format!("{code} ist Ihr Code"))
                .says("Willkommen! Mit diesem Code bestätigen Sie Ihre Adresse:"),
            code,
            "Er gilt zehn Minuten. Wenn Sie sich nicht registriert haben, ist nichts zu tun: Es wurde nichts \
             eingerichtet.",
            link,
        ),
        Subject::Reset { code, link } => with_code(
            Letter::new(format!("{code} ist Ihr Code für ein neues Passwort")).says(
                "Jemand, vielleicht Sie selbst, möchte ein neues Passwort für Ihr Konto setzen. Dafür ist dieser Code:",
            ),
            code,
            "Er gilt zehn Minuten. Wenn Sie es nicht waren, ist nichts zu tun: Ihr Passwort ist unverändert.",
            link,
        ),
        Subject::SignIn { code, link } => with_code(
            Letter::new(format!("{code} ist Ihr Code zum Anmelden")).says(
                "Jemand hat versucht, Ihr Passwort zu erraten. Eine Weile öffnet es Ihr Konto deshalb nur zusammen mit \
                 diesem Code:",
            ),
            code,
            "Er gilt zehn Minuten. Wenn Sie sich gerade nicht anmelden, geben Sie den Code niemandem und ändern Sie Ihr \
             Passwort: Wer den Code angefordert hat, kennt es.",
            link,
        ),
        Subject::AddressTaken => Letter::new("Sie haben schon ein Konto").says(
            "Jemand, vielleicht Sie selbst, wollte sich mit dieser Adresse registrieren. Sie gehört schon zu einem Konto, \
             das unverändert ist: Melden Sie sich mit Ihrem Passwort an, oder fordern Sie ein neues an. Wenn Sie es nicht \
             waren, ist nichts zu tun.",
        ),
        Subject::PasswordChanged => Letter::new("Ihr Passwort wurde geändert").says(
            "Das Passwort Ihres Kontos wurde geändert, und Ihre anderen Geräte wurden abgemeldet. Wenn Sie es nicht \
             waren, fordern Sie sofort ein neues an: Wer das getan hat, liest Ihre Mails nicht.",
        ),
        Subject::SessionRevoked => Letter::new("Eine Ihrer Sitzungen wurde beendet").says(
            "Für eine Ihrer Sitzungen wurde ein veraltetes Anmeldezeichen verwendet. Das kann heißen, dass jemand es \
             kopiert hat. Wir haben diese Sitzung beendet. Melden Sie sich neu an, und ändern Sie Ihr Passwort, wenn Sie \
             sich das nicht erklären können.",
        ),
        Subject::IdentityLinked => Letter::new("Ihr Konto hat einen neuen Zugang").says(
            "Ihr Konto lässt sich jetzt auch durch eine Anmeldung bei Google oder GitHub öffnen, mit einem Konto dort, \
             das diese Adresse hat. Wenn Sie das nicht waren, hat jemand anderes Zugriff auf ein solches Konto: Sichern \
             Sie es, und ändern Sie Ihr Passwort.",
        ),
        Subject::IdentityUnlinked => Letter::new("Ihr Konto hat einen Zugang weniger").says(
            "Ihr Konto wurde von Google oder GitHub getrennt: Ein angemeldetes Gerät hat das verlangt. Ihre anderen \
             Zugänge bleiben. Wer sich dort wieder mit einem Konto anmeldet, das diese Adresse hat, verbindet es von \
             Neuem. Wenn Sie das nicht waren, melden Sie Ihre anderen Geräte ab, und ändern Sie Ihr Passwort oder \
             sichern Sie Ihr Konto bei dem anderen Anbieter.",
        ),
        Subject::SanctionImposed(sanction) => sanction_imposed(sanction),
        Subject::SanctionLifted => Letter::new("Ihr Konto ist wieder offen").says(
            "Was Sie von Ihrem Konto ferngehalten hat, wurde aufgehoben. Melden Sie sich an wie zuvor; Ihr Profil wird \
             wieder so gezeigt, wie Sie es eingestellt haben.",
        ),
        Subject::ErasureCode { code, link } => with_code(
            Letter::new(format!("{code} löscht Ihr Konto")).says(
                "Eines Ihrer Geräte möchte Ihr Konto löschen und alles, was wir von Ihnen wissen. Dafür ist dieser Code. Es \
                 lässt sich nicht rückgängig machen:",
            ),
            code,
            "Er gilt zehn Minuten. Wenn Sie das nicht waren, geben Sie den Code niemandem, und melden Sie Ihre anderen Geräte \
             ab: Eines von ihnen hat ihn angefordert.",
            link,
        ),
        Subject::AccountErased => Letter::new("Ihr Konto wird gelöscht").says(
            "Wie gewünscht ist Ihr Konto geschlossen, und alles, was wir von Ihnen wissen, wird gelöscht. Das dauert einige \
             Minuten. Wer mit Ihnen gesprochen hat, behält die eigenen Worte; Ihre Worte und Ihr Name sind fort. Dies ist die \
             letzte Mail an diese Adresse. Wenn Sie sich neu registrieren, sind Sie jemand Neues.",
        ),
        Subject::ExportReady { page } => Letter::new("Die Kopie Ihrer Daten ist fertig")
            .says(
                "Die Kopie Ihrer Daten, die eines Ihrer Geräte angefordert hat, lässt sich zwei Tage lang in der App abholen. \
                 Wenn Sie das nicht waren, melden Sie Ihre anderen Geräte ab, und ändern Sie Ihr Passwort.",
            )
            .with(Block::Link { label: "Ihre Daten", url: page }),
        Subject::Digest { counts, settings, unsubscribe } => Letter::new("Was Sie verpasst haben")
            .says("Während Sie nicht da waren:")
            .with(Block::List(news(counts)))
            .says(
                "Sie finden es in der App. Dort wählen Sie auch, was in solchen Mails steht, wie oft und wann sie kommen, \
                 oder dass keine kommen.",
            )
            .with(Block::Link { label: "Einstellungen", url: settings })
            .with(Block::Link { label: "Keine solchen Mails mehr", url: unsubscribe }),
    }
}

fn with_code(letter: Letter, code: &str, advice: &str, url: String) -> Letter {
    letter
        .with(Block::Code(code.to_owned()))
        .says(advice)
        .with(Block::Link { label: "Oder folgen Sie diesem Link", url })
}

fn sanction_imposed(sanction: &Sanction) -> Letter {
    let (done, until_then) = match sanction.until.map(minute) {
        Some((date, time)) => (format!("bis {date} {time} UTC gesperrt"), "Bis dahin"),
        None => ("dauerhaft gesperrt".to_owned(), "Von jetzt an"),
    };
    Letter::new("Ihr Konto wurde für Sie gesperrt")
        .says(format!("Ihr Konto wurde {done}. Das ist der Grund:"))
        .with(Block::Quote(sanction.reason.as_str().to_owned()))
        .says(format!(
            "{until_then} können Sie sich nicht anmelden, niemand sieht Ihr Profil, und Ihre Geräte wurden abgemeldet."
        ))
}

fn news(DigestCounts { messages, conversations, matches, likes }: DigestCounts) -> Vec<String> {
    let some = |count: u32, one: &str, many: &str| format!("{count} {}", if count == 1 { one } else { many });
    let unread = some(messages, "ungelesene Nachricht", "ungelesene Nachrichten");
    let lines = [
        (messages, format!("{unread} in {}", some(conversations, "Unterhaltung", "Unterhaltungen"))),
        (matches, some(matches, "neues Match", "neue Matches")),
        (likes, some(likes, "Like wartet auf Ihre Antwort", "Likes warten auf Ihre Antwort")),
    ];
    lines.into_iter().filter(|(count, _)| *count > 0).map(|(_, line)| line).collect()
}

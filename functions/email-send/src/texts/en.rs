//! The mails in English.

use shared::domain::account::Sanction;
use shared::domain::digest::DigestCounts;

use super::{Subject, minute};
use crate::letter::{Block, Letter};

pub(super) fn write(subject: Subject<'_>) -> Letter {
    match subject {
        Subject::Verify { code, link } => with_code(
            Letter::new(format!("{code} is your code")).says("Welcome! Enter this code to confirm your address:"),
            code,
            "It is good for ten minutes. If you did not register, ignore this mail: nothing has been set up.",
            link,
        ),
        Subject::Reset { code, link } => with_code(
            Letter::new(format!("{code} is your code for a new password")).says(
                "Somebody, perhaps you, asked for a new password for your account. Enter this code to set one:",
            ),
            code,
            "It is good for ten minutes. If it was not you, ignore this mail: your password is unchanged.",
            link,
        ),
        Subject::SignIn { code, link } => with_code(
            Letter::new(format!("{code} is your code to sign in")).says(
                "Somebody has been guessing your password, so for a while it opens your account only together with this \
                 code:",
            ),
            code,
            "It is good for ten minutes. If you are not signing in, tell the code to nobody and change your password: \
             whoever asked for the code knows it.",
            link,
        ),
        Subject::AddressTaken => Letter::new("You already have an account").says(
            "Somebody, perhaps you, tried to register with this address. It already has an account, which was not \
             changed: sign in with your password, or ask for a new one. If it was not you, there is nothing to do.",
        ),
        Subject::PasswordChanged => Letter::new("Your password was changed").says(
            "The password of your account was changed, and your other devices were signed out. If it was not you, ask \
             for a new password at once: whoever did this does not read your mail.",
        ),
        Subject::SessionRevoked => Letter::new("One of your sessions was ended").says(
            "An outdated sign-in token of one of your sessions was used, which can mean that somebody copied it. We \
             ended that session. Sign in again, and change your password if you do not know what happened.",
        ),
        Subject::IdentityLinked => Letter::new("A new way to sign in to your account").says(
            "Your account can now also be opened by signing in with Google or GitHub, with an account there that has \
             this address. If that was not you, somebody else controls such an account: secure it, and change your \
             password.",
        ),
        Subject::IdentityUnlinked => Letter::new("A way to sign in to your account was removed").says(
            "Your account was unlinked from Google or GitHub: a device that is signed in to it asked for that. It can \
             still be opened in your other ways. Signing in there again, with an account that has this address, links \
             it anew. If that was not you, sign out your other devices, and change your password or secure your \
             account at the other provider.",
        ),
        Subject::SanctionImposed(sanction) => sanction_imposed(sanction),
        Subject::SanctionLifted => Letter::new("Your account is open to you again").says(
            "What kept you out of your account was lifted. Sign in as before; your profile is shown again as you have \
             set it.",
        ),
        Subject::ErasureCode { code, link } => with_code(
            Letter::new(format!("{code} erases your account")).says(
                "One of your devices asked to erase your account and all that is known of you. Enter this code to do so. It \
                 cannot be taken back:",
            ),
            code,
            "It is good for ten minutes. If it was not you, tell the code to nobody, and sign out your other devices: one of \
             them asked for it.",
            link,
        ),
        Subject::AccountErased => Letter::new("Your account is being erased").says(
            "As you wished, your account is closed, and all that is known of you is being erased. It takes some minutes. Those \
             you talked with keep what they said; your words and your name are gone. This is the last mail to this address, \
             unless you register again: then you are somebody new.",
        ),
        Subject::ExportReady { page } => Letter::new("The copy of your data is ready")
            .says(
                "The copy of your data that one of your devices asked for can be fetched in the app for two days. If it was not \
                 you, sign out your other devices, and change your password.",
            )
            .with(Block::Link { label: "Your data", url: page }),
        Subject::Digest { counts, settings, unsubscribe } => Letter::new("What you have missed")
            .says("While you were away:")
            .with(Block::List(news(counts)))
            .says(
                "You find it in the app. There you also choose what such mails tell you, how often and when they come, or \
                 that none do.",
            )
            .with(Block::Link { label: "Settings", url: settings })
            .with(Block::Link { label: "Get no more such mails", url: unsubscribe }),
    }
}

fn with_code(letter: Letter, code: &str, advice: &str, url: String) -> Letter {
    letter.with(Block::Code(code.to_owned())).says(advice).with(Block::Link { label: "Or follow this link", url })
}

fn sanction_imposed(sanction: &Sanction) -> Letter {
    let (done, until_then) = match sanction.until.map(minute) {
        Some((date, time)) => (format!("suspended until {date} {time} UTC"), "Until then you cannot"),
        None => ("banned".to_owned(), "You can no longer"),
    };
    Letter::new("Your account was closed to you")
        .says(format!("Your account was {done}. This is why:"))
        .with(Block::Quote(sanction.reason.as_str().to_owned()))
        .says(format!("{until_then} sign in, nobody is shown your profile, and your devices were signed out."))
}

fn news(DigestCounts { messages, conversations, matches, likes }: DigestCounts) -> Vec<String> {
    let some = |count: u32, one: &str, many: &str| format!("{count} {}", if count == 1 { one } else { many });
    let unread = some(messages, "unread message", "unread messages");
    let lines = [
        (messages, format!("{unread} in {}", some(conversations, "conversation", "conversations"))),
        (matches, some(matches, "new match", "new matches")),
        (likes, some(likes, "like waits for your answer", "likes wait for your answer")),
    ];
    lines.into_iter().filter(|(count, _)| *count > 0).map(|(_, line)| line).collect()
}

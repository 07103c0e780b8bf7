//! The texts of the mails.

use std::time::Duration;

use shared::domain::account::Sanction;
use shared::domain::code::ConfirmationCode;
use shared::domain::digest::DigestCounts;
use shared::domain::email::EmailAddress;
use shared::domain::id::ChallengeId;
use shared::domain::time::Timestamp;
use shared::ports::mail::{Link, Mail};

pub(crate) fn verify(to: EmailAddress, id: ChallengeId, code: &ConfirmationCode) -> Mail {
    let code = code.as_str();
    Mail {
        to,
        subject: format!("{code} is your code"),
        text: format!(
            "Welcome! Enter this code to confirm your address:\n\n{code}\n\n\
             It is good for ten minutes. If you did not register, ignore this mail: nothing has been set up."
        ),
        link: Some(Link::Api(format!("/v1/auth/confirm?registration_id={id}&code={code}"))),
    }
}

/// The part behind the `#` stays in the browser: no server on the way, and no scanner, sees the code.
pub(crate) fn reset(to: EmailAddress, id: ChallengeId, code: &ConfirmationCode) -> Mail {
    let code = code.as_str();
    Mail {
        to,
        subject: format!("{code} is your code for a new password"),
        text: format!(
            "Somebody, perhaps you, asked for a new password for your account. Enter this code to set one:\n\n{code}\n\n\
             It is good for ten minutes. If it was not you, ignore this mail: your password is unchanged."
        ),
        link: Some(Link::App(format!("/reset-password#reset_id={id}&code={code}"))),
    }
}

pub(crate) fn sign_in(to: EmailAddress, id: ChallengeId, code: &ConfirmationCode) -> Mail {
    let code = code.as_str();
    Mail {
        to,
        subject: format!("{code} is your code to sign in"),
        text: format!(
            "Somebody has been guessing your password, so for a while it opens your account only together with this \
             code:\n\n{code}\n\nIt is good for ten minutes. If you are not signing in, tell the code to nobody \
             and change your password: whoever asked for the code knows it."
        ),
        link: Some(Link::App(format!("/sign-in#sign_in_id={id}&code={code}"))),
    }
}

pub(crate) fn address_taken(to: EmailAddress) -> Mail {
    Mail {
        to,
        subject: "You already have an account".to_owned(),
        text: "Somebody, perhaps you, tried to register with this address. It already has an account, which was not \
               changed: sign in with your password, or ask for a new one. If it was not you, there is nothing to do."
            .to_owned(),
        link: None,
    }
}

pub(crate) fn password_changed(to: EmailAddress) -> Mail {
    Mail {
        to,
        subject: "Your password was changed".to_owned(),
        text:
            "The password of your account was changed, and your other devices were signed out. If it was not you, ask \
               for a new password at once: whoever did this does not read your mail."
                .to_owned(),
        link: None,
    }
}

pub(crate) fn session_revoked(to: EmailAddress) -> Mail {
    Mail {
        to,
        subject: "One of your sessions was ended".to_owned(),
        text: "An outdated sign-in token of one of your sessions was used, which can mean that somebody copied it. We \
               ended that session. Sign in again, and change your password if you do not know what happened."
            .to_owned(),
        link: None,
    }
}

pub(crate) fn identity_linked(to: EmailAddress) -> Mail {
    Mail {
        to,
        subject: "A new way to sign in to your account".to_owned(),
        text:
            "Your account can now also be opened by signing in with Google or GitHub, with an account there that has \
               this address. If that was not you, somebody else controls such an account: secure it, and change your \
               password."
                .to_owned(),
        link: None,
    }
}

pub(crate) fn identity_unlinked(to: EmailAddress) -> Mail {
    Mail {
        to,
        subject: "A way to sign in to your account was removed".to_owned(),
        text: "Your account was unlinked from Google or GitHub: a device that is signed in to it asked for that. It can \
               still be opened in your other ways. Signing in there again, with an account that has this address, links \
               it anew. If that was not you, sign out your other devices, and change your password or secure your \
               account at the other provider."
            .to_owned(),
        link: None,
    }
}

pub(crate) fn sanction_imposed(to: EmailAddress, sanction: &Sanction) -> Mail {
    let (done, until_then) = match sanction.until {
        Some(until) => (format!("suspended until {}", minute(until)), "Until then you cannot"),
        None => ("banned".to_owned(), "You can no longer"),
    };
    let reason = sanction.reason.as_str();
    Mail {
        to,
        subject: "Your account was closed to you".to_owned(),
        text: format!(
            "Your account was {done}. This is why:\n\n{reason}\n\n{until_then} sign in, nobody is shown your profile, and \
             your devices were signed out."
        ),
        link: None,
    }
}

pub(crate) fn sanction_lifted(to: EmailAddress) -> Mail {
    Mail {
        to,
        subject: "Your account is open to you again".to_owned(),
        text:
            "What kept you out of your account was lifted. Sign in as before; your profile is shown again as you have \
               set it."
                .to_owned(),
        link: None,
    }
}

/// Numbers and nothing else: a mailbox is read over shoulders and by more than one person.
pub(crate) fn digest(to: EmailAddress, counts: DigestCounts) -> Mail {
    let DigestCounts { messages, conversations, matches, likes } = counts;
    let waiting = if likes == 1 { "waits" } else { "wait" };
    let lines = [
        (messages, format!("{} in {}", several(messages, "unread message"), several(conversations, "conversation"))),
        (matches, several(matches, "new match")),
        (likes, format!("{} {waiting} for your answer", several(likes, "like"))),
    ];
    let news: Vec<String> =
        lines.into_iter().filter(|(count, _)| *count > 0).map(|(_, line)| format!("- {line}")).collect();
    let news = news.join("\n");
    Mail {
        to,
        subject: "What you have missed".to_owned(),
        text: format!(
            "While you were away:\n\n{news}\n\nYou find it in the app. There you also choose what such mails tell you, how \
             often and when they come, or that none do."
        ),
        link: Some(Link::App("/settings".to_owned())),
    }
}

/// A number and the noun that goes with it.
fn several(count: u32, noun: &str) -> String {
    let ending = match (count, noun.ends_with("ch")) {
        (1, _) => "",
        (_, true) => "es",
        (_, false) => "s",
    };
    format!("{count} {noun}{ending}")
}

/// The minute with which something is over, as people write it.
fn minute(end: Timestamp) -> String {
    let rounded_up = (end + Duration::from_millis(59_999)).to_string();
    let (date, time) = rounded_up.split_once('T').unwrap_or_default();
    format!("{date} {} UTC", time.get(..5).unwrap_or_default())
}

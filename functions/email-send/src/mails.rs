//! The texts of the mails.

use shared::domain::code::ConfirmationCode;
use shared::domain::email::EmailAddress;
use shared::ports::mail::Mail;

pub(crate) fn verify(to: EmailAddress, code: &ConfirmationCode) -> Mail {
    let code = code.as_str();
    Mail {
        to,
        subject: format!("{code} is your code"),
        text: format!(
            "Welcome! Enter this code to confirm your address:\n\n{code}\n\n\
             It is good for ten minutes. If you did not register, ignore this mail: nothing has been set up."
        ),
    }
}

pub(crate) fn address_taken(to: EmailAddress) -> Mail {
    Mail {
        to,
        subject: "You already have an account".to_owned(),
        text: "Somebody, perhaps you, tried to register with this address. It already has an account, which was not \
               changed: sign in with your password. If it was not you, there is nothing to do."
            .to_owned(),
    }
}

pub(crate) fn session_revoked(to: EmailAddress) -> Mail {
    Mail {
        to,
        subject: "One of your sessions was ended".to_owned(),
        text: "An outdated sign-in token of one of your sessions was used, which can mean that somebody copied it. We \
               ended that session. Sign in again, and change your password if you do not know what happened."
            .to_owned(),
    }
}

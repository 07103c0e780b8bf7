//! The pages behind the link that confirms a registration, in the language of the reader's browser.

use axum::http::StatusCode;
use axum::response::Response;
use shared::domain::code::ConfirmationCode;
use shared::domain::id::UserId;
use shared::domain::locale::Locale;
use shared::edge::http::html_page;

/// What a page says after, or instead of, a confirmation.
pub(super) enum Page {
    Confirmed,
    Foreign,
    Expired,
    Crowded,
    Unavailable,
    Damaged,
}

impl Page {
    const fn status(&self) -> StatusCode {
        match self {
            Self::Confirmed => StatusCode::OK,
            Self::Foreign | Self::Expired => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Crowded => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Damaged => StatusCode::BAD_REQUEST,
        }
    }

    /// Title and text.
    const fn says(&self, locale: Locale) -> (&'static str, &'static str) {
        match locale {
            Locale::En => self.says_in_english(),
            Locale::De => self.says_in_german(),
        }
    }

    const fn says_in_english(&self) -> (&'static str, &'static str) {
        match self {
            Self::Confirmed => ("Confirmed", "Your address is confirmed. You can sign in now."),
            Self::Foreign => (
                "Not confirmed",
                "This is not the password of this registration. If it was not you who registered, do nothing: it will be \
                 forgotten.",
            ),
            Self::Expired => ("Not confirmed", "This link has expired or was used. Ask for another one."),
            Self::Crowded => ("Not now", "Too many attempts. Try again in a quarter of an hour."),
            Self::Unavailable => ("Not now", "Something did not answer. Try again."),
            Self::Damaged => ("Damaged link", "This link is not complete. Enter the code instead."),
        }
    }

    const fn says_in_german(&self) -> (&'static str, &'static str) {
        match self {
            Self::Confirmed => ("Bestätigt", "Ihre Adresse ist bestätigt. Sie können sich jetzt anmelden."),
            Self::Foreign => (
                "Nicht bestätigt",
                "Das ist nicht das Passwort dieser Registrierung. Wenn nicht Sie sich registriert haben, tun Sie nichts: \
                 Sie wird vergessen.",
            ),
            Self::Expired => {
                ("Nicht bestätigt", "Dieser Link ist abgelaufen oder wurde benutzt. Fordern Sie einen neuen an.")
            }
            Self::Crowded => ("Nicht jetzt", "Zu viele Versuche. Versuchen Sie es in einer Viertelstunde noch einmal."),
            Self::Unavailable => ("Nicht jetzt", "Etwas hat nicht geantwortet. Versuchen Sie es noch einmal."),
            Self::Damaged => {
                ("Beschädigter Link", "Dieser Link ist nicht vollständig. Geben Sie stattdessen den Code ein.")
            }
        }
    }
}

pub(super) fn of(page: &Page, locale: Locale) -> Response {
    let (title, text) = page.says(locale);
    html_page(page.status(), locale, title, &format!("<h1>{title}</h1><p>{text}</p>"))
}

/// The page with the form. Id and code are digits and hyphens by their types: nothing to escape.
pub(super) fn form(registration_id: UserId, code: &ConfirmationCode, locale: Locale) -> Response {
    let code = code.as_str();
    let (title, label, button) = match locale {
        Locale::En => ("Confirm your address", "The password that you registered with:", "Confirm"),
        Locale::De => {
            ("Bestätigen Sie Ihre Adresse", "Das Passwort, mit dem Sie sich registriert haben:", "Bestätigen")
        }
    };
    html_page(
        StatusCode::OK,
        locale,
        title,
        &format!(
            "<h1>{title}</h1><form method=post>\
             <input type=hidden name=registration_id value=\"{registration_id}\">\
             <input type=hidden name=code value=\"{code}\">\
             <label>{label} \
             <input type=password name=password autocomplete=current-password required></label>\
             <button>{button}</button></form>"
        ),
    )
}

//! The pages behind the link that ends digests, in the language of the reader's browser.

use axum::http::StatusCode;
use axum::response::Response;
use shared::domain::locale::Locale;
use shared::edge::http::html_page;

/// What a page says after, or instead of, the end of digests.
#[derive(Clone, Copy)]
pub(crate) enum Page {
    Unsubscribed,
    Damaged,
    Unavailable,
}

impl Page {
    const fn status(self) -> StatusCode {
        match self {
            Self::Unsubscribed => StatusCode::OK,
            Self::Damaged => StatusCode::NOT_FOUND,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// Title and text.
    const fn says(self, locale: Locale) -> (&'static str, &'static str) {
        match (self, locale) {
            (Self::Unsubscribed, Locale::En) => ("Unsubscribed", "You get no more mails about what you have missed."),
            (Self::Unsubscribed, Locale::De) => {
                ("Abbestellt", "Sie bekommen keine E-Mails mehr darüber, was Sie verpasst haben.")
            }
            (Self::Damaged, Locale::En) => (
                "Not unsubscribed",
                "This link is damaged or has expired. Take the one in a newer mail, or change your settings in the app.",
            ),
            (Self::Damaged, Locale::De) => (
                "Nicht abbestellt",
                "Dieser Link ist beschädigt oder abgelaufen. Nehmen Sie den in einer neueren E-Mail, oder ändern Sie Ihre \
                 Einstellungen in der App.",
            ),
            (Self::Unavailable, Locale::En) => ("Not now", "Something did not answer. Try again."),
            (Self::Unavailable, Locale::De) => {
                ("Nicht jetzt", "Etwas hat nicht geantwortet. Versuchen Sie es noch einmal.")
            }
        }
    }
}

pub(crate) fn of(page: Page, locale: Locale) -> Response {
    let (title, text) = page.says(locale);
    html_page(page.status(), locale, title, &format!("<h1>{title}</h1><p>{text}</p>"))
}

/// The page with the button.
pub(crate) fn form(locale: Locale) -> Response {
    let (title, text) = match locale {
        Locale::En => ("Unsubscribe", "You will get no more mails about what you have missed."),
        Locale::De => ("Abbestellen", "Sie bekommen dann keine E-Mails mehr darüber, was Sie verpasst haben."),
    };
    let form = format!("<h1>{title}</h1><form method=post><p>{text}</p><button>{title}</button></form>");
    html_page(StatusCode::OK, locale, title, &form)
}

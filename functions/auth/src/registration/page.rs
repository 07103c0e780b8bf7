//! The pages behind the link that confirms a registration.

use axum::http::StatusCode;
use axum::response::Response;
use shared::domain::code::ConfirmationCode;
use shared::domain::id::UserId;
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

pub(super) fn of(page: &Page) -> Response {
    let (status, title, text) = match page {
        Page::Confirmed => (StatusCode::OK, "Confirmed", "Your address is confirmed. You can sign in now."),
        Page::Foreign => (
            StatusCode::UNPROCESSABLE_ENTITY,
            "Not confirmed",
            "This is not the password of this registration. If it was not you who registered, do nothing: it will be \
             forgotten.",
        ),
        Page::Expired => (
            StatusCode::UNPROCESSABLE_ENTITY,
            "Not confirmed",
            "This link has expired or was used. Ask for another one.",
        ),
        Page::Crowded => {
            (StatusCode::TOO_MANY_REQUESTS, "Not now", "Too many attempts. Try again in a quarter of an hour.")
        }
        Page::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "Not now", "Something did not answer. Try again."),
        Page::Damaged => {
            (StatusCode::BAD_REQUEST, "Damaged link", "This link is not complete. Enter the code instead.")
        }
    };
    html_page(status, "Confirmation", &format!("<h1>{title}</h1><p>{text}</p>"))
}

/// The page with the form. Id and code are digits and hyphens by their types: nothing to escape.
pub(super) fn form(registration_id: UserId, code: &ConfirmationCode) -> Response {
    let code = code.as_str();
    html_page(
        StatusCode::OK,
        "Confirmation",
        &format!(
            "<h1>Confirm your address</h1><form method=post>\
             <input type=hidden name=registration_id value=\"{registration_id}\">\
             <input type=hidden name=code value=\"{code}\">\
             <label>The password that you registered with: \
             <input type=password name=password autocomplete=current-password required></label>\
             <button>Confirm</button></form>"
        ),
    )
}

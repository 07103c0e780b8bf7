//! The few pages that functions serve themselves: no scripts, nothing from elsewhere, no trace in caches or referrers.

use axum::http::{HeaderName, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

use crate::domain::locale::Locale;

/// A page in a language. MUST be given nothing that somebody else has written: title and body are markup.
pub fn html_page(status: StatusCode, locale: Locale, title: &str, body: &str) -> Response {
    let language = locale.as_str();
    let html = format!(
        "<!doctype html><html lang={language}><meta charset=utf-8><meta name=viewport content=\"width=device-width\">\
         <meta name=robots content=noindex><title>{title}</title><body>{body}</body></html>"
    );
    let headers: [(HeaderName, &str); 5] = [
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
        ),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (status, headers, Html(html)).into_response()
}

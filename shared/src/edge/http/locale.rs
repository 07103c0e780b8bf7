//! The language that a client wishes.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::header::ACCEPT_LANGUAGE;
use axum::http::request::Parts;

use crate::domain::locale::Locale;

/// What `Accept-Language` asks for, of what there is.
#[derive(Clone, Copy, Debug)]
pub struct PreferredLocale(pub Locale);

impl<S: Sync> FromRequestParts<S> for PreferredLocale {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let header = parts.headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        Ok(Self(header.map_or_else(Locale::default, Locale::preferred)))
    }
}

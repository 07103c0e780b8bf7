//! `GET` and `POST /v1/unsubscribe/{token}`: the way out of digests that every one of them names.
//!
//! Mail programs send the request by themselves when their button is pressed (RFC 8058). Scanners follow links, so following
//! one changes nothing: it shows a form.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use shared::domain::id::UserId;
use shared::domain::settings::Cadence;
use shared::domain::unsubscription::UnsubscribeToken;
use shared::edge::http::{Id, PreferredLocale, Problem, Upload};
use shared::error::{Code, Result};
use shared::ports::settings::SettingsStore;
use shared::ports::unsubscriptions::Unsubscriptions;

use crate::unsubscribe_page::{self as page, Page};

/// The person may change their settings in between; the next round sees what came of it.
const ROUNDS: usize = 3;

#[derive(Clone)]
pub struct Deps {
    pub settings: Arc<dyn SettingsStore>,
    pub unsubscriptions: Arc<dyn Unsubscriptions>,
}

/// Shows the page with the button. Nothing is changed, however often it is opened.
#[utoipa::path(get, path = "/v1/unsubscribe/{token}", operation_id = "show_unsubscription", tag = "profiles",
    params(("token" = String, Path, description = "As in the mail")), responses(
        (status = 200, content_type = "text/html", body = String),
    ))]
pub(crate) async fn show(PreferredLocale(locale): PreferredLocale) -> Response {
    page::form(locale)
}

/// Ends the digests of whom the mail was sent to, as if they had set their cadence to `never`. Nobody need be signed in, and
/// again it is nothing.
#[utoipa::path(post, path = "/v1/unsubscribe/{token}", operation_id = "unsubscribe", tag = "profiles",
    params(("token" = String, Path, description = "As in the mail")), responses(
        (status = 200, content_type = "text/html", body = String),
        (status = 413, body = Problem, description = "`body_too_large`: the button sends a few words"),
        (status = 404, content_type = "text/html", body = String, description = "The link is damaged, or older than 60 days"),
        (status = 503, content_type = "text/html", body = String, description = "Something did not answer: try again"),
    ))]
pub(crate) async fn unsubscribe(
    State(deps): State<Deps>,
    PreferredLocale(locale): PreferredLocale,
    Id(token): Id<String>,
    _form: Upload,
) -> Response {
    let page = match end_digests(&deps, &token).await {
        Ok(true) => Page::Unsubscribed,
        Ok(false) => Page::Damaged,
        Err(error) => {
            shared::telemetry::report(&error);
            Page::Unavailable
        }
    };
    page::of(page, locale)
}

/// Whether the token is good, in which case there are no more digests.
async fn end_digests(deps: &Deps, token: &str) -> Result<bool> {
    let Some(token) = UnsubscribeToken::parse(token) else { return Ok(false) };
    if !deps.unsubscriptions.knows(&token).await? {
        return Ok(false);
    }
    for _ in 0..ROUNDS {
        if is_ended(deps, token.user_id()).await? {
            return Ok(true);
        }
    }
    Err(Code::VersionConflict.into())
}

/// Whether there are no digests, or could be switched off now. Whoever has no settings gets none: the person was erased, and
/// settings would be the first thing that is known of them again.
async fn is_ended(deps: &Deps, user_id: UserId) -> Result<bool> {
    let before = deps.settings.find(user_id).await?;
    let mut wishes = before.wishes.clone();
    if before.is_of_newcomer() || wishes.digest.cadence == Cadence::Never {
        return Ok(true);
    }
    wishes.digest.cadence = Cadence::Never;
    deps.settings.replace(&before, &before.clone().changed(wishes), None).await
}

//! `GET` and `POST /v1/auth/confirm`: the page behind the link in the mail.
//!
//! Mail scanners and previews follow links, so following one changes nothing: it shows a form. The form asks for the password
//! of the registration: who reads the mailbox may have been sent the link of a stranger's, and must not confirm that one.

use axum::Form;
use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;
use shared::domain::code::ConfirmationCode;
use shared::domain::id::UserId;
use shared::domain::limit::CODE_PER_NETWORK;
use shared::domain::password::Password;
use shared::edge::http::{Network, PreferredLocale};
use shared::error::{Code, Kind, Result};
use utoipa::{IntoParams, ToSchema};

use super::page::{self, Page};
use super::{Deps, verify};
use crate::password::hashing;

#[derive(Deserialize, IntoParams, ToSchema)]
#[into_params(parameter_in = Query)]
pub(super) struct Link {
    /// What `register` answered.
    registration_id: UserId,
    /// The six digits from the mail.
    #[param(pattern = "^[0-9]{6}$", example = "042917")]
    code: String,
}

#[derive(Deserialize, ToSchema)]
pub(super) struct Confirmation {
    #[serde(flatten)]
    link: Link,
    /// The password that was given to `register`.
    #[schema(max_length = 128)]
    password: String,
}

/// Shows the page with the form. Nothing is confirmed or counted, however often it is opened.
#[utoipa::path(get, path = "/v1/auth/confirm", operation_id = "show_confirmation", tag = "auth", params(Link), responses(
    (status = 200, content_type = "text/html", body = String),
    (status = 400, content_type = "text/html", body = String, description = "The link is damaged"),
))]
pub(super) async fn show(
    PreferredLocale(locale): PreferredLocale,
    link: Result<Query<Link>, QueryRejection>,
) -> Response {
    let readable =
        link.ok().and_then(|Query(link)| Some((link.registration_id, ConfirmationCode::parse(&link.code).ok()?)));
    match readable {
        Some((registration_id, code)) => page::form(registration_id, &code, locale),
        None => page::of(&Page::Damaged, locale),
    }
}

/// Confirms a registration from the page's form.
#[utoipa::path(post, path = "/v1/auth/confirm", operation_id = "confirm_registration", tag = "auth",
    request_body(content = Confirmation, content_type = "application/x-www-form-urlencoded"), responses(
        (status = 200, content_type = "text/html", body = String, description = "Confirmed; sign in"),
        (status = "4XX", content_type = "text/html", body = String, description = "The password or the code is wrong, or the code expired or used"),
    ))]
pub(super) async fn confirm(
    State(deps): State<Deps>,
    network: Network,
    PreferredLocale(locale): PreferredLocale,
    form: Result<Form<Confirmation>, FormRejection>,
) -> Response {
    let Ok(Form(confirmation)) = form else { return page::of(&Page::Damaged, locale) };
    let page = match confirmed(&deps, &network, &confirmation).await {
        Ok(()) => Page::Confirmed,
        Err(error) if error.code() == Code::InvalidCredentials => Page::Foreign,
        Err(error) if error.code() == Code::InvalidCode => Page::Expired,
        Err(error) if error.kind() == Kind::TooMany => Page::Crowded,
        Err(error) if error.retryable() => Page::Unavailable,
        Err(_) => Page::Damaged,
    };
    page::of(&page, locale)
}

async fn confirmed(
    deps: &Deps,
    Network(network): &Network,
    Confirmation { link, password }: &Confirmation,
) -> Result<()> {
    let code = ConfirmationCode::parse(&link.code).map_err(|_| Code::InvalidCode)?;
    let password = Password::parse(password).map_err(|_| Code::InvalidCredentials)?;
    deps.limiter.take(&CODE_PER_NETWORK, network).await?;
    let hash = deps.accounts.password_hash(link.registration_id).await?.ok_or(Code::InvalidCode)?;
    if !hashing::matches(password, hash).await? {
        return Err(Code::InvalidCredentials.into());
    }
    verify::confirm(deps, link.registration_id, &code).await
}

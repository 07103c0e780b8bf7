//! `GET` and `POST /v1/auth/confirm`: the page behind the link in the mail.
//!
//! Mail scanners and previews follow links, so following one changes nothing: it shows a button. Only the form behind
//! the button confirms.

use axum::Form;
use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;
use shared::domain::code::ConfirmationCode;
use shared::domain::id::UserId;
use shared::domain::limit::CODE_PER_NETWORK;
use shared::edge::http::Network;
use shared::error::{Code, Kind, Result};
use utoipa::{IntoParams, ToSchema};

use super::page::{self, Page};
use super::{Deps, verify};

#[derive(Deserialize, IntoParams, ToSchema)]
#[into_params(parameter_in = Query)]
pub(super) struct Link {
    /// What `register` answered.
    registration_id: UserId,
    /// The six digits from the mail.
    #[param(pattern = "^[0-9]{6}$", example = "042917")]
    code: String,
}

/// Shows the page with the button. Nothing is confirmed or counted, however often it is opened.
#[utoipa::path(get, path = "/v1/auth/confirm", operation_id = "show_confirmation", tag = "auth", params(Link), responses(
    (status = 200, content_type = "text/html", body = String),
    (status = 400, content_type = "text/html", body = String, description = "The link is damaged"),
))]
pub(super) async fn show(link: Result<Query<Link>, QueryRejection>) -> Response {
    let readable =
        link.ok().and_then(|Query(link)| Some((link.registration_id, ConfirmationCode::parse(&link.code).ok()?)));
    match readable {
        Some((registration_id, code)) => page::form(registration_id, &code),
        None => page::of(&Page::Damaged),
    }
}

/// Confirms a registration from the page's form.
#[utoipa::path(post, path = "/v1/auth/confirm", operation_id = "confirm_registration", tag = "auth",
    request_body(content = Link, content_type = "application/x-www-form-urlencoded"), responses(
        (status = 200, content_type = "text/html", body = String, description = "Confirmed; sign in"),
        (status = "4XX", content_type = "text/html", body = String, description = "The code is wrong, expired or used"),
    ))]
pub(super) async fn confirm(
    State(deps): State<Deps>,
    network: Network,
    form: Result<Form<Link>, FormRejection>,
) -> Response {
    let Ok(Form(link)) = form else { return page::of(&Page::Damaged) };
    page::of(&match confirmed(&deps, &network, &link).await {
        Ok(()) => Page::Confirmed,
        Err(error) if error.code() == Code::InvalidCode => Page::Expired,
        Err(error) if error.kind() == Kind::TooMany => Page::Crowded,
        Err(error) if error.retryable() => Page::Unavailable,
        Err(_) => Page::Damaged,
    })
}

async fn confirmed(deps: &Deps, Network(network): &Network, link: &Link) -> Result<()> {
    let code = ConfirmationCode::parse(&link.code).map_err(|_| Code::InvalidCode)?;
    deps.limiter.take(&CODE_PER_NETWORK, network).await?;
    verify::confirm(deps, link.registration_id, &code).await
}

//! `POST /v1/auth/oauth/{provider}/start`

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use shared::domain::fields::Fields;
use shared::domain::input::Input;
use shared::domain::limit::OAUTH_PER_NETWORK;
use shared::domain::oauth::{self, Flow, FlowSecret, LIFETIME};
use shared::edge::http::{Body, Id, Network, Problem};
use shared::error::Result;
use utoipa::ToSchema;

use super::Deps;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct StartBody {
    /// Where the provider sends the browser back to: one of the addresses that the deployment allows, letter by letter.
    #[schema(value_type = String, example = "https://app.example.org/oauth/callback")]
    redirect_uri: Input<String>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct Started {
    /// Where to send the browser.
    authorization_url: String,
    /// What comes back in `state`. An app that is handed another one ignores it.
    state: String,
    /// What `finish` wants beside it. Keep it where no other origin reads it, and out of every URL.
    flow_secret: String,
    /// Seconds that the person may take.
    #[schema(example = 600)]
    expires_in: u64,
}

/// Starts signing in at a provider: `google` or `github`.
///
/// Open `authorization_url` in a browser. The provider sends it back to `redirect_uri` with `code` and `state`, or with
/// `error`; take these to `finish`, together with `flow_secret`.
#[utoipa::path(post, path = "/v1/auth/oauth/{provider}/start", tag = "auth", request_body = StartBody,
    params(("provider" = String, Path, description = "`google` or `github`")), responses(
    (status = 200, body = Started),
    (status = "4XX", body = Problem, description = "`provider_not_configured`, `invalid_field`, `too_many_requests`"),
    (status = "5XX", body = Problem, description = "`unavailable`: the provider does not answer"),
))]
pub(super) async fn start(
    State(deps): State<Deps>,
    Id(provider): Id<String>,
    Network(network): Network,
    Body(body): Body<StartBody>,
) -> Result<Json<Started>> {
    let (provider, adapter) = deps.providers.find(&provider)?;
    let mut fields = Fields::default();
    let redirect_uri = fields.read("redirect_uri", &body.redirect_uri, |uri| deps.providers.redirect_uris.accept(uri));
    let redirect_uri = fields.accept(redirect_uri)?;
    deps.limiter.take(&OAUTH_PER_NETWORK, &network).await?;

    let ambient = &deps.keeper.ambient;
    let (state, secret) = (oauth::State::new(ambient.bytes()), FlowSecret::new(ambient.bytes()));
    let flow = Flow::new(provider, redirect_uri, &secret, ambient.bytes(), ambient.bytes());
    let authorization_url = adapter.authorization_url(&state, &flow).await?;
    deps.flows.begin(&state, &flow).await?;
    let (state, flow_secret) = (state.expose().to_owned(), secret.expose().to_owned());
    Ok(Json(Started { authorization_url, state, flow_secret, expires_in: LIFETIME.as_secs() }))
}

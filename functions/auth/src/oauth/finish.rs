//! `POST /v1/auth/oauth/{provider}/finish`

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use shared::domain::fields::Fields;
use shared::domain::input::Input;
use shared::domain::limit::LOGIN_PER_NETWORK;
use shared::domain::oauth::{self, Flow, FlowSecret, Provider};
use shared::edge::http::{Body, Id, Network, PreferredLocale, Problem};
use shared::error::{Code, Error, Result};
use utoipa::ToSchema;

use super::Deps;
use crate::session::{FromHeaders, TokenPair};

/// Longer than any code that a provider makes.
const MAX_CODE_BYTES: usize = 2_048;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct FinishBody {
    /// What the provider sent back.
    #[schema(value_type = String)]
    code: Input<String>,
    /// What the provider sent back, and `start` answered.
    #[schema(value_type = String)]
    state: Input<String>,
    /// What `start` answered.
    #[schema(value_type = String)]
    flow_secret: Input<String>,
}

/// Finishes signing in at a provider, and starts a session.
///
/// The first sign-in makes an account, or joins the one that has confirmed the same address; its owner is told by mail.
/// A flow is good for one try: whatever the answer is but 200, start again; only `invalid_field` and `too_many_requests`
/// leave it as it is.
#[utoipa::path(post, path = "/v1/auth/oauth/{provider}/finish", tag = "auth", request_body = FinishBody,
    params(("provider" = String, Path, description = "`google` or `github`")), responses(
    (status = 200, body = TokenPair),
    (status = "4XX", body = Problem,
        description = "`oauth_failed`, `email_not_verified`, `account_suspended`, `provider_not_configured`, `too_many_requests`, `invalid_field`"),
    (status = "5XX", body = Problem, description = "`unavailable`: the provider does not answer"),
))]
pub(super) async fn finish(
    State(deps): State<Deps>,
    Id(provider): Id<String>,
    Network(network): Network,
    FromHeaders(client): FromHeaders,
    PreferredLocale(locale): PreferredLocale,
    Body(body): Body<FinishBody>,
) -> Result<Json<TokenPair>> {
    let (provider, adapter) = deps.providers.find(&provider)?;
    let returned = parse(&body)?;
    deps.limiter.take(&LOGIN_PER_NETWORK, &network).await?;
    let flow = end_flow(&deps, provider, &returned).await?;
    let identity = adapter.identify(&returned.code, &flow).await?;
    let user_id = deps.owners.of(&identity, locale).await?;
    Ok(Json(deps.keeper.start(user_id, client, None).await?))
}

struct Returned {
    code: String,
    state: oauth::State,
    secret: FlowSecret,
}

fn parse(body: &FinishBody) -> Result<Returned> {
    let mut fields = Fields::default();
    let code = fields.read("code", &body.code, |code: &str| Ok(code.to_owned()));
    let state = fields.read("state", &body.state, |text: &str| Ok(oauth::State::parse(text)));
    let secret = fields.read("flow_secret", &body.flow_secret, |text: &str| Ok(FlowSecret::parse(text)));
    let ((code, state), secret) = fields.accept(code.zip(state).zip(secret))?;
    let well_formed = (1..=MAX_CODE_BYTES).contains(&code.len());
    let returned = state.zip(secret).filter(|_| well_formed);
    let (state, secret) = returned.ok_or_else(|| failed("code, state or flow secret cannot be one"))?;
    Ok(Returned { code, state, secret })
}

/// Ends the flow, whether or not it turns out to be the caller's.
async fn end_flow(deps: &Deps, provider: Provider, Returned { state, secret, .. }: &Returned) -> Result<Flow> {
    let flow = deps.flows.take(state).await?.ok_or_else(|| failed("the state is unknown, used or expired"))?;
    let is_theirs = flow.belongs_to(provider, secret);
    is_theirs.then_some(flow).ok_or_else(|| failed("the flow is another provider's or another client's"))
}

fn failed(why: &'static str) -> Error {
    Error::from(Code::OauthFailed).because(why)
}

//! What we are to a provider: a client with an id, a secret, and codes to exchange.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::cached::{Cached, Freshness};
use crate::adapters::aws::Aws;
use crate::adapters::secrets;
use crate::adapters::web::{Answer, Web};
use crate::domain::oauth::{Flow, Provider, State, form, with_query};
use crate::error::{Code, Error, Result};
use crate::ports::ambient::Ambient;

/// After this time a new secret is in use everywhere.
const SECRETS_LIFETIME: Duration = Duration::from_mins(5);
/// What providers answer when it is our registration that is wrong, and not the code.
const OURS: [&str; 5] = [
    "invalid_client",
    "unauthorized_client",
    "redirect_uri_mismatch",
    "incorrect_client_credentials",
    "unsupported_grant_type",
];

/// The client secrets, by provider. They are read when first needed: an operator fills them in after deployment.
pub(super) struct ClientSecrets {
    aws: Aws,
    secret_id: String,
    cached: Cached<BTreeMap<String, String>>,
}

impl ClientSecrets {
    pub(super) fn new(aws: Aws, secret_id: String, ambient: Ambient) -> Self {
        Self { aws, secret_id, cached: Cached::new(ambient) }
    }

    async fn of(&self, provider: Provider) -> Result<String> {
        let fetch = async { Ok((secrets::client_secrets(&self.aws, &self.secret_id).await?, SECRETS_LIFETIME)) };
        // On the heap, because calls of the SDK are large and this one is rare.
        let secrets = self.cached.get(Freshness::Good, Box::pin(fetch)).await?;
        let secret = secrets.get(provider.as_str()).filter(|secret| !secret.is_empty());
        secret.cloned().ok_or_else(|| Error::internal(format!("there is no client secret for {}", provider.as_str())))
    }
}

pub(super) struct Client {
    pub(super) provider: Provider,
    pub(super) id: String,
    secrets: Arc<ClientSecrets>,
    pub(super) web: Arc<Web>,
}

impl Client {
    pub(super) fn new(provider: Provider, id: String, secrets: Arc<ClientSecrets>, web: Arc<Web>) -> Self {
        Self { provider, id, secrets, web }
    }

    /// The address that asks for a code, bound to the flow by PKCE.
    pub(super) fn authorization_url(&self, endpoint: &str, scope: &str, state: &State, flow: &Flow) -> String {
        let challenge = flow.challenge();
        let parameters = [
            ("response_type", "code"),
            ("client_id", &self.id),
            ("redirect_uri", flow.redirect_uri()),
            ("scope", scope),
            ("state", state.expose()),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ];
        with_query(endpoint, &parameters)
    }

    /// Exchanges a code for what the provider gives for it.
    pub(super) async fn exchange<T: DeserializeOwned>(&self, endpoint: &str, code: &str, flow: &Flow) -> Result<T> {
        let secret = self.secrets.of(self.provider).await?;
        let parameters = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", flow.redirect_uri()),
            ("client_id", &self.id),
            ("client_secret", &secret),
            ("code_verifier", flow.verifier()),
        ];
        let answer = self.web.post_form(endpoint, form(&parameters)).await?;
        // GitHub refuses with 200 and an error, others with 400 and an error.
        if let Some(Refusal { error }) = answer.json().filter(|_| !answer.is_outage()) {
            return Err(self.refused(&error));
        }
        self.expect(&answer, "the exchange of a code")
    }

    /// What an answer holds if it is a good one.
    pub(super) fn expect<T: DeserializeOwned>(&self, answer: &Answer, what: &str) -> Result<T> {
        let name = self.provider.as_str();
        let told = format!("{name} answered {} to {what}", answer.status());
        match answer.json() {
            Some(value) if answer.is_success() => Ok(value),
            _ if answer.is_outage() => Err(Error::unavailable(told)),
            _ => Err(Error::from(Code::OauthFailed).because(told)),
        }
    }

    fn refused(&self, error: &str) -> Error {
        // The provider's words are shown only in the form that the standard gives them.
        let is_code = error.len() <= 64 && error.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        let told =
            format!("{} refused a code: {}", self.provider.as_str(), if is_code { error } else { "in its own words" });
        if OURS.contains(&error) { Error::internal(told) } else { Error::from(Code::OauthFailed).because(told) }
    }
}

#[derive(Deserialize)]
struct Refusal {
    error: String,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Client({})", self.provider.as_str())
    }
}

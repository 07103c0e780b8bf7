//! Google, and any other provider of `OpenID` Connect: found by its issuer, believed by its signature.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::cached::{Cached, Freshness};
use super::client::Client;
use super::in_time;
use crate::domain::oauth::{Expectation, Flow, Identity, KeySet, State, key_id, verify, with_query};
use crate::error::{Error, Result};
use crate::ports::ambient::Ambient;
use crate::ports::oauth::IdentityProvider;

const SCOPE: &str = "openid email";
/// A provider says how long its documents are good; what it says is kept within these bounds.
const SHORTEST: Duration = Duration::from_mins(5);
const LONGEST: Duration = Duration::from_hours(24);
/// A key that is missing makes us ask for the keys anew, but no more often than this.
const PAUSE: Duration = Duration::from_mins(1);

#[derive(Debug)]
pub(super) struct OpenId {
    client: Client,
    issuer: String,
    endpoints: Cached<Endpoints>,
    keys: Cached<KeySet>,
    ambient: Ambient,
}

/// What the discovery document says.
#[derive(Clone, Debug, Deserialize)]
struct Endpoints {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
}

#[derive(Deserialize)]
struct Tokens {
    id_token: String,
}

impl OpenId {
    pub(super) fn new(client: Client, issuer: String, ambient: Ambient) -> Self {
        let (endpoints, keys) = (Cached::new(ambient.clone()), Cached::new(ambient.clone()));
        Self { client, issuer, endpoints, keys, ambient }
    }

    async fn endpoints(&self) -> Result<Arc<Endpoints>> {
        let url = format!("{}/.well-known/openid-configuration", self.issuer.trim_end_matches('/'));
        let fetch = async {
            let (endpoints, lifetime) = self.fetch::<Endpoints>(&url, "its discovery document").await?;
            if endpoints.are_of(&self.issuer) {
                return Ok((endpoints, lifetime));
            }
            Err(Error::internal("the discovery document is not the one of its issuer"))
        };
        self.endpoints.get(Freshness::Good, fetch).await
    }

    /// The keys; asked for anew if the one that signed is not among them.
    async fn keys_with(&self, kid: &str, url: &str) -> Result<Arc<KeySet>> {
        let keys = self.keys.get(Freshness::Good, self.fetch(url, "its keys")).await?;
        if keys.has(kid) {
            return Ok(keys);
        }
        self.keys.get(Freshness::Within(PAUSE), self.fetch(url, "its keys")).await
    }

    async fn fetch<T: DeserializeOwned>(&self, url: &str, what: &str) -> Result<(T, Duration)> {
        let answer = self.client.web.get(url, None).await?;
        let lifetime = answer.max_age().unwrap_or(SHORTEST).clamp(SHORTEST, LONGEST);
        let document = answer.json().filter(|_| answer.is_success());
        let document = document.ok_or_else(|| Error::unavailable(format!("{} for {what}", answer.status())))?;
        Ok((document, lifetime))
    }
}

impl Endpoints {
    /// Nobody else's document, and nothing in it that is less protected than the document itself was.
    fn are_of(&self, issuer: &str) -> bool {
        let needs_tls = issuer.starts_with("https://");
        let endpoints = [&self.authorization_endpoint, &self.token_endpoint, &self.jwks_uri];
        self.issuer == issuer && endpoints.iter().all(|url| !needs_tls || url.starts_with("https://"))
    }
}

#[async_trait]
impl IdentityProvider for OpenId {
    async fn authorization_url(&self, state: &State, flow: &Flow) -> Result<String> {
        let endpoints = self.endpoints().await?;
        let url = self.client.authorization_url(&endpoints.authorization_endpoint, SCOPE, state, flow);
        Ok(with_query(&url, &[("nonce", flow.nonce())]))
    }

    async fn identify(&self, code: &str, flow: &Flow) -> Result<Identity> {
        in_time(async {
            let endpoints = self.endpoints().await?;
            let Tokens { id_token } = self.client.exchange(&endpoints.token_endpoint, code, flow).await?;
            let keys = self.keys_with(&key_id(&id_token)?, &endpoints.jwks_uri).await?;
            let expected = Expectation { issuer: &self.issuer, client_id: &self.client.id, nonce: flow.nonce() };
            verify(&id_token, &keys, expected, self.ambient.now())?.identity(self.client.provider)
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_of_another_issuer_or_without_tls_is_refused() {
        let document = |issuer: &str, token_endpoint: &str| Endpoints {
            issuer: issuer.to_owned(),
            authorization_endpoint: "https://a.example/auth".to_owned(),
            token_endpoint: token_endpoint.to_owned(),
            jwks_uri: "https://a.example/keys".to_owned(),
        };
        assert!(document("https://a.example", "https://b.example/token").are_of("https://a.example"));
        assert!(!document("https://b.example", "https://b.example/token").are_of("https://a.example"));
        assert!(!document("https://a.example", "http://b.example/token").are_of("https://a.example"));
    }
}

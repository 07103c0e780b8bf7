//! GitHub: OAuth 2 with PKCE, and two questions to its API. It has no id tokens.

use async_trait::async_trait;
use futures::future::try_join;
use serde::Deserialize;

use super::client::Client;
use super::in_time;
use crate::domain::oauth::{EmailEntry, Flow, Identity, IdentityId, State, primary_address};
use crate::error::{Code, Error, Result};
use crate::ports::oauth::IdentityProvider;

/// Who somebody is needs no permission, which addresses they have needs this one.
const SCOPE: &str = "user:email";

#[derive(Debug)]
pub(super) struct GitHub {
    client: Client,
    url: String,
    api_url: String,
}

#[derive(Deserialize)]
struct Tokens {
    access_token: String,
}

#[derive(Deserialize)]
struct User {
    id: u64,
}

impl GitHub {
    pub(super) fn new(client: Client, url: String, api_url: String) -> Self {
        Self { client, url, api_url }
    }

    async fn ask<T: serde::de::DeserializeOwned>(&self, path: &str, token: &str) -> Result<T> {
        let answer = self.client.web.get(&format!("{}{path}", self.api_url), Some(token)).await?;
        self.client.expect(&answer, path)
    }
}

#[async_trait]
impl IdentityProvider for GitHub {
    async fn authorization_url(&self, state: &State, flow: &Flow) -> Result<String> {
        let endpoint = format!("{}/login/oauth/authorize", self.url);
        Ok(self.client.authorization_url(&endpoint, SCOPE, state, flow))
    }

    async fn identify(&self, code: &str, flow: &Flow) -> Result<Identity> {
        in_time(async {
            let endpoint = format!("{}/login/oauth/access_token", self.url);
            let Tokens { access_token } = self.client.exchange(&endpoint, code, flow).await?;
            let user = self.ask::<User>("/user", &access_token);
            let emails = self.ask::<Vec<EmailEntry>>("/user/emails", &access_token);
            let (user, emails) = try_join(user, emails).await?;
            let id = IdentityId::new(self.client.provider, &user.id.to_string());
            let id = id.ok_or_else(|| Error::from(Code::OauthFailed))?;
            Ok(Identity { id, verified_email: primary_address(&emails) })
        })
        .await
    }
}

//! The providers: Google by `OpenID` Connect, GitHub by OAuth 2 and its API.

mod cached;
mod client;
mod github;
mod openid;

use std::sync::Arc;
use std::time::Duration;

use super::aws::Aws;
use super::web::Web;
use crate::config::OAuthConfig;
use crate::domain::oauth::{Identity, Provider};
use crate::error::{Error, Result};
use crate::ports::ambient::Ambient;
use crate::ports::oauth::IdentityProvider;
use client::{Client, ClientSecrets};
use github::GitHub;
use openid::OpenId;

/// All requests of one sign-in together: less than the function may take, so that it can still answer.
const PATIENCE: Duration = Duration::from_secs(7);

/// The providers that are configured. Nothing is asked of them, nor of Secrets Manager, before somebody signs in.
pub fn configured(config: OAuthConfig, aws: &Aws, ambient: &Ambient) -> Vec<(Provider, Arc<dyn IdentityProvider>)> {
    let secrets = Arc::new(ClientSecrets::new(aws.clone(), config.secret, ambient.clone()));
    let web = Arc::new(Web::default());
    let client = |provider, id| Client::new(provider, id, Arc::clone(&secrets), Arc::clone(&web));
    let mut providers: Vec<(Provider, Arc<dyn IdentityProvider>)> = Vec::new();
    if let Some(id) = config.google_client_id {
        let google = OpenId::new(client(Provider::Google, id), config.google_issuer, ambient.clone());
        providers.push((Provider::Google, Arc::new(google)));
    }
    if let Some(id) = config.github_client_id {
        let github = GitHub::new(client(Provider::GitHub, id), config.github_url, config.github_api_url);
        providers.push((Provider::GitHub, Arc::new(github)));
    }
    providers
}

async fn in_time(identity: impl Future<Output = Result<Identity>>) -> Result<Identity> {
    tokio::time::timeout(PATIENCE, identity).await.map_err(Error::unavailable)?
}

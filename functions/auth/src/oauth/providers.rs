//! What this deployment has configured: providers, and where they may send people back to.

use std::sync::Arc;

use shared::domain::oauth::{Provider, RedirectUris};
use shared::error::{Code, Result};
use shared::ports::oauth::IdentityProvider;

pub struct Providers {
    pub(super) redirect_uris: RedirectUris,
    configured: Vec<(Provider, Arc<dyn IdentityProvider>)>,
}

impl Providers {
    pub fn new(redirect_uris: RedirectUris, configured: Vec<(Provider, Arc<dyn IdentityProvider>)>) -> Self {
        Self { redirect_uris, configured }
    }

    /// The provider that a path names. One that nobody knows and one that is off are the same to a client.
    pub(super) fn find(&self, name: &str) -> Result<(Provider, &dyn IdentityProvider)> {
        let named = self.configured.iter().find(|(provider, _)| provider.as_str() == name);
        let (provider, adapter) = named.ok_or(Code::ProviderNotConfigured)?;
        Ok((*provider, adapter.as_ref()))
    }

    /// Whether this deployment lets people sign in with the provider.
    pub(crate) fn is_open(&self, provider: Provider) -> bool {
        self.configured.iter().any(|(configured, _)| *configured == provider)
    }
}

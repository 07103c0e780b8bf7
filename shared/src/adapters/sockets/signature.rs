//! Signature Version 4, for the credentials of the function.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, UNIX_EPOCH};

use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4::SigningParams;
use aws_smithy_runtime_api::client::identity::Identity;
use aws_types::region::Region;
use bytes::Bytes;
use http::Request;

use crate::domain::time::Timestamp;
use crate::error::{Error, Result};

/// What manages connections, as IAM calls it.
const SERVICE: &str = "execute-api";
/// Credentials that expire are asked for again this long before they do.
const MARGIN: Duration = Duration::from_mins(1);

pub(super) struct Signer {
    region: Option<Region>,
    provider: Option<SharedCredentialsProvider>,
    identity: Mutex<Option<Identity>>,
}

impl Signer {
    pub(super) fn new(region: Option<Region>, provider: Option<SharedCredentialsProvider>) -> Self {
        Self { region, provider, identity: Mutex::default() }
    }

    /// Adds the headers that make the request ours for the next minutes.
    pub(super) async fn sign(&self, request: &mut Request<Bytes>, now: Timestamp) -> Result<()> {
        let identity = self.identity(now).await?;
        let region = self.region.as_ref().ok_or_else(|| Error::internal("no region to sign for"))?;
        let parameters = SigningParams::builder()
            .identity(&identity)
            .region(region.as_ref())
            .name(SERVICE)
            .time(UNIX_EPOCH + Duration::from_millis(now.unix_millis()))
            .settings(SigningSettings::default())
            .build()
            .map_err(Error::internal)?;
        let uri = request.uri().to_string();
        let body = SignableBody::Bytes(request.body());
        let signable = SignableRequest::new(request.method().as_str(), uri, std::iter::empty(), body);
        let signed = sign(signable.map_err(Error::internal)?, &parameters.into()).map_err(Error::internal)?;
        signed.into_parts().0.apply_to_request_http1x(request);
        Ok(())
    }

    async fn identity(&self, now: Timestamp) -> Result<Identity> {
        let latest = UNIX_EPOCH + Duration::from_millis(now.unix_millis()) + MARGIN;
        let known = self.identity.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let is_good = |identity: &Identity| identity.expiration().is_none_or(|expiration| expiration > latest);
        if let Some(identity) = known.filter(is_good) {
            return Ok(identity);
        }
        let provider = self.provider.as_ref().ok_or_else(|| Error::internal("no credentials to sign with"))?;
        let identity = Identity::from(provider.provide_credentials().await.map_err(Error::unavailable)?);
        *self.identity.lock().unwrap_or_else(PoisonError::into_inner) = Some(identity.clone());
        Ok(identity)
    }
}

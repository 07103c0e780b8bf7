//! Requests to servers that are not AWS: few, small, and trusted with nothing.
//!
//! The client is the one that the SDK brings, with the roots of the operating system instead of Amazon's. They are read
//! when the first request is made, so that a start does not pay for them.

use std::sync::OnceLock;
use std::time::Duration;

use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_http_client::Connector;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorSettings};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use http::header::{ACCEPT, AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, USER_AGENT};
use http::{HeaderMap, Request};
use http_body_util::{BodyExt, Limited};
use serde::de::DeserializeOwned;

use crate::error::{Error, Result};

/// For one request, from connecting to the last byte of the answer.
const TIMEOUT: Duration = Duration::from_secs(3);
/// Far more than any answer that is asked for here has.
const MAX_BYTES: usize = 64 * 1024;
/// GitHub refuses requests that do not say who sends them.
const AGENT: &str = "collabmatch";

#[derive(Debug, Default)]
pub(super) struct Web {
    connector: OnceLock<Connector>,
}

/// An answer with any status. A redirect is an answer like others: where it leads is not for the server to say.
#[derive(Debug)]
pub(super) struct Answer {
    status: u16,
    max_age: Option<Duration>,
    body: Vec<u8>,
}

impl Web {
    pub(super) async fn get(&self, url: &str, bearer: Option<&str>) -> Result<Answer> {
        let request = Request::get(url);
        let request = match bearer {
            Some(token) => request.header(AUTHORIZATION, format!("Bearer {token}")),
            None => request,
        };
        self.send(request, SdkBody::empty()).await
    }

    pub(super) async fn post_form(&self, url: &str, form: String) -> Result<Answer> {
        let request = Request::post(url).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request, SdkBody::from(form)).await
    }

    async fn send(&self, request: http::request::Builder, body: SdkBody) -> Result<Answer> {
        let request = request.header(ACCEPT, "application/json").header(USER_AGENT, AGENT);
        let request = HttpRequest::try_from(request.body(body).map_err(Error::internal)?).map_err(Error::internal)?;
        let answer = tokio::time::timeout(TIMEOUT, exchange(self.connector.get_or_init(connector), request));
        answer.await.map_err(Error::unavailable)?
    }
}

fn connector() -> Connector {
    let context = TlsContext::builder().with_trust_store(TrustStore::empty().with_native_roots(true)).build();
    let settings = HttpConnectorSettings::builder().connect_timeout(TIMEOUT).read_timeout(TIMEOUT).build();
    Connector::builder()
        .tls_provider(Provider::Rustls(CryptoMode::AwsLc))
        .tls_context(context.unwrap_or_default())
        .connector_settings(settings)
        .sleep_impl(TokioSleep::new())
        // A connection that was kept while the function was frozen is one that the other side has closed.
        .pool_max_idle_per_host(0)
        .build()
}

async fn exchange(connector: &Connector, request: HttpRequest) -> Result<Answer> {
    let answer = connector.call(request).await.map_err(Error::unavailable)?;
    let answer = answer.try_into_http1x().map_err(Error::internal)?;
    let (head, body) = answer.into_parts();
    let body = Limited::new(body, MAX_BYTES).collect().await.map_err(Error::unavailable)?;
    Ok(Answer { status: head.status.as_u16(), max_age: max_age(&head.headers), body: body.to_bytes().into() })
}

/// The seconds in `Cache-Control: max-age=…`.
fn max_age(headers: &HeaderMap) -> Option<Duration> {
    let directives = headers.get(CACHE_CONTROL)?.to_str().ok()?.split(',');
    let seconds = directives.filter_map(|directive| directive.trim().strip_prefix("max-age="));
    seconds.filter_map(|seconds| seconds.parse().ok()).map(Duration::from_secs).next()
}

impl Answer {
    pub(super) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Whether the fault is the server's, so that asking again later may help.
    pub(super) fn is_outage(&self) -> bool {
        self.status >= 500 || self.status == 429
    }

    pub(super) fn status(&self) -> u16 {
        self.status
    }

    pub(super) fn max_age(&self) -> Option<Duration> {
        self.max_age
    }

    /// The body as what it should be. What is wrong with it is not repeated: it may hold a token.
    pub(super) fn json<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_slice(&self.body).ok()
    }
}

#[cfg(test)]
#[path = "web_tests.rs"]
mod tests;

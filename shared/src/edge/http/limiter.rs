//! Limits at the edge: who is counted, and how the answer says so.

use std::cell::Cell;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName};
use lambda_http::request::RequestContext;

use crate::domain::limit::{Allowance, Limit, Subject};
use crate::error::{Error, Result};
use crate::ports::limits::Limits;

tokio::task_local! {
    static TIGHTEST: Cell<Option<Allowance>>;
}

/// Refuses what is done too often. The answer of the request tells the client how much is left of the limit that it is
/// nearest to.
#[derive(Clone)]
pub struct Limiter(Arc<dyn Limits>);

impl Limiter {
    pub fn new(limits: Arc<dyn Limits>) -> Self {
        Self(limits)
    }

    /// Counts one more, or refuses.
    pub async fn take(&self, limit: &'static Limit, subject: &Subject) -> Result<()> {
        self.take_many(limit, subject, 1).await
    }

    /// Counts so many more, or refuses them all.
    pub async fn take_many(&self, limit: &'static Limit, subject: &Subject, attempts: usize) -> Result<()> {
        let attempts = u32::try_from(attempts).unwrap_or(u32::MAX);
        let allowance = self.0.take_many(limit, subject, attempts).await?;
        note(allowance);
        if allowance.is_exceeded {
            tracing::info!(limit.name = limit.name, "a limit was reached");
            return Err(Error::too_many(allowance.resets_in));
        }
        Ok(())
    }

    /// Counts one more without refusing, and answers whether it is within the limit.
    pub async fn is_within(&self, limit: &'static Limit, subject: &Subject) -> Result<bool> {
        Ok(!self.0.take(limit, subject).await?.is_exceeded)
    }

    pub async fn give_back(&self, limit: &'static Limit, subject: &Subject) -> Result<()> {
        self.0.give_back(limit, subject).await
    }
}

impl std::fmt::Debug for Limiter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Limiter")
    }
}

/// The network that a request comes from, as API Gateway saw it. Headers are the client's own words and are not asked.
#[derive(Clone, Debug)]
pub struct Network(pub Subject);

impl<S: Send + Sync> FromRequestParts<S> for Network {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Error> {
        let address = match parts.extensions.get::<RequestContext>() {
            Some(RequestContext::ApiGatewayV2(context)) => context.http.source_ip.as_deref(),
            _ => None,
        };
        // Requests without an address share one: better one crowded network than one without limits.
        let ip = address.and_then(|address| address.parse().ok()).unwrap_or(IpAddr::V6(Ipv6Addr::UNSPECIFIED));
        Ok(Self(Subject::network(ip)))
    }
}

/// Runs a request and answers with the tightest allowance that was noted in it.
pub(super) async fn watched<F: Future>(work: F) -> (F::Output, Option<Allowance>) {
    TIGHTEST.scope(Cell::new(None), async { (work.await, TIGHTEST.with(Cell::get)) }).await
}

fn note(allowance: Allowance) {
    let noted = TIGHTEST.try_with(|tightest| {
        let is_tighter =
            |known: Allowance| allowance.is_exceeded || (!known.is_exceeded && allowance.remaining < known.remaining);
        if tightest.get().is_none_or(is_tighter) {
            tightest.set(Some(allowance));
        }
    });
    // Outside of a request, as in a socket's frame, there are no headers to fill.
    noted.ok();
}

/// `RateLimit-*` as in draft-ietf-httpapi-ratelimit-headers-03, the form that clients know.
pub(super) fn write_headers(allowance: Allowance, headers: &mut HeaderMap) {
    headers.insert(HeaderName::from_static("ratelimit-limit"), allowance.max.into());
    headers.insert(HeaderName::from_static("ratelimit-remaining"), allowance.remaining.into());
    headers.insert(HeaderName::from_static("ratelimit-reset"), allowance.resets_in.as_secs().into());
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn allowance(remaining: u32, is_exceeded: bool) -> Allowance {
        Allowance { max: 10, remaining, is_exceeded, resets_in: Duration::from_secs(9) }
    }

    #[tokio::test]
    async fn the_tightest_allowance_is_the_one_that_is_told() {
        let request = async {
            for noted in [allowance(5, false), allowance(2, false), allowance(7, false)] {
                note(noted);
            }
        };
        assert_eq!(watched(request).await.1, Some(allowance(2, false)));
        let refused = async {
            note(allowance(0, true));
            note(allowance(0, false));
        };
        assert_eq!(watched(refused).await.1, Some(allowance(0, true)));
        assert_eq!(watched(async {}).await.1, None);
    }

    #[tokio::test]
    async fn a_header_cannot_choose_the_network() {
        let request = http::Request::builder().header("x-forwarded-for", "192.0.2.1").body(()).unwrap();
        let (mut parts, ()) = request.into_parts();
        let Network(subject) = Network::from_request_parts(&mut parts, &()).await.unwrap();
        assert_eq!(subject, Subject::network(IpAddr::V6(Ipv6Addr::UNSPECIFIED)));
    }
}

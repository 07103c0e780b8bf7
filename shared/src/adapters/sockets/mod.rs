//! The management side of the WebSocket API.
//!
//! Its two calls go without a client of the SDK's: a fan-out makes a thousand of them at once, and the client took twice the
//! processor for each and nothing but HTTP/1.1 connections, a handshake each, for them.

mod link;
mod links;
mod signature;
#[cfg(test)]
mod tests;
mod tls;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Method, Request, StatusCode, Uri};

use super::aws::Aws;
use super::system::SystemClock;
use crate::domain::socket::ConnectionId;
use crate::error::{Error, Result};
use crate::ports::ambient::Clock;
use crate::ports::sockets::{Posted, Sockets};
use links::Links;
use signature::Signer;

/// As the SDK names the service, in the variable `AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI` too.
const SERVICE: &str = "ApiGatewayManagementApi";
/// Nobody repeats a closing for us.
const CLOSING_PAUSES: [Duration; 2] = [Duration::from_millis(50), Duration::from_millis(200)];

#[derive(Clone)]
pub struct ApiGatewaySockets(Arc<Management>);

struct Management {
    /// Nothing if no variable says where the API is.
    endpoint: Option<String>,
    signer: Signer,
    links: Links,
    clock: Arc<dyn Clock>,
}

impl ApiGatewaySockets {
    pub fn new(aws: &Aws) -> Self {
        let clock = Arc::new(SystemClock);
        Self(Arc::new(Management {
            endpoint: aws.endpoint(SERVICE).map(|endpoint| endpoint.trim_end_matches('/').to_owned()),
            signer: Signer::new(aws.region(), aws.credentials()),
            links: Links::new(aws.private_roots(), clock.clone()),
            clock,
        }))
    }
}

impl Management {
    /// Whether the call was obeyed; it was not if there is no such socket.
    async fn call(&self, method: Method, connection_id: &ConnectionId, frame: &str) -> Result<bool> {
        let endpoint = self.endpoint.as_deref().ok_or_else(|| Error::internal("the socket API has no endpoint"))?;
        let uri = format!("{endpoint}/@connections/{}", encoded(connection_id));
        let uri: Uri = uri.parse().map_err(Error::internal)?;
        let mut request = Request::new(Bytes::copy_from_slice(frame.as_bytes()));
        (*request.method_mut(), *request.uri_mut()) = (method, uri);
        self.signer.sign(&mut request, self.clock.now()).await?;
        match self.links.exchange(request).await.map_err(Error::unavailable)? {
            status if status.is_success() => Ok(true),
            StatusCode::GONE => Ok(false),
            status if is_passing(status) => Err(Error::unavailable(format!("the socket API answered {status}"))),
            status => Err(Error::internal(format!("the socket API answered {status}"))),
        }
    }
}

#[async_trait]
impl Sockets for ApiGatewaySockets {
    async fn post(&self, connection_id: &ConnectionId, frame: &str) -> Result<Posted> {
        let is_there = self.0.call(Method::POST, connection_id, frame).await?;
        Ok(if is_there { Posted::Accepted } else { Posted::Gone })
    }

    async fn close(&self, connection_id: &ConnectionId) -> Result<()> {
        for pause in CLOSING_PAUSES {
            match self.0.call(Method::DELETE, connection_id, "").await {
                Err(error) if error.retryable() => tokio::time::sleep(pause).await,
                done => return done.map(drop),
            }
        }
        self.0.call(Method::DELETE, connection_id, "").await.map(drop)
    }
}

/// Whether the same request may be answered otherwise in a moment. `LimitExceeded` is a 429, also when it is the buffer of
/// one client that is full.
fn is_passing(status: StatusCode) -> bool {
    status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS
}

/// The name of a connection as a part of a path; most end in an equals sign.
fn encoded(connection_id: &ConnectionId) -> String {
    let digit = |value: u8| char::from(b"0123456789ABCDEF"[usize::from(value)]);
    let mut path = String::with_capacity(connection_id.as_str().len() + 8);
    for byte in connection_id.as_str().bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => path.push(byte.into()),
            _ => path.extend(['%', digit(byte >> 4), digit(byte & 15)]),
        }
    }
    path
}

impl fmt::Debug for ApiGatewaySockets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiGatewaySockets")
    }
}

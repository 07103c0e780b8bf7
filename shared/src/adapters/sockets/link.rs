//! One connection: HTTP/1.1, which carries a request at a time, or a stream of HTTP/2, which shares one with others.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use bytes::Bytes;
use http::header::HOST;
use http::{HeaderValue, Request, StatusCode, Uri};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;

use super::tls::{Stream, Trouble};
use crate::domain::time::Timestamp;

/// API Gateway takes 128 requests at a time on a connection. More connections share the work of the network's queues.
const MAX_STREAMS: usize = 100;

pub(super) struct Link {
    pub(super) born: u64,
    /// Whether it was made for the request that is about to be sent.
    pub(super) is_new: bool,
    kind: Kind,
}

enum Kind {
    Exclusive(http1::SendRequest<Full<Bytes>>),
    Stream(Slot),
}

/// An HTTP/2 connection.
pub(super) struct Multiplexed {
    pub(super) born: u64,
    requests: h2::client::SendRequest<Bytes>,
    streams: AtomicUsize,
    answers: AtomicUsize,
    last_used: AtomicU64,
    has_ended: Arc<AtomicBool>,
}

/// A request's place on a connection, given back when dropped.
struct Slot(Arc<Multiplexed>);

impl Slot {
    fn on(multiplexed: &Arc<Multiplexed>) -> Self {
        multiplexed.streams.fetch_add(1, Ordering::Relaxed);
        Self(multiplexed.clone())
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.0.streams.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Link {
    pub(super) async fn exclusive(born: u64, stream: Box<dyn Stream>) -> Result<Self, Trouble> {
        let (requests, connection) = http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(Self { born, is_new: true, kind: Kind::Exclusive(requests) })
    }

    pub(super) fn stream_of(multiplexed: &Arc<Multiplexed>, is_new: bool) -> Self {
        Self { born: multiplexed.born, is_new, kind: Kind::Stream(Slot::on(multiplexed)) }
    }

    pub(super) fn is_exclusive(&self) -> bool {
        matches!(self.kind, Kind::Exclusive(_))
    }

    pub(super) fn is_open(&self) -> bool {
        match &self.kind {
            Kind::Exclusive(requests) => !requests.is_closed(),
            Kind::Stream(slot) => slot.0.is_open(),
        }
    }

    /// How many answers have come over this connection, whoever they were for, if it carries more than one request.
    pub(super) fn answers(&self) -> Option<usize> {
        match &self.kind {
            Kind::Exclusive(_) => None,
            Kind::Stream(slot) => Some(slot.0.answers.load(Ordering::Relaxed)),
        }
    }

    pub(super) async fn send(&mut self, request: Request<Bytes>) -> Result<StatusCode, Trouble> {
        match &mut self.kind {
            Kind::Exclusive(requests) => exchange(requests, request).await,
            Kind::Stream(slot) => slot.0.exchange(request).await,
        }
    }
}

async fn exchange(
    requests: &mut http1::SendRequest<Full<Bytes>>,
    request: Request<Bytes>,
) -> Result<StatusCode, Trouble> {
    requests.ready().await?;
    let (mut head, body) = request.into_parts();
    let authority = head.uri.authority().ok_or("an address without a host")?;
    head.headers.insert(HOST, HeaderValue::from_str(authority.as_str())?);
    let path = head.uri.into_parts().path_and_query.ok_or("an address without a path")?;
    head.uri = Uri::from(path);
    let answer = requests.send_request(Request::from_parts(head, Full::new(body))).await?;
    let status = answer.status();
    // The next answer begins where this one ends.
    answer.into_body().collect().await?;
    Ok(status)
}

impl Multiplexed {
    pub(super) async fn start(born: u64, stream: Box<dyn Stream>, now: Timestamp) -> Result<Self, Trouble> {
        let (requests, connection) = h2::client::Builder::new().enable_push(false).handshake(stream).await?;
        let has_ended = Arc::new(AtomicBool::default());
        let ended = has_ended.clone();
        tokio::spawn(async move {
            // Why it ended is said to those whose requests were under way.
            connection.await.unwrap_or_default();
            ended.store(true, Ordering::Relaxed);
        });
        Ok(Self {
            born,
            requests,
            streams: AtomicUsize::default(),
            answers: AtomicUsize::default(),
            last_used: AtomicU64::new(now.unix_millis()),
            has_ended,
        })
    }

    pub(super) fn is_open(&self) -> bool {
        !self.has_ended.load(Ordering::Relaxed)
    }

    pub(super) fn has_room(&self) -> bool {
        self.streams.load(Ordering::Relaxed) < self.requests.current_max_send_streams().min(MAX_STREAMS)
    }

    pub(super) fn last_used(&self) -> Timestamp {
        Timestamp::from_unix_millis(self.last_used.load(Ordering::Relaxed))
    }

    pub(super) fn note_use(&self, now: Timestamp) {
        self.last_used.store(now.unix_millis(), Ordering::Relaxed);
    }

    async fn exchange(&self, request: Request<Bytes>) -> Result<StatusCode, Trouble> {
        let mut requests = self.requests.clone().ready().await?;
        let (head, body) = request.into_parts();
        let (answer, mut sending) = requests.send_request(Request::from_parts(head, ()), body.is_empty())?;
        if !body.is_empty() {
            sending.send_data(body, true)?;
        }
        let answer = answer.await?;
        self.answers.fetch_add(1, Ordering::Relaxed);
        let (status, mut rest) = (answer.status(), answer.into_body());
        // To drop it unread would reset the stream, and servers distrust clients that do so often.
        while let Some(chunk) = rest.data().await {
            rest.flow_control().release_capacity(chunk?.len())?;
        }
        Ok(status)
    }
}

//! A stand-in for the management side of the WebSocket API: it answers each post after ten milliseconds, over TLS, and
//! knows from the name of a connection what is wrong with it.

use std::collections::HashMap;
use std::error::Error;
use std::io::{self, BufRead};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use h2::server::SendResponse;
use http::{Request, Response};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::server::TlsStream;

use crate::people::{Ails, nanoseconds};

/// What the API needs to hand a frame on.
const WORK: Duration = Duration::from_millis(10);
/// How long a client that does not read keeps a post waiting.
const STALL: Duration = Duration::from_secs(5);
/// What API Gateway allows on one connection.
const STREAMS: u32 = 128;
/// More clients than ever connect at the same moment: who does not get in tries again after a second.
const BACKLOG: u32 = 1024;

/// What the API remembers of its sockets.
#[derive(Default)]
struct Seen {
    /// How long after the beginning of its fan-out a frame came, for those who are well in every fan-out, in nanoseconds.
    arrivals: Vec<u64>,
    /// The fan-out in which each connection was throttled last.
    throttled: HashMap<String, u64>,
}

type Shared = Arc<Mutex<Seen>>;

/// Serves until its input ends, and answers questions: where it is, and when frames arrived since it was asked last.
pub(crate) fn run([certificate, key]: [&str; 2], protocols: &[&str]) -> Result<(), Box<dyn Error>> {
    let seen = Shared::default();
    let acceptor = acceptor(certificate, key, protocols)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let listener = runtime.block_on(async {
        let socket = TcpSocket::new_v4()?;
        socket.bind(([127, 0, 0, 1], 0).into())?;
        socket.listen(BACKLOG)
    })?;
    let port = listener.local_addr()?.port();
    let served = seen.clone();
    std::thread::spawn(move || runtime.block_on(serve(listener, acceptor, served)));
    for line in io::stdin().lock().lines() {
        let question: Value = serde_json::from_str(&line?)?;
        match question["do"].as_str() {
            Some("port") => println!("{port}"),
            _ => println!("{}", json!(std::mem::take(&mut open(&seen).arrivals))),
        }
    }
    Ok(())
}

async fn serve(listener: TcpListener, acceptor: TlsAcceptor, seen: Shared) -> io::Result<()> {
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        // A client that goes away in the middle of a request is how every measurement ends.
        tokio::spawn(connection(acceptor.clone(), stream, seen.clone()));
    }
}

fn acceptor(certificate: &str, key: &str, protocols: &[&str]) -> Result<TlsAcceptor, Box<dyn Error>> {
    let certificate = CertificateDer::from_pem_file(certificate)?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![certificate], PrivateKeyDer::from_pem_file(key)?)?;
    config.alpn_protocols = protocols.iter().map(|protocol| protocol.as_bytes().to_vec()).collect();
    Ok(TlsAcceptor::from(Arc::new(config)))
}

async fn connection(
    acceptor: TlsAcceptor,
    stream: TcpStream,
    seen: Shared,
) -> Result<(), Box<dyn Error + Send + Sync>> {
    let stream = acceptor.accept(stream).await?;
    if stream.get_ref().1.alpn_protocol() == Some(b"h2") {
        let mut builder = h2::server::Builder::new();
        let mut streams = builder.max_concurrent_streams(STREAMS).handshake::<_, Bytes>(stream).await?;
        while let Some(accepted) = streams.accept().await {
            let (request, respond) = accepted?;
            tokio::spawn(on_stream(request, respond, seen.clone()));
        }
        Ok(())
    } else {
        one_by_one(stream, &seen).await
    }
}

async fn on_stream(
    request: Request<h2::RecvStream>,
    mut respond: SendResponse<Bytes>,
    seen: Shared,
) -> Result<(), h2::Error> {
    let path = request.uri().path().to_owned();
    let mut body = request.into_body();
    let mut frame = Vec::new();
    while let Some(chunk) = body.data().await {
        let chunk = chunk?;
        body.flow_control().release_capacity(chunk.len())?;
        frame.extend_from_slice(&chunk);
    }
    let status = answer(&path, &frame, &seen).await;
    let mut response = Response::new(());
    *response.status_mut() = http::StatusCode::from_u16(status).unwrap_or_default();
    respond.send_response(response, true).map(drop)
}

async fn one_by_one(mut stream: TlsStream<TcpStream>, seen: &Shared) -> Result<(), Box<dyn Error + Send + Sync>> {
    let mut buffer = Vec::with_capacity(4096);
    loop {
        let (path, length, body) = loop {
            if let Some(head) = head(&buffer) {
                break head;
            }
            if stream.read_buf(&mut buffer).await? == 0 {
                return Ok(());
            }
        };
        while buffer.len() < body + length {
            if stream.read_buf(&mut buffer).await? == 0 {
                return Ok(());
            }
        }
        let status = answer(&path, &buffer[body..body + length], seen).await;
        buffer.drain(..body + length);
        stream.write_all(format!("HTTP/1.1 {status} Said\r\ncontent-length: 0\r\n\r\n").as_bytes()).await?;
        stream.flush().await?;
    }
}

/// The path, the length of the body, and where it begins.
fn head(buffer: &[u8]) -> Option<(String, usize, usize)> {
    let end = buffer.windows(4).position(|four| four == b"\r\n\r\n")?;
    let text = std::str::from_utf8(&buffer[..end]).ok()?;
    let mut lines = text.split("\r\n");
    let path = lines.next()?.split(' ').nth(1)?.to_owned();
    let length = lines.filter_map(|line| line.split_once(':'));
    let length = length.filter(|(name, _)| name.eq_ignore_ascii_case("content-length")).map(|(_, value)| value.trim());
    Some((path, length.last().and_then(|value| value.parse().ok()).unwrap_or(0), end + 4))
}

fn open(seen: &Mutex<Seen>) -> MutexGuard<'_, Seen> {
    seen.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The status, at the time at which the API would say it.
async fn answer(path: &str, frame: &[u8], seen: &Shared) -> u16 {
    let now = nanoseconds();
    let connection = path.rsplit('/').next().unwrap_or_default().replace("%3D", "=");
    let frame: Value = serde_json::from_slice(frame).unwrap_or_default();
    let began = frame["began"].as_u64().unwrap_or_default();
    let ails = Ails::of(&connection);
    let (status, work) = match ails {
        Ails::Gone => (410, WORK),
        Ails::Throttled if open(seen).throttled.insert(connection.clone(), began) != Some(began) => (429, WORK),
        Ails::Stalled => (200, STALL),
        Ails::Nothing | Ails::Throttled => (200, WORK),
    };
    if status == 200 && Ails::ever(&connection) == Ails::Nothing {
        open(seen).arrivals.push(now.saturating_sub(began));
    }
    tokio::time::sleep(work).await;
    status
}

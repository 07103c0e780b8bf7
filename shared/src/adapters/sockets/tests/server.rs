//! An API on a loopback port, over plain HTTP/1.1 or HTTP/2 with TLS.

use std::collections::VecDeque;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use bytes::Bytes;
use http::{Response, StatusCode};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::adapters::aws::Aws;
use crate::adapters::sockets::ApiGatewaySockets;
use crate::config::Vars;

/// What the server does with a request.
#[derive(Clone, Copy)]
pub(super) enum Says {
    Status(u16),
    /// Answers, and closes the connection a moment later without having said so.
    LastStatus(u16),
    HangUp,
    Stall,
}

/// One that speaks HTTP/1.1.
pub(super) struct Server {
    url: String,
    pub(super) connections: Arc<AtomicUsize>,
    /// The heads and bodies that came.
    pub(super) requests: Arc<Mutex<Vec<String>>>,
}

pub(super) fn sockets_at(url: &str, roots: Option<&str>) -> ApiGatewaySockets {
    let vars = [
        ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"),
        ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
        ("AWS_SESSION_TOKEN", "a/session+token=="),
        ("AWS_REGION", "eu-central-1"),
        ("AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI", url),
    ];
    let roots = roots.map(|roots| ("SSL_CERT_FILE", roots));
    ApiGatewaySockets::new(&Aws::new(&vars.into_iter().chain(roots).collect::<Vars>()))
}

impl Server {
    /// Does what the script says, a request after another on whatever connection, and then what it says last.
    pub(super) fn start(script: impl IntoIterator<Item = Says>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/v1/", listener.local_addr().unwrap());
        let script: Arc<Mutex<VecDeque<Says>>> = Arc::new(Mutex::new(script.into_iter().collect()));
        let server = Self { url, connections: Arc::default(), requests: Arc::default() };
        let (connections, requests) = (server.connections.clone(), server.requests.clone());
        thread::spawn(move || {
            for mut stream in listener.incoming().map_while(Result::ok) {
                connections.fetch_add(1, Ordering::Relaxed);
                let (script, requests) = (script.clone(), requests.clone());
                thread::spawn(move || {
                    while let Some(request) = read(&mut stream) {
                        requests.lock().unwrap().push(request);
                        let mut script = script.lock().unwrap();
                        let says = if script.len() > 1 { script.pop_front().unwrap() } else { script[0] };
                        drop(script);
                        let (status, is_last) = match says {
                            Says::Status(status) => (status, false),
                            Says::LastStatus(status) => (status, true),
                            Says::HangUp => return,
                            Says::Stall => return thread::sleep(Duration::from_secs(4)),
                        };
                        let body = if status < 300 { "" } else { r#"{"message":"why"}"# };
                        let answer = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\n\r\n{body}", body.len());
                        stream.write_all(answer.as_bytes()).unwrap();
                        if is_last {
                            return thread::sleep(Duration::from_millis(20));
                        }
                    }
                });
            }
        });
        server
    }

    pub(super) fn sockets(&self) -> ApiGatewaySockets {
        sockets_at(&self.url, None)
    }

    pub(super) fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }
}

/// A request with its body, or nothing when the client is done.
fn read(stream: &mut impl Read) -> Option<String> {
    let (mut request, mut chunk) = (String::new(), [0; 4096]);
    loop {
        if let Some((head, body)) = request.split_once("\r\n\r\n") {
            let length = head.to_lowercase();
            let length = length.split_once("content-length: ").map(|(_, rest)| rest.split("\r\n").next().unwrap());
            if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
                return Some(request);
            }
        }
        match stream.read(&mut chunk) {
            Ok(count) if count > 0 => request.push_str(std::str::from_utf8(&chunk[..count]).unwrap()),
            _ => return None,
        }
    }
}

/// One that speaks HTTP/2 over TLS: it answers a moment after each request, and ends all connections when told to.
pub(super) struct Multiplexing {
    pub(super) sockets: ApiGatewaySockets,
    connections: Arc<AtomicUsize>,
    ends: watch::Sender<()>,
}

impl Multiplexing {
    /// The status that it answers with is the name of the connection; to any other name it answers nothing.
    pub(super) async fn start() -> Self {
        let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let roots = std::env::temp_dir().join(format!("collabmatch-sockets-{}-{port}.pem", std::process::id()));
        fs::write(&roots, cert.pem()).unwrap();
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(signing_key.serialize_der()));
        let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![cert.der().clone()], key)
            .unwrap();
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let sockets = sockets_at(&format!("https://127.0.0.1:{port}/v1"), roots.to_str());
        let (connections, ends) = (Arc::<AtomicUsize>::default(), watch::Sender::new(()));
        let (counted, ending) = (connections.clone(), ends.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::Relaxed);
                let (acceptor, mut end) = (acceptor.clone(), ending.subscribe());
                tokio::spawn(async move {
                    let serving = async {
                        let stream = acceptor.accept(stream).await.unwrap();
                        let mut requests =
                            h2::server::Builder::new().max_concurrent_streams(128).handshake(stream).await.unwrap();
                        while let Some(Ok((request, respond))) = requests.accept().await {
                            tokio::spawn(answer(request.uri().path().to_owned(), respond));
                        }
                    };
                    tokio::select! { () = serving => {}, _ = end.changed() => {} }
                });
            }
        });
        Self { sockets, connections, ends }
    }

    pub(super) fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }

    /// Ends all connections without a word.
    pub(super) fn end_all(&self) {
        self.ends.send_replace(());
    }
}

async fn answer(path: String, mut respond: h2::server::SendResponse<Bytes>) {
    let status = path.rsplit('/').next().and_then(|name| name.parse().ok());
    let Some(status) = status.and_then(|status: u16| StatusCode::from_u16(status).ok()) else {
        return tokio::time::sleep(Duration::from_secs(4)).await;
    };
    tokio::time::sleep(Duration::from_millis(50)).await;
    let mut response = Response::new(());
    *response.status_mut() = status;
    let mut body = respond.send_response(response, false).unwrap();
    body.send_data(Bytes::from_static(b"{}"), true).unwrap_or_default();
}

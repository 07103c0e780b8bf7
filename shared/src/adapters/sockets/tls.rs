//! One TCP connection, encrypted where the address says so, and what is spoken on it.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use http::Uri;
use http::uri::Scheme;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use super::super::aws::AMAZON_ROOTS;

/// What is said between us and a server that speaks it; the first is asked for first.
const PROTOCOLS: [&[u8]; 2] = [b"h2", b"http/1.1"];

pub(super) type Trouble = Box<dyn std::error::Error + Send + Sync>;

pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

pub(super) struct Dialer {
    /// A file with roots beside Amazon's.
    private_roots: Option<PathBuf>,
    connector: OnceLock<TlsConnector>,
}

/// A connection on which nothing was said yet.
pub(super) struct Dialled {
    pub(super) stream: Box<dyn Stream>,
    /// Whether many requests may be under way on it.
    pub(super) multiplexes: bool,
}

impl Dialer {
    pub(super) fn new(private_roots: Option<PathBuf>) -> Self {
        Self { private_roots, connector: OnceLock::new() }
    }

    pub(super) async fn dial(&self, uri: &Uri) -> Result<Dialled, Trouble> {
        let is_encrypted = uri.scheme() == Some(&Scheme::HTTPS);
        let host = uri.host().ok_or("an address without a host")?;
        let port = uri.port_u16().unwrap_or(if is_encrypted { 443 } else { 80 });
        let stream = TcpStream::connect((host, port)).await?;
        stream.set_nodelay(true)?;
        if !is_encrypted {
            return Ok(Dialled { stream: Box::new(stream), multiplexes: false });
        }
        let stream = self.connector()?.connect(ServerName::try_from(host.to_owned())?, stream).await?;
        let multiplexes = stream.get_ref().1.alpn_protocol() == Some(PROTOCOLS[0]);
        Ok(Dialled { stream: Box::new(stream), multiplexes })
    }

    /// Made at the first connection, so that a start does not pay for it.
    fn connector(&self) -> Result<TlsConnector, Trouble> {
        if let Some(connector) = self.connector.get() {
            return Ok(connector.clone());
        }
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(AMAZON_ROOTS.as_bytes()) {
            roots.add(certificate?)?;
        }
        if let Some(file) = &self.private_roots {
            let certificates = CertificateDer::pem_file_iter(file)?;
            roots.add_parsable_certificates(certificates.filter_map(Result::ok));
        }
        let mut config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = PROTOCOLS.map(<[u8]>::to_vec).to_vec();
        Ok(self.connector.get_or_init(|| TlsConnector::from(Arc::new(config))).clone())
    }
}

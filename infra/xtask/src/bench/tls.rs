//! TLS for the stub services: an authority of its own that lives as long as one benchmark.

use std::fs;
use std::io;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{BasicConstraints, Certificate, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::failure::{Explain, Failure};

/// Where systems keep the certificates that they trust.
const SYSTEM_STORES: [&str; 3] =
    ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"];

#[derive(Debug, Clone)]
pub(super) struct Tls {
    config: Arc<ServerConfig>,
    /// A file with the authority's certificate.
    pub authority: PathBuf,
    /// A file with the authority's certificate after all that this system trusts, as many as a function has in AWS.
    pub store: PathBuf,
    /// Files with a server's certificate and its key, for stubs that are other processes.
    pub server: [PathBuf; 2],
}

impl Tls {
    pub(super) fn new(folder: &Path) -> Result<Self, Failure> {
        let explain = || "cannot make certificates".to_owned();
        let issued = certify().explain(explain)?;
        let config = issued.config().explain(explain)?;
        let system = SYSTEM_STORES.iter().find_map(|path| fs::read_to_string(path).ok()).unwrap_or_default();
        Ok(Self {
            config: Arc::new(config),
            authority: write(folder, "authority.pem", &issued.authority)?,
            store: write(folder, "store.pem", &format!("{system}{}", issued.authority))?,
            server: [
                write(folder, "server.pem", &issued.certificate.pem())?,
                write(folder, "key.pem", &issued.key.serialize_pem())?,
            ],
        })
    }

    pub(super) fn accept(&self, stream: TcpStream) -> io::Result<StreamOwned<ServerConnection, TcpStream>> {
        let connection = ServerConnection::new(self.config.clone()).map_err(io::Error::other)?;
        Ok(StreamOwned::new(connection, stream))
    }
}

fn write(folder: &Path, name: &str, content: &str) -> Result<PathBuf, Failure> {
    let file = folder.join(name);
    fs::write(&file, content).explain(|| format!("cannot write {}", file.display()))?;
    Ok(file)
}

/// A certificate for loopback, its key, and the certificate of the authority that signed it.
struct Issued {
    certificate: Certificate,
    key: KeyPair,
    authority: String,
}

fn certify() -> Result<Issued, rcgen::Error> {
    let mut authority = CertificateParams::default();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    authority.distinguished_name.push(DnType::CommonName, "benchmark authority");
    let authority_key = KeyPair::generate()?;
    let authority_certificate = authority.self_signed(&authority_key)?.pem();
    let key = KeyPair::generate()?;
    let mut server = CertificateParams::new(["127.0.0.1".to_owned(), "localhost".to_owned()])?;
    // OpenSSL takes a certificate whose subject is its issuer for a self-signed one.
    server.distinguished_name.push(DnType::CommonName, "localhost");
    server.use_authority_key_identifier_extension = true;
    let certificate = server.signed_by(&key, &Issuer::new(authority, authority_key))?;
    Ok(Issued { certificate, key, authority: authority_certificate })
}

impl Issued {
    fn config(&self) -> Result<ServerConfig, rustls::Error> {
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(self.key.serialize_der()));
        let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![self.certificate.der().clone()], key)?;
        // What DynamoDB and Secrets Manager speak.
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(config)
    }
}

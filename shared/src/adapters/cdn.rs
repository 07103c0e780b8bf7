//! Links to photos that lead through `CloudFront`.
//!
//! `CloudFront` opens a link that says until when it is good, if a key that it trusts has signed that together with the
//! address of the one object. It looks before it looks into its cache, so that what lies there is of no use without a link. See
//! <https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-creating-signed-url-canned-policy.html>.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::aws::Aws;
use super::photos::S3Photos;
use super::secrets;
use crate::config::CdnConfig;
use crate::domain::photo::{LINK_LIFETIME, MediaType, PhotoKey, Upload, link_start};
use crate::domain::time::Timestamp;
use crate::error::{Error, Result};
use crate::ports::photos::{Form, PhotoLinks};

/// How many links are remembered; each takes about half a kilobyte.
const REMEMBERED: usize = 4_000;

/// Links through `CloudFront` if there is one, and to the bucket otherwise.
pub async fn links(s3: Arc<S3Photos>, aws: &Aws, config: Option<CdnConfig>) -> Result<Arc<dyn PhotoLinks>> {
    let Some(config) = config else { return Ok(s3) };
    let key = secrets::cdn_key(aws, &config.secret, config.key).await?;
    Ok(Arc::new(CdnLinks::new(s3, key, config)))
}

/// The private key that links are signed with.
pub struct CdnKey(EcdsaKeyPair);

impl CdnKey {
    /// A key on P-256 as openssl writes it: DER, in PKCS #8 or without, here in base64. What is none is not shown: it is a
    /// secret.
    pub fn parse(text: &str) -> Result<Self> {
        let refused = || Error::internal("the key of links to photos is no private key on P-256 in base64");
        let document = STANDARD.decode(text).map_err(|_| refused())?;
        EcdsaKeyPair::from_private_key_der(&ECDSA_P256_SHA256_ASN1_SIGNING, &document).map(Self).map_err(|_| refused())
    }

    fn sign(&self, text: &str) -> Result<String> {
        let signature = self.0.sign(&SystemRandom::new(), text.as_bytes()).map_err(Error::internal)?;
        Ok(in_url(signature.as_ref()))
    }
}

impl fmt::Debug for CdnKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CdnKey(…)")
    }
}

/// Forms still lead to the bucket: what strangers upload does not pass `CloudFront`.
#[derive(Debug)]
pub struct CdnLinks {
    s3: Arc<S3Photos>,
    key: CdnKey,
    config: CdnConfig,
    issued: Mutex<Issued>,
}

/// The links of one period. Each signature is another one, but whoever comes back finds a copy in their cache only under the link
/// that they had.
#[derive(Debug, Default)]
struct Issued {
    ends: u64,
    links: HashMap<String, String>,
}

impl CdnLinks {
    pub fn new(s3: Arc<S3Photos>, key: CdnKey, config: CdnConfig) -> Self {
        Self { s3, key, config, issued: Mutex::default() }
    }

    fn signed_url(&self, object: &str, ends: u64) -> Result<String> {
        let CdnConfig { url, key_id, .. } = &self.config;
        let address = format!("{url}/{object}");
        let signature = self.key.sign(&policy(&address, ends))?;
        Ok(format!("{address}?Expires={ends}&Signature={signature}&Key-Pair-Id={key_id}&Hash-Algorithm=SHA256"))
    }
}

#[async_trait]
impl PhotoLinks for CdnLinks {
    async fn form(&self, upload: &Upload, media_type: MediaType, now: Timestamp) -> Result<Form> {
        self.s3.form(upload, media_type, now).await
    }

    async fn link(&self, key: &PhotoKey, size: u32, now: Timestamp) -> Result<String> {
        let (object, ends) = (key.object(size), (link_start(now) + LINK_LIFETIME).unix_seconds());
        let mut issued = self.issued.lock().unwrap_or_else(PoisonError::into_inner);
        if issued.ends != ends || issued.links.len() >= REMEMBERED {
            *issued = Issued { ends, links: HashMap::new() };
        }
        if let Some(link) = issued.links.get(&object) {
            return Ok(link.clone());
        }
        let link = self.signed_url(&object, ends)?;
        issued.links.insert(object, link.clone());
        Ok(link)
    }
}

/// What is signed, to the byte: `CloudFront` writes it anew from the link.
fn policy(address: &str, ends: u64) -> String {
    format!(r#"{{"Statement":[{{"Resource":"{address}","Condition":{{"DateLessThan":{{"AWS:EpochTime":{ends}}}}}}}]}}"#)
}

/// Base64 as `CloudFront` wants it in an address, which is not what others call safe for URLs.
fn in_url(bytes: &[u8]) -> String {
    STANDARD.encode(bytes).replace('+', "-").replace('=', "_").replace('/', "~")
}

#[cfg(test)]
#[path = "cdn_tests.rs"]
mod tests;

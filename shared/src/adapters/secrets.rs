//! Secrets Manager: the keys that sign tokens and hash codes.
//!
//! The template creates each secret as `{"version":1,"seed":"<64 random characters>"}`. A key is derived from the seed
//! under a label of its own (HKDF-SHA-256), so that a fresh deployment needs no step that makes keys.

use aws_lc_rs::hkdf;
use serde::Deserialize;

use super::aws::{Aws, failure};
use crate::domain::code::CodeKey;
use crate::domain::session::RefreshKey;
use crate::domain::token::SigningKey;
use crate::error::{Error, Result};

/// The private keys of `auth`.
#[derive(Debug)]
pub struct AuthKeys {
    pub signing: SigningKey,
    pub refresh: RefreshKey,
}

pub async fn auth_keys(aws: &Aws, secret_id: &str) -> Result<AuthKeys> {
    let seed = seed(aws, secret_id).await?;
    Ok(AuthKeys {
        signing: SigningKey::from_seed(&derive(&seed, b"collabmatch/access-token/ed25519")?)?,
        refresh: RefreshKey::new(&derive(&seed, b"collabmatch/refresh-token/hmac")?),
    })
}

pub async fn code_key(aws: &Aws, secret_id: &str) -> Result<CodeKey> {
    let seed = seed(aws, secret_id).await?;
    Ok(CodeKey::new(&derive(&seed, b"collabmatch/code/hmac")?))
}

#[derive(Deserialize)]
struct Secret {
    seed: String,
}

/// A guessable seed would make every token forgeable: a shorter one than the template makes is refused.
const MIN_SEED_BYTES: usize = 64;

async fn seed(aws: &Aws, secret_id: &str) -> Result<String> {
    let answer = aws.secrets().get_secret_value().secret_id(secret_id).send().await.map_err(failure)?;
    let secret: Secret = serde_json::from_str(answer.secret_string().unwrap_or_default())
        .map_err(|_| Error::internal("the secret is not a JSON object with a seed"))?;
    if secret.seed.len() < MIN_SEED_BYTES {
        return Err(Error::internal("the seed in the secret is too short"));
    }
    Ok(secret.seed)
}

fn derive(seed: &str, label: &[u8]) -> Result<[u8; 32]> {
    let mut key = [0; 32];
    hkdf::Salt::new(hkdf::HKDF_SHA256, b"")
        .extract(seed.as_bytes())
        .expand(&[label], hkdf::HKDF_SHA256)
        .and_then(|okm| okm.fill(&mut key))
        .map_err(Error::internal)?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_and_seeds_make_different_keys() {
        let key = derive("seed", b"a").unwrap();
        assert_eq!(derive("seed", b"a").unwrap(), key);
        assert_ne!(derive("seed", b"b").unwrap(), key);
        assert_ne!(derive("other", b"a").unwrap(), key);
    }
}

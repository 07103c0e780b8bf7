//! Secrets Manager: the keys that sign tokens and hash codes.
//!
//! The template creates each secret as `{"version":1,"seed":"<64 random characters>"}`. A key is derived from the seed
//! under a label of its own, so that a fresh deployment needs no step that makes keys. The first rotation of the signing
//! key stores a keyring in its place: `{"version":2,"refresh_seed":"…","generations":[{"id":1,"seed":"…",
//! "created_at":"…"},…]}`.

use std::collections::BTreeMap;

use async_trait::async_trait;
use aws_lc_rs::digest;
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::operation::get_secret_value::GetSecretValueOutput;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::aws::{Aws, failure};
use super::cdn::CdnKey;
use crate::domain::code::CodeKey;
use crate::domain::hex;
use crate::domain::keys::{Generation, Keyring, Seed};
use crate::domain::time::Timestamp;
use crate::error::{Error, Result};
use crate::ports::keys::{KeyVault, StoredRing};

pub async fn code_key(aws: &Aws, secret_id: &str) -> Result<CodeKey> {
    let answer = get(&aws.secrets(), secret_id).await?;
    let secret: StoredSeed = parse(&answer)?;
    Ok(CodeKey::new(&Seed::parse(&secret.seed)?.derive(b"collabmatch/code/hmac")?))
}

/// The secret with the private keys of access and refresh tokens.
#[derive(Clone, Debug)]
pub struct SecretVault {
    client: Client,
    secret_id: String,
}

impl SecretVault {
    pub fn new(aws: &Aws, secret_id: String) -> Self {
        Self { client: aws.secrets(), secret_id }
    }
}

#[async_trait]
impl KeyVault for SecretVault {
    async fn read(&self) -> Result<StoredRing> {
        let answer = get(&self.client, &self.secret_id).await?;
        let ring = keyring(parse(&answer)?)?;
        Ok(StoredRing { ring, version: answer.version_id.unwrap_or_default() })
    }

    async fn replace(&self, before: &str, ring: &Keyring) -> Result<bool> {
        let text = serde_json::to_string(&stored(ring)).map_err(Error::internal)?;
        let request = self.client.put_secret_value().secret_id(&self.secret_id).secret_string(text);
        let answer = request.client_request_token(version_after(before)).send().await;
        match answer {
            Ok(_) => Ok(true),
            Err(error) if error.code() == Some("ResourceExistsException") => Ok(false),
            Err(error) => Err(failure(error)),
        }
    }
}

/// The id of the version that follows another one. Secrets Manager refuses a second version with the same id and another
/// content, so that of two runs that start from one version the later one is refused.
fn version_after(before: &str) -> String {
    hex::encode(digest::digest(&digest::SHA256, before.as_bytes()).as_ref())
}

async fn get(client: &Client, secret_id: &str) -> Result<GetSecretValueOutput> {
    client.get_secret_value().secret_id(secret_id).send().await.map_err(failure)
}

/// What cannot be parsed is not shown: it is a secret.
fn parse<T: DeserializeOwned>(answer: &GetSecretValueOutput) -> Result<T> {
    let text = answer.secret_string().unwrap_or_default();
    serde_json::from_str(text).map_err(|_| Error::internal("the secret is not in a form that this version reads"))
}

/// The client secrets that providers have given the operator, by the providers' names.
pub async fn client_secrets(aws: &Aws, secret_id: &str) -> Result<BTreeMap<String, String>> {
    parse(&get(&aws.secrets(), secret_id).await?)
}

/// One of the private keys that links to photos are signed with, as the operator has put it there, by its name.
pub async fn cdn_key(aws: &Aws, secret_id: &str, name: &str) -> Result<CdnKey> {
    let keys: BTreeMap<String, String> = parse(&get(&aws.secrets(), secret_id).await?)?;
    CdnKey::parse(keys.get(name).map(String::as_str).unwrap_or_default())
}

#[derive(Deserialize)]
struct StoredSeed {
    seed: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum StoredKeys {
    Ring(StoredKeyring),
    /// As the template made it.
    Seed(StoredSeed),
}

#[derive(Serialize, Deserialize)]
struct StoredKeyring {
    version: u32,
    refresh_seed: String,
    generations: Vec<StoredGeneration>,
}

#[derive(Serialize, Deserialize)]
struct StoredGeneration {
    id: u32,
    seed: String,
    created_at: Timestamp,
}

fn keyring(stored: StoredKeys) -> Result<Keyring> {
    match stored {
        StoredKeys::Ring(ring) => {
            let generation = |one: StoredGeneration| Generation::new(one.id, Seed::parse(&one.seed)?, one.created_at);
            let generations = ring.generations.into_iter().map(generation).collect::<Result<_>>()?;
            Keyring::new(Seed::parse(&ring.refresh_seed)?, generations)
        }
        StoredKeys::Seed(StoredSeed { seed }) => {
            let seed = Seed::parse(&seed)?;
            let first = Generation::new(1, seed.clone(), Timestamp::from_unix_seconds(0))?;
            Keyring::new(seed, vec![first])
        }
    }
}

fn stored(ring: &Keyring) -> StoredKeyring {
    let generation = |one: &Generation| StoredGeneration {
        id: one.id,
        seed: one.seed.expose().to_owned(),
        created_at: one.created_at,
    };
    let generations = ring.generations().map(generation).collect();
    StoredKeyring { version: 2, refresh_seed: ring.refresh_seed.expose().to_owned(), generations }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Keyring> {
        parse(&GetSecretValueOutput::builder().secret_string(text).build()).and_then(keyring)
    }

    #[test]
    fn what_the_template_makes_is_the_first_generation() {
        let ring = read(&format!(r#"{{"version":1,"seed":"{}"}}"#, "a".repeat(64))).unwrap();
        assert_eq!(ring.generations().map(|one| one.id).collect::<Vec<_>>(), [1]);
        assert_eq!(ring.refresh_seed.expose(), ring.newest().seed.expose(), "issued refresh tokens go on");
    }

    #[test]
    fn a_keyring_survives_its_own_text() {
        let at = Timestamp::from_unix_seconds(1_800_000_000);
        let generation = |id, byte| Generation::new(id, Seed::from_chance([byte; 32]), at).unwrap();
        let ring = Keyring::new(Seed::from_chance([9; 32]), vec![generation(4, 1), generation(5, 2)]).unwrap();
        let text = serde_json::to_string(&stored(&ring)).unwrap();
        let again = read(&text).unwrap();
        assert_eq!(serde_json::to_string(&stored(&again)).unwrap(), text);
        let kids = |ring: &Keyring| ring.generations().map(|one| one.kid().to_owned()).collect::<Vec<_>>();
        assert_eq!((kids(&again), again.newest().id), (kids(&ring), 5));
    }

    #[test]
    fn what_is_no_keyring_is_refused_without_being_shown() {
        let seed = "b".repeat(64);
        for text in [
            "not json".to_owned(),
            format!(r#"{{"version":2,"refresh_seed":"{seed}","generations":[]}}"#),
            format!(r#"{{"version":2,"generations":[{{"id":1,"seed":"{seed}"}}]}}"#),
            r#"{"version":1,"seed":"easily guessed"}"#.to_owned(),
        ] {
            let error = read(&text).unwrap_err();
            let shown = format!("{error:?} {:?}", error.cause_chain());
            assert!(!shown.contains(&seed) && !shown.contains("guessed"), "{shown}");
        }
    }

    #[test]
    fn a_version_has_one_successor() {
        assert_eq!(version_after("a"), version_after("a"));
        assert_ne!(version_after("a"), version_after("b"));
        // What Secrets Manager takes as a token.
        assert!((32..=64).contains(&version_after("a").len()));
    }
}

//! Id tokens (`OpenID` Connect Core, 3.1.3.7): what a provider has signed about a person.

use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;
use serde_json::Value;

use super::identity::{Identity, IdentityId, Provider};
use crate::domain::email::EmailAddress;
use crate::domain::time::Timestamp;
use crate::error::{Code, Error, Result};

/// How far the provider's clock may be from ours.
const SKEW_SECONDS: u64 = 60;

/// The only algorithm that is accepted. Google signs with it, every provider of `OpenID` Connect must know it, and a
/// token cannot choose another one, such as none at all or an HMAC under the public key.
const ALGORITHM: Algorithm = Algorithm::RS256;

/// The keys of a provider, as its `jwks_uri` answers them.
#[derive(Clone, Debug, Deserialize)]
pub struct KeySet {
    keys: Vec<Key>,
}

/// A JSON Web Key, as far as it may be one of ours; others in the set are passed over.
#[derive(Clone, Debug, Deserialize)]
struct Key {
    kty: String,
    kid: Option<String>,
    alg: Option<String>,
    #[serde(rename = "use")]
    usage: Option<String>,
    n: Option<String>,
    e: Option<String>,
}

impl KeySet {
    /// The RSA key that signs under this name.
    fn find(&self, kid: &str) -> Option<(&str, &str)> {
        let signs = |key: &&Key| {
            key.kid.as_deref() == Some(kid)
                && key.kty == "RSA"
                && key.usage.as_deref().is_none_or(|usage| usage == "sig")
                && key.alg.as_deref().is_none_or(|alg| alg == "RS256")
        };
        let key = self.keys.iter().find(signs)?;
        key.n.as_deref().zip(key.e.as_deref())
    }

    pub fn has(&self, kid: &str) -> bool {
        self.find(kid).is_some()
    }
}

/// What a token has to say to be about this sign-in.
#[derive(Clone, Copy, Debug)]
pub struct Expectation<'a> {
    pub issuer: &'a str,
    pub client_id: &'a str,
    pub nonce: &'a str,
}

/// What was signed and fits the expectation.
#[derive(Clone, Debug, Deserialize)]
pub struct IdClaims {
    iss: String,
    sub: String,
    /// One audience, or a list of them.
    aud: Value,
    azp: Option<String>,
    exp: u64,
    iat: u64,
    /// Few providers say from when on a token counts.
    nbf: Option<u64>,
    nonce: Option<String>,
    email: Option<String>,
    /// Some providers write the word instead of the value; only the value counts.
    #[serde(default)]
    email_verified: Value,
}

impl IdClaims {
    /// The person, with the address if the provider vouches for it.
    pub fn identity(&self, provider: Provider) -> Result<Identity> {
        let id = IdentityId::new(provider, &self.sub).ok_or_else(|| refused("a subject that cannot be one"))?;
        let is_verified = self.email_verified == Value::Bool(true);
        let verified = self.email.as_deref().filter(|_| is_verified);
        Ok(Identity { id, verified_email: verified.and_then(|email| EmailAddress::parse(email).ok()) })
    }
}

/// The name of the key that a token claims to be signed with, before anything else about it is believed.
pub fn key_id(token: &str) -> Result<String> {
    let header = jsonwebtoken::decode_header(token).map_err(|error| Error::from(Code::OauthFailed).because(error))?;
    if header.alg != ALGORITHM {
        return Err(refused("another algorithm than RS256"));
    }
    header.kid.ok_or_else(|| refused("no key id"))
}

/// Checks everything about an id token, and yields what it says.
pub fn verify(token: &str, keys: &KeySet, expected: Expectation<'_>, now: Timestamp) -> Result<IdClaims> {
    let kid = key_id(token)?;
    let (modulus, exponent) = keys.find(&kid).ok_or_else(|| refused("a key that the provider does not have"))?;
    let key = DecodingKey::from_rsa_components(modulus, exponent).map_err(Error::internal)?;
    let claims = jsonwebtoken::decode::<IdClaims>(token, &key, &signature_only())
        .map_err(|error| Error::from(Code::OauthFailed).because(error))?
        .claims;
    match offence(&claims, expected, now.unix_seconds()) {
        None => Ok(claims),
        Some(what) => Err(refused(what)),
    }
}

/// The library's own checks of claims ask the system's clock and accept further audiences.
fn signature_only() -> Validation {
    let mut validation = Validation::new(ALGORITHM);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation
}

/// Meant for us and for nobody else: what others may have seen they may also present.
fn is_only(audience: &Value, client_id: &str) -> bool {
    let only = audience.as_array().map_or(Some(audience), |list| list.first().filter(|_| list.len() == 1));
    only.and_then(Value::as_str) == Some(client_id)
}

fn offence(claims: &IdClaims, expected: Expectation<'_>, now: u64) -> Option<&'static str> {
    let rules = [
        (claims.iss == expected.issuer, "another issuer"),
        (is_only(&claims.aud, expected.client_id), "another audience"),
        (claims.azp.as_deref().is_none_or(|azp| azp == expected.client_id), "another authorized party"),
        (claims.nonce.as_deref() == Some(expected.nonce), "another nonce"),
        (claims.exp.saturating_add(SKEW_SECONDS) > now, "a time that is over"),
        (claims.nbf.is_none_or(|nbf| nbf <= now.saturating_add(SKEW_SECONDS)), "a time that is to come"),
        (claims.iat <= now.saturating_add(SKEW_SECONDS), "a time that is to come"),
    ];
    rules.into_iter().find(|(holds, _)| !holds).map(|(_, what)| what)
}

/// The client learns nothing but that it failed; the log says why.
fn refused(what: &'static str) -> Error {
    Error::from(Code::OauthFailed).because(format!("the id token has {what}"))
}

#[cfg(test)]
#[path = "id_token_tests.rs"]
mod tests;

//! Access tokens: Ed25519-signed JWTs that live ten minutes and name a session.

use std::fmt;
use std::time::Duration;

use aws_lc_rs::digest;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};

use super::hex;
use super::id::{SessionId, UserId};
use super::time::Timestamp;
use crate::error::{Code, Error, Result};

pub const LIFETIME: Duration = Duration::from_mins(10);
/// The audience of every access token: this API.
pub const AUDIENCE: &str = "collabmatch";
/// RFC 9068: an access token says so in its header, so that no other signed token passes for one.
const TYPE: &str = "at+jwt";
/// How far the clocks of two functions may differ.
const CLOCK_SKEW: Duration = Duration::from_mins(1);

/// What an access token says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    pub iss: String,
    pub aud: String,
    pub sub: UserId,
    /// The session, and the version it had when the token was made.
    pub sid: SessionId,
    pub sv: u32,
    /// Seconds since the Unix epoch.
    pub iat: u64,
    pub exp: u64,
}

impl Claims {
    pub fn new(issuer: &str, user_id: UserId, session_id: SessionId, session_version: u32, now: Timestamp) -> Self {
        Self {
            iss: issuer.to_owned(),
            aud: AUDIENCE.to_owned(),
            sub: user_id,
            sid: session_id,
            sv: session_version,
            iat: now.unix_seconds(),
            exp: (now + LIFETIME).unix_seconds(),
        }
    }
}

/// A private key, and the name under which its public half is published.
pub struct SigningKey {
    public: PublicKey,
    encoding: EncodingKey,
}

impl SigningKey {
    /// The key that belongs to 32 secret bytes.
    pub fn from_seed(seed: &[u8; 32]) -> Result<Self> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).map_err(Error::internal)?;
        let document = pair.to_pkcs8().map_err(Error::internal)?;
        let public = pair.public_key().as_ref();
        let kid = hex::encode(&digest::digest(&digest::SHA256, public).as_ref()[..8]);
        Ok(Self {
            public: PublicKey { kid, x: URL_SAFE_NO_PAD.encode(public) },
            encoding: EncodingKey::from_ed_der(document.as_ref()),
        })
    }

    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    pub fn sign(&self, claims: &Claims) -> Result<String> {
        let mut header = Header::new(Algorithm::EdDSA);
        header.typ = Some(TYPE.to_owned());
        header.kid = Some(self.public.kid.clone());
        jsonwebtoken::encode(&header, claims, &self.encoding).map_err(Error::internal)
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.public.kid)
    }
}

/// A published key, in the terms of RFC 8037.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PublicKey {
    pub kid: String,
    /// The 32 bytes of the key in unpadded base64url.
    pub x: String,
}

/// The `kid` a token claims to be signed with, before anything else about it is believed.
pub fn key_id(token: &str) -> Result<String> {
    let header = jsonwebtoken::decode_header(token).map_err(refused)?;
    if header.alg != Algorithm::EdDSA || header.typ.as_deref() != Some(TYPE) {
        return Err(Error::from(Code::Unauthenticated));
    }
    header.kid.ok_or_else(|| Error::from(Code::Unauthenticated))
}

/// Checks signature, algorithm, issuer, audience and time, and yields what the token says.
pub fn verify(token: &str, key: &PublicKey, issuer: &str, now: Timestamp) -> Result<Claims> {
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.set_audience(&[AUDIENCE]);
    validation.set_issuer(&[issuer]);
    validation.set_required_spec_claims(&["exp", "aud", "iss", "sub"]);
    // The library would ask the system's clock; ours is a parameter.
    validation.validate_exp = false;
    let decoding = DecodingKey::from_ed_components(&key.x).map_err(Error::internal)?;
    let claims = jsonwebtoken::decode::<Claims>(token, &decoding, &validation).map_err(refused)?.claims;
    if claims.exp <= now.unix_seconds() {
        return Err(Error::new(Code::Unauthenticated, "The access token has expired"));
    }
    if claims.iat > (now + CLOCK_SKEW).unix_seconds() {
        return Err(Error::new(Code::Unauthenticated, "The access token is not valid yet"));
    }
    Ok(claims)
}

fn refused(error: jsonwebtoken::errors::Error) -> Error {
    Error::from(Code::Unauthenticated).because(error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::Id;

    const ISSUER: &str = "https://api.example.org";
    const NOW: Timestamp = Timestamp::from_unix_seconds(1_800_000_000);

    fn claims() -> Claims {
        let user_id = UserId::from_parts(NOW, [1; 10]);
        Claims::new(ISSUER, user_id, SessionId::from_parts(NOW, [2; 10]), 1, NOW)
    }

    fn key() -> SigningKey {
        SigningKey::from_seed(&[7; 32]).unwrap()
    }

    #[test]
    fn a_token_says_what_was_signed_until_it_expires() {
        let token = key().sign(&claims()).unwrap();
        assert_eq!(key_id(&token).unwrap(), key().public().kid);
        assert_eq!(verify(&token, key().public(), ISSUER, NOW).unwrap(), claims());
        assert!(verify(&token, key().public(), ISSUER, NOW + LIFETIME).is_err());
    }

    #[test]
    fn a_token_from_the_future_is_refused_but_for_a_minute_that_clocks_may_differ() {
        let token = key().sign(&claims()).unwrap();
        let earlier = |seconds| Timestamp::from_unix_seconds(NOW.unix_seconds() - seconds);
        assert!(verify(&token, key().public(), ISSUER, earlier(60)).is_ok());
        assert!(verify(&token, key().public(), ISSUER, earlier(61)).is_err());
    }

    #[test]
    fn another_key_issuer_or_audience_is_refused() {
        let token = key().sign(&claims()).unwrap();
        let other = SigningKey::from_seed(&[8; 32]).unwrap();
        assert!(verify(&token, other.public(), ISSUER, NOW).is_err());
        assert!(verify(&token, key().public(), "https://evil.example.org", NOW).is_err());
        let foreign = Claims { aud: "another-api".into(), ..claims() };
        assert!(verify(&key().sign(&foreign).unwrap(), key().public(), ISSUER, NOW).is_err());
    }

    #[test]
    fn another_algorithm_or_type_is_refused_by_its_header() {
        let part = |json: &str| URL_SAFE_NO_PAD.encode(json);
        for header in
            [r#"{"alg":"none"}"#, r#"{"alg":"HS256","typ":"at+jwt","kid":"a"}"#, r#"{"alg":"EdDSA","kid":"a"}"#]
        {
            let token = format!("{}.{}.", part(header), part(&serde_json::to_string(&claims()).unwrap()));
            assert!(key_id(&token).is_err(), "{header}");
        }
    }
}

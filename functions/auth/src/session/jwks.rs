//! `GET /.well-known/jwks.json`

use axum::Json;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use shared::domain::token::PublicKey;
use shared::error::Result;
use utoipa::ToSchema;

use super::Deps;

/// A JSON Web Key Set (RFC 7517) of Ed25519 keys (RFC 8037).
#[derive(Serialize, ToSchema)]
pub(super) struct KeySet {
    keys: Vec<Key>,
}

#[derive(Serialize, ToSchema)]
struct Key {
    #[schema(example = "OKP")]
    kty: &'static str,
    #[schema(example = "Ed25519")]
    crv: &'static str,
    #[schema(example = "EdDSA")]
    alg: &'static str,
    #[serde(rename = "use")]
    #[schema(example = "sig")]
    usage: &'static str,
    #[serde(flatten)]
    public: PublicKey,
}

/// The public keys that verify access tokens.
///
/// A new key appears here an hour before anything is signed with it, and stays until the last token signed with it has
/// expired. Read the set again when a token names a key that is not in your copy.
#[utoipa::path(get, path = "/.well-known/jwks.json", tag = "auth", responses(
    (status = 200, body = KeySet, headers(
        ("cache-control" = String, description = "`public, max-age=300`"),
        ("etag" = String, description = "Changes with the keys; send it back as `if-none-match`"),
    )),
    (status = 304, description = "The keys are those of the `etag` that was sent"),
))]
pub(super) async fn jwks(State(deps): State<Deps>, headers: HeaderMap) -> Result<Response> {
    let keys = deps.keeper.tokens.public_keys().await?;
    let tag = tag_of(&keys);
    let head = [(CACHE_CONTROL, "public, max-age=300".to_owned()), (ETAG, tag.clone())];
    if knows(&headers, &tag) {
        return Ok((StatusCode::NOT_MODIFIED, head).into_response());
    }
    let key = |public| Key { kty: "OKP", crv: "Ed25519", alg: "EdDSA", usage: "sig", public };
    Ok((head, Json(KeySet { keys: keys.into_iter().map(key).collect() })).into_response())
}

/// The ids of the keys, which are hashes of them.
fn tag_of(keys: &[PublicKey]) -> String {
    let kids: Vec<&str> = keys.iter().map(|key| key.kid.as_str()).collect();
    format!("\"{}\"", kids.join("."))
}

/// Whether a client has a copy with this tag. Caches on the way may have marked it as weak.
fn knows(headers: &HeaderMap, tag: &str) -> bool {
    let sent = headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let mut tags = sent.flat_map(|list| list.split(',')).map(str::trim);
    tags.any(|sent| sent == "*" || sent.strip_prefix("W/").unwrap_or(sent) == tag)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn a_copy_is_known_by_its_tag() {
        let key = |kid: &str| PublicKey { kid: kid.to_owned(), x: String::new() };
        let tag = tag_of(&[key("a"), key("b")]);
        let sends = |value: &'static str| HeaderMap::from_iter([(IF_NONE_MATCH, HeaderValue::from_static(value))]);
        assert_eq!(tag, "\"a.b\"");
        for known in ["\"a.b\"", "W/\"a.b\"", "\"z\", \"a.b\"", "*"] {
            assert!(knows(&sends(known), &tag), "{known}");
        }
        for unknown in ["\"a\"", "a.b", "\"b.a\"", ""] {
            assert!(!knows(&sends(unknown), &tag), "{unknown}");
        }
        assert!(!knows(&HeaderMap::new(), &tag));
    }
}

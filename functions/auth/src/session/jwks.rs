//! `GET /.well-known/jwks.json`

use axum::Json;
use axum::extract::State;
use axum::http::header::CACHE_CONTROL;
use axum::response::IntoResponse;
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

/// The public keys that verify access tokens. A new key appears here before anything is signed with it.
#[utoipa::path(get, path = "/.well-known/jwks.json", tag = "auth", responses((status = 200, body = KeySet)))]
pub(super) async fn jwks(State(deps): State<Deps>) -> Result<impl IntoResponse> {
    let key = |public| Key { kty: "OKP", crv: "Ed25519", alg: "EdDSA", usage: "sig", public };
    let keys = deps.keeper.tokens.public_keys().await?.into_iter().map(key).collect();
    Ok(([(CACHE_CONTROL, "public, max-age=300")], Json(KeySet { keys })))
}

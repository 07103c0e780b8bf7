//! Id tokens that are right, and every way in which they can be wrong.

use std::sync::LazyLock;

use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaEncoding};
use aws_lc_rs::{hmac, rand};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

use super::*;

const NOW: Timestamp = Timestamp::from_unix_seconds(1_800_000_000);
const EXPECTED: Expectation<'_> =
    Expectation { issuer: "https://accounts.example.org", client_id: "our-client", nonce: "n-0S6_WzA2Mj" };

static KEY: LazyLock<KeyPair> = LazyLock::new(|| KeyPair::generate(KeySize::Rsa2048).unwrap());
static OTHER_KEY: LazyLock<KeyPair> = LazyLock::new(|| KeyPair::generate(KeySize::Rsa2048).unwrap());

fn part(json: &Value) -> String {
    URL_SAFE_NO_PAD.encode(json.to_string())
}

fn modulus(key: &KeyPair) -> String {
    // PKCS #1 in DER: nine bytes of sequence, lengths and sign before the 256 bytes of a 2048-bit modulus.
    URL_SAFE_NO_PAD.encode(&key.public_key().as_ref()[9..265])
}

fn key_set() -> KeySet {
    let key = json!({ "kty": "RSA", "kid": "k1", "alg": "RS256", "use": "sig", "n": modulus(&KEY), "e": "AQAB" });
    let elliptic = json!({ "kty": "EC", "kid": "k2", "crv": "P-256", "x": "x", "y": "y" });
    serde_json::from_value(json!({ "keys": [elliptic, key] })).unwrap()
}

fn signed_by(key: &KeyPair, encoding: &'static dyn RsaEncoding, header: &Value, claims: &Value) -> String {
    let text = format!("{}.{}", part(header), part(claims));
    let mut signature = vec![0; key.public_modulus_len()];
    key.sign(encoding, &rand::SystemRandom::new(), text.as_bytes(), &mut signature).unwrap();
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn header() -> Value {
    json!({ "alg": "RS256", "kid": "k1", "typ": "JWT" })
}

fn claims() -> Value {
    json!({
        "iss": EXPECTED.issuer, "aud": EXPECTED.client_id, "sub": "108", "nonce": EXPECTED.nonce,
        "iat": NOW.unix_seconds(), "exp": NOW.unix_seconds() + 3_600, "email": "Ada@example.org", "email_verified": true,
    })
}

fn signed(claims: &Value) -> String {
    signed_by(&KEY, &RSA_PKCS1_SHA256, &header(), claims)
}

fn check(token: &str) -> Result<IdClaims> {
    verify(token, &key_set(), EXPECTED, NOW)
}

/// Why a token was refused, as the log tells it; the client hears nothing but the code.
fn refusal(token: &str) -> String {
    let error = check(token).unwrap_err();
    assert_eq!((error.code(), error.detail()), (Code::OauthFailed, Code::OauthFailed.title()));
    error.cause_chain().unwrap()
}

#[test]
fn a_token_that_is_right_names_a_person_and_a_verified_address() {
    let identity = check(&signed(&claims())).unwrap().identity(Provider::Google).unwrap();
    assert_eq!((identity.id.provider(), identity.id.subject()), (Provider::Google, "108"));
    assert_eq!(identity.verified_email.unwrap().as_str(), "ada@example.org");
    let mut alone = claims();
    alone["aud"] = json!([EXPECTED.client_id]);
    alone["azp"] = json!(EXPECTED.client_id);
    assert!(check(&signed(&alone)).is_ok());
}

#[test]
fn each_claim_that_is_wrong_is_refused() {
    let now = NOW.unix_seconds();
    for (claim, value, reason) in [
        ("iss", json!("https://evil.example"), "another issuer"),
        ("iss", json!("https://accounts.example.org/"), "another issuer"),
        ("aud", json!("other-client"), "another audience"),
        ("aud", json!(["our-client", "other-client"]), "another audience"),
        ("aud", json!([]), "another audience"),
        ("azp", json!("other-client"), "another authorized party"),
        ("nonce", json!("another"), "another nonce"),
        ("nonce", json!(null), "another nonce"),
        ("exp", json!(now - SKEW_SECONDS), "a time that is over"),
        ("iat", json!(now + SKEW_SECONDS + 1), "a time that is to come"),
        ("nbf", json!(now + SKEW_SECONDS + 1), "a time that is to come"),
    ] {
        let mut wrong = claims();
        wrong[claim] = value;
        assert_eq!(refusal(&signed(&wrong)), format!("the id token has {reason}"));
    }
    for missing in ["iss", "aud", "sub", "exp", "iat", "nonce"] {
        let mut wrong = claims();
        wrong.as_object_mut().unwrap().remove(missing);
        assert!(check(&signed(&wrong)).is_err(), "without {missing}");
    }
}

#[test]
fn a_signature_that_is_none_of_the_provider_is_refused() {
    let foreign = signed_by(&OTHER_KEY, &RSA_PKCS1_SHA256, &header(), &claims());
    assert!(refusal(&foreign).contains("InvalidSignature"));
    // The claims of one token under the signature of another.
    let (one, mut changed) = (signed(&claims()), claims());
    changed["sub"] = json!("109");
    let signature = one.rsplit('.').next().unwrap();
    assert!(refusal(&format!("{}.{}.{signature}", part(&header()), part(&changed))).contains("InvalidSignature"));
    let unknown = json!({ "alg": "RS256", "kid": "k9" });
    let unknown = signed_by(&KEY, &RSA_PKCS1_SHA256, &unknown, &claims());
    assert_eq!(refusal(&unknown), "the id token has a key that the provider does not have");
    // A key of another kind is not one that signs.
    assert!(!key_set().has("k2"));
}

#[test]
fn the_token_does_not_choose_its_algorithm() {
    let head = |alg: &str| json!({ "alg": alg, "kid": "k1" });
    let unsigned = format!("{}.{}.", part(&head("none")), part(&claims()));
    assert!(check(&unsigned).is_err());
    // Algorithm confusion: an HMAC whose secret is what everybody knows, in each form in which it may be known.
    let text = format!("{}.{}", part(&head("HS256")), part(&claims()));
    let public = [KEY.public_key().as_ref().to_vec(), modulus(&KEY).into_bytes()];
    for secret in public {
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &secret), text.as_bytes());
        let confused = format!("{text}.{}", URL_SAFE_NO_PAD.encode(tag));
        assert_eq!(refusal(&confused), "the id token has another algorithm than RS256");
    }
    let pss = signed_by(&KEY, &RSA_PSS_SHA256, &head("PS256"), &claims());
    assert_eq!(refusal(&pss), "the id token has another algorithm than RS256");
    for garbage in ["", "a.b.c", "..", &signed(&claims())[1..]] {
        assert!(check(garbage).is_err(), "{garbage:?}");
    }
}

#[test]
fn an_address_counts_only_if_the_provider_says_that_it_has_verified_it() {
    for verified in [json!(false), json!(null), json!("true"), json!(1)] {
        let mut unverified = claims();
        unverified["email_verified"] = verified.clone();
        let identity = check(&signed(&unverified)).unwrap().identity(Provider::Google).unwrap();
        assert_eq!(identity.verified_email, None, "{verified}");
    }
    let mut without = claims();
    without.as_object_mut().unwrap().remove("email_verified");
    assert_eq!(check(&signed(&without)).unwrap().identity(Provider::Google).unwrap().verified_email, None);
}

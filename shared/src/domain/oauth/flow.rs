//! A flow: from the start of a sign-in at a provider to its one and only end.

use std::fmt;
use std::time::Duration;

use aws_lc_rs::{constant_time, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use super::identity::Provider;
use crate::domain::fields::Refusal;
use crate::domain::hex;

/// How long a person may take at the provider.
pub const LIFETIME: Duration = Duration::from_mins(10);
/// 32 bytes in base64url.
const TEXT_LENGTH: usize = 43;

macro_rules! tokens {
    ($($(#[$doc:meta])* $name:ident)+) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq)]
        pub struct $name(String);

        impl $name {
            pub fn new(entropy: [u8; 32]) -> Self {
                Self(URL_SAFE_NO_PAD.encode(entropy))
            }

            /// Nothing if the text cannot be one of ours.
            pub fn parse(text: &str) -> Option<Self> {
                let fits = text.len() == TEXT_LENGTH && URL_SAFE_NO_PAD.decode(text).is_ok();
                fits.then(|| Self(text.to_owned()))
            }

            /// The text for the client; the only way it leaves this type.
            pub fn expose(&self) -> &str {
                &self.0
            }

            pub fn hash(&self) -> String {
                hex::encode(digest::digest(&digest::SHA256, self.0.as_bytes()).as_ref())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    )+};
}

tokens! {
    /// What travels through the browser and back, and names the flow. It is stored as a hash.
    State
    /// What stays with the client that started the flow, so that nobody else can end it: whoever lures a browser into a
    /// foreign flow has its state, but the browser's app does not have this.
    FlowSecret
}

/// A redirect URI that is on the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RedirectUri(String);

impl RedirectUri {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Where providers may send people back to: whole addresses, compared letter by letter. Comparing less is how codes are
/// sent to strangers.
#[derive(Clone, Debug, Default)]
pub struct RedirectUris(Vec<RedirectUri>);

impl RedirectUris {
    /// Reads a list whose members are separated by commas.
    pub fn parse(list: &str) -> Self {
        let uris = list.split(',').map(str::trim).filter(|uri| !uri.is_empty());
        Self(uris.map(|uri| RedirectUri(uri.to_owned())).collect())
    }

    pub fn accept(&self, uri: &str) -> Result<RedirectUri, Refusal> {
        let known = self.0.iter().find(|known| known.0 == uri);
        known.cloned().ok_or(Refusal::Borrowed("redirect_uri must be one of those that this deployment allows"))
    }
}

/// What has to be remembered from start to end.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flow {
    provider: Provider,
    redirect_uri: RedirectUri,
    verifier: String,
    nonce: String,
    secret_hash: String,
}

impl Flow {
    pub fn new(
        provider: Provider,
        redirect_uri: RedirectUri,
        secret: &FlowSecret,
        verifier: [u8; 32],
        nonce: [u8; 32],
    ) -> Self {
        let (verifier, nonce) = (URL_SAFE_NO_PAD.encode(verifier), URL_SAFE_NO_PAD.encode(nonce));
        Self { provider, redirect_uri, verifier, nonce, secret_hash: secret.hash() }
    }

    /// Whether this is the flow that the holder of `secret` started at `provider`.
    pub fn belongs_to(&self, provider: Provider, secret: &FlowSecret) -> bool {
        let (stored, sent) = (self.secret_hash.as_bytes(), secret.hash());
        let same_secret = constant_time::verify_slices_are_equal(stored, sent.as_bytes()).is_ok();
        self.provider == provider && same_secret
    }

    pub fn redirect_uri(&self) -> &str {
        self.redirect_uri.as_str()
    }

    /// PKCE (RFC 7636): proves to the provider that who brings the code is who asked for it.
    pub fn verifier(&self) -> &str {
        &self.verifier
    }

    /// The part of PKCE that the browser may see.
    pub fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, self.verifier.as_bytes()))
    }

    /// Ties an id token to this flow.
    pub fn nonce(&self) -> &str {
        &self.nonce
    }
}

impl fmt::Debug for Flow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Flow({})", self.provider.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const CALLBACK: &str = "https://app.example.org/callback";

    fn flow(secret: &FlowSecret) -> Flow {
        let redirect_uri = RedirectUris::parse(CALLBACK).accept(CALLBACK).unwrap();
        Flow::new(Provider::Google, redirect_uri, secret, [1; 32], [2; 32])
    }

    #[test]
    fn only_the_client_that_started_a_flow_ends_it_and_only_at_its_provider() {
        let secret = FlowSecret::new([9; 32]);
        assert!(flow(&secret).belongs_to(Provider::Google, &secret));
        assert!(!flow(&secret).belongs_to(Provider::GitHub, &secret));
        assert!(!flow(&secret).belongs_to(Provider::Google, &FlowSecret::new([8; 32])));
    }

    /// The example of RFC 7636, appendix B.
    #[test]
    fn the_challenge_is_the_one_of_the_standard() {
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        let flow = Flow { verifier: verifier.to_owned(), ..flow(&FlowSecret::new([9; 32])) };
        assert_eq!(flow.challenge(), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }

    #[test]
    fn an_address_that_is_only_similar_is_no_redirect_uri() {
        let uris = RedirectUris::parse("https://app.example.org/callback, com.example.app:/callback");
        assert!(uris.accept(CALLBACK).is_ok() && uris.accept("com.example.app:/callback").is_ok());
        for uri in [
            "",
            "https://app.example.org/callback/",
            "https://app.example.org/callback?next=//evil.example",
            "https://app.example.org/callback/../evil",
            "https://APP.example.org/callback",
            "https://app.example.org.evil.example/callback",
            "https://app.example.org@evil.example/callback",
            "http://app.example.org/callback",
            "//app.example.org/callback",
            "javascript:alert(1)",
        ] {
            assert!(uris.accept(uri).is_err(), "{uri}");
        }
        assert!(RedirectUris::parse("").accept("").is_err());
    }

    #[test]
    fn nothing_secret_is_in_a_log() {
        let secret = FlowSecret::new([9; 32]);
        let shown = format!("{:?} {:?} {:?}", flow(&secret), secret, State::new([3; 32]));
        assert_eq!(shown, "Flow(google) FlowSecret(…) State(…)");
    }

    proptest! {
        #[test]
        fn a_token_survives_its_text_and_no_other_text_is_one(entropy: [u8; 32], junk in ".{0,60}") {
            let state = State::new(entropy);
            prop_assert_eq!(State::parse(state.expose()), Some(state));
            if let Some(parsed) = State::parse(&junk) {
                prop_assert_eq!(parsed.expose().len(), TEXT_LENGTH);
            }
        }
    }
}

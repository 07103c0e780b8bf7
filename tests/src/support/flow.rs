//! Signing in at a provider, step by step, so that a story can change what travels between the steps.

use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};

use super::{Answer, Browser, CALLBACK, Story, any_address};

/// A flow that a client app has started, and what came back from the provider.
#[derive(Clone)]
pub(crate) struct Flow {
    pub(crate) provider: &'static str,
    pub(crate) authorization_url: String,
    pub(crate) code: String,
    pub(crate) state: String,
    pub(crate) secret: String,
}

impl Flow {
    pub(crate) fn start(story: &Story, provider: &'static str) -> Self {
        let path = format!("/v1/auth/oauth/{provider}/start");
        let started = story.town.post(None, &path, &json!({ "redirect_uri": CALLBACK })).expect(200);
        assert_eq!(started["expires_in"], 600);
        let text = |name: &str| started[name].as_str().unwrap().to_owned();
        let (authorization_url, secret) = (text("authorization_url"), text("flow_secret"));
        assert!(!authorization_url.contains(&secret), "the secret of a flow travels through the browser");
        Self { provider, authorization_url, code: String::new(), state: text("state"), secret }
    }

    /// Lets somebody sign in at the provider, in a browser of their own.
    pub(crate) fn signs_in(mut self, name: &str) -> Self {
        let back = Browser::new().signs_in(&self.authorization_url, name);
        assert_eq!(back["state"], self.state);
        self.code.clone_from(&back["code"]);
        self
    }

    pub(crate) fn finish(&self, story: &Story) -> Answer {
        self.finish_from(story, &any_address())
    }

    pub(crate) fn finish_from(&self, story: &Story, address: &str) -> Answer {
        let body = json!({ "code": self.code, "state": self.state, "flow_secret": self.secret });
        story.town.post_from(address, &format!("/v1/auth/oauth/{}/finish", self.provider), &body)
    }

    /// The whole way, and the tokens at its end.
    pub(crate) fn walk(story: &Story, provider: &'static str, name: &str) -> Value {
        let tokens = Self::start(story, provider).signs_in(name).finish(story).expect(200);
        story.remember(tokens["user_id"].as_str().unwrap());
        tokens
    }
}

/// An address that nobody else has.
pub(crate) fn fresh_address(name: &str) -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("{name}.elsewhere.{number}.{}@example.org", std::process::id())
}

//! The people of a story, and what they do.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};

use super::{Answer, Flow, Socket, Story, Town, fresh_address};

pub(crate) const PASSWORD: &str = "correct horse battery";

pub(crate) struct Person<'s> {
    story: &'s Story,
    pub(crate) name: String,
    pub(crate) email: String,
    /// The id of the registration, which becomes the id of the person.
    pub(crate) id: String,
    session: Mutex<Value>,
}

impl<'s> Person<'s> {
    /// Registers under an address that nobody else has.
    pub(crate) fn arrives(story: &'s Story, name: &str) -> Self {
        static ARRIVALS: AtomicU32 = AtomicU32::new(0);
        let number = ARRIVALS.fetch_add(1, Ordering::Relaxed);
        let local = name.to_lowercase().replace(' ', "-");
        let email = format!("{local}.{number}.{}@example.org", std::process::id());
        let body = json!({ "email": email, "password": PASSWORD });
        let registered = story.town.post(None, "/v1/auth/register", &body).expect(202);
        let id = registered["registration_id"].as_str().unwrap().to_owned();
        story.remember(&id);
        Self { story, name: name.to_owned(), email, id, session: Mutex::default() }
    }

    /// Comes for the first time, through a provider, and so has no password.
    pub(crate) fn comes_through(story: &'s Story, provider: &'static str, name: &str) -> Self {
        let email = fresh_address(name);
        let tokens = Flow::walk(story, provider, &email);
        let id = tokens["user_id"].as_str().unwrap().to_owned();
        Self { story, name: name.to_owned(), email, id, session: Mutex::new(tokens) }
    }

    /// Somebody who only tries to register, from this address; answers the status.
    pub(crate) fn knocks_from(story: &Story, address: &str, number: usize) -> u16 {
        let email = format!("knock.{number}.{}.{}@example.org", address.replace('.', "-"), std::process::id());
        let body = json!({ "email": email, "password": PASSWORD });
        let answer = story.town.post_from(address, "/v1/auth/register", &body);
        if let Some(id) = answer.body["registration_id"].as_str() {
            story.remember(id);
        }
        answer.status
    }

    pub(crate) fn town(&self) -> &'static Town {
        self.story.town
    }

    /// The code in the newest of `count` mails.
    pub(crate) fn code_from_mail(&self, count: usize) -> String {
        let mails = self.town().mails_to(&self.email, count);
        let is_code = |line: &&str| matches!(line.len(), 6 | 8) && line.bytes().all(|byte| byte.is_ascii_digit());
        mails.last().unwrap().lines().find(is_code).expect("a mail with a code").to_owned()
    }

    /// The path of the link in the newest of `count` mails.
    pub(crate) fn link_from_mail(&self, count: usize) -> String {
        let mails = self.town().mails_to(&self.email, count);
        let base = self.town().stack.http_url().to_owned();
        let link = mails.last().unwrap().lines().find_map(|line| line.strip_prefix(&base).map(str::to_owned));
        link.expect("a mail with a link")
    }

    pub(crate) fn verifies(&self, code: &str) -> Answer {
        self.town().post(None, "/v1/auth/verify", &json!({ "registration_id": self.id, "code": code }))
    }

    pub(crate) fn confirms(&self) {
        self.verifies(&self.code_from_mail(1)).expect(204);
    }

    pub(crate) fn signs_in(&self) {
        self.signs_in_with(PASSWORD);
    }

    pub(crate) fn signs_in_with(&self, password: &str) {
        let tokens = self.tries_to_sign_in(password).expect(200);
        assert_eq!(tokens["user_id"], self.id);
        *self.session.lock().unwrap() = tokens;
    }

    pub(crate) fn tries_to_sign_in(&self, password: &str) -> Answer {
        self.town().post(None, "/v1/auth/login", &json!({ "email": self.email, "password": password }))
    }

    /// The same person on another device, in a session of its own.
    pub(crate) fn on_another_device(&self) -> Self {
        let Self { story, name, email, id, .. } = self;
        let other = Self { story, name: name.clone(), email: email.clone(), id: id.clone(), session: Mutex::default() };
        other.signs_in();
        other
    }

    /// Asks to set a new password, and answers the id of the challenge and the code in the newest of `count` mails.
    pub(crate) fn forgets_the_password(&self, count: usize) -> (String, String) {
        self.asks_for_a_code("/v1/auth/password/forgot", &json!({ "email": self.email }), count)
    }

    /// Asks to sign in with a code, likewise.
    pub(crate) fn asks_for_a_sign_in_code(&self, count: usize) -> (String, String) {
        self.asks_for_a_code("/v1/auth/login/code", &json!({ "email": self.email, "password": PASSWORD }), count)
    }

    fn asks_for_a_code(&self, path: &str, body: &Value, count: usize) -> (String, String) {
        let answer = self.town().post(None, path, body).expect(202);
        let id = answer.as_object().unwrap().values().next().unwrap().as_str().unwrap().to_owned();
        self.story.remember(&id);
        (id, self.code_from_mail(count))
    }

    pub(crate) fn refresh_token(&self) -> String {
        self.session.lock().unwrap()["refresh_token"].as_str().unwrap().to_owned()
    }

    pub(crate) fn token(&self) -> String {
        self.session.lock().unwrap()["access_token"].as_str().unwrap().to_owned()
    }

    pub(crate) fn gets(&self, path: &str) -> Answer {
        self.town().get(Some(&self.token()), path)
    }

    pub(crate) fn posts(&self, path: &str, body: &Value) -> Answer {
        self.town().post(Some(&self.token()), path, body)
    }

    pub(crate) fn puts(&self, path: &str, body: &Value) -> Answer {
        self.town().put(Some(&self.token()), path, body)
    }

    pub(crate) fn deletes(&self, path: &str) -> Answer {
        self.town().delete(Some(&self.token()), path)
    }

    /// What the story is about: rows of the outbox that name it are its own.
    pub(super) fn remember(&self, id: &str) {
        self.story.remember(id);
    }

    /// A profile that fits everybody who has the same one.
    pub(crate) fn profile(name: &str) -> Value {
        json!({
            "name": name, "headline": "Likes to build things", "field": "technology", "experience_years": 7,
            "skills": ["Rust", "PostgreSQL"], "interests": ["chess"], "goals": ["collaborate"],
            "languages": ["en"], "time_zone": "Europe/Berlin", "availability_hours_per_week": 10,
        })
    }

    pub(crate) fn writes_profile(&self, profile: &Value) -> Value {
        self.puts("/v1/me", profile).expect(200)
    }

    pub(crate) fn tries_to_like(&self, other: &Person<'_>) -> Answer {
        self.puts(&format!("/v1/likes/{}", other.id), &json!({}))
    }

    pub(crate) fn passes(&self, other: &Person<'_>) {
        self.puts(&format!("/v1/passes/{}", other.id), &json!({})).expect(204);
    }

    /// Changes some settings; all others are the default ones.
    pub(crate) fn sets(&self, settings: &Value) -> Value {
        self.puts("/v1/me/settings", settings).expect(200)
    }

    pub(crate) fn likes(&self, other: &Person<'_>) -> Value {
        self.tries_to_like(other).expect(200)
    }

    /// Returns a like, and answers the conversation that opens.
    pub(crate) fn matches_with(&self, other: &Person<'_>) -> String {
        let liked = self.likes(other);
        assert_eq!(liked["state"], "matched");
        let conversation = liked["conversation_id"].as_str().unwrap().to_owned();
        self.story.remember(&conversation);
        conversation
    }

    pub(crate) fn blocks(&self, other: &Person<'_>) {
        self.puts(&format!("/v1/blocks/{}", other.id), &json!({})).expect(204);
    }

    pub(crate) fn tries_to_say(&self, conversation: &str, client_id: &str, text: &str) -> Answer {
        let body = json!({ "client_id": client_id, "text": text });
        self.posts(&format!("/v1/conversations/{conversation}/messages"), &body)
    }

    /// Says something, and answers with the receipt.
    pub(crate) fn says(&self, conversation: &str, client_id: &str, text: &str) -> Value {
        self.tries_to_say(conversation, client_id, text).expect(201)["messages"][0].clone()
    }

    pub(crate) fn tries_to_edit(&self, conversation: &str, seq: u64, text: &str) -> Answer {
        self.puts(&format!("/v1/conversations/{conversation}/messages/{seq}"), &json!({ "text": text }))
    }

    pub(crate) fn tries_to_take_back(&self, conversation: &str, seq: u64) -> Answer {
        self.deletes(&format!("/v1/conversations/{conversation}/messages/{seq}"))
    }

    /// The entries of a conversation.
    pub(crate) fn entries(&self, conversation: &str) -> Vec<Value> {
        let history = self.gets(&format!("/v1/conversations/{conversation}/messages?limit=100")).expect(200);
        history["items"].as_array().unwrap().clone()
    }

    /// What the person lacks who has these entries of these conversations.
    pub(crate) fn syncs(&self, known: &Value) -> Value {
        self.posts("/v1/sync", &json!({ "conversations": known })).expect(200)
    }

    /// The texts of a conversation with their numbers.
    pub(crate) fn reads(&self, conversation: &str) -> Vec<(u64, String)> {
        let items = self.entries(conversation).into_iter();
        items.map(|item| (item["seq"].as_u64().unwrap(), item["text"].as_str().unwrap().to_owned())).collect()
    }

    pub(crate) fn ticket(&self) -> String {
        self.posts("/v1/ws-ticket", &json!({})).expect(201)["ticket"].as_str().unwrap().to_owned()
    }

    pub(crate) fn connects(&self) -> Socket {
        Socket::open(self.town(), &self.ticket()).expect("a fresh ticket opens a socket")
    }

    /// The first page of whom the person is shown, best first.
    pub(crate) fn suggestions(&self) -> Vec<Value> {
        self.gets("/v1/matches?limit=100").expect(200)["items"].as_array().unwrap().clone()
    }

    /// What the person is shown of another one, on whatever page: a town has more people than a page.
    pub(crate) fn suggestion_of(&self, other: &Person<'_>) -> Option<Value> {
        let mut after = String::new();
        loop {
            let page = self.gets(&format!("/v1/matches?limit=100{after}"));
            // Another story has edited the matrix meanwhile, and the pages begin anew.
            if page.status == 409 {
                after.clear();
                continue;
            }
            let page = page.expect(200);
            let found = page["items"].as_array().unwrap().iter().find(|item| item["user_id"] == other.id);
            if let Some(found) = found {
                return Some(found.clone());
            }
            after = format!("&cursor={}", page["next_cursor"].as_str()?);
        }
    }

    pub(crate) fn is_shown(&self, other: &Person<'_>) -> bool {
        self.suggestion_of(other).is_some()
    }
}

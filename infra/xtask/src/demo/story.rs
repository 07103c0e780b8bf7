//! The story: register, confirm, sign in, be matched, talk.

use std::time::UNIX_EPOCH;

use serde_json::{Value, json};

use super::api::{Api, Caller};
use super::socket::Socket;
use super::transcript::Transcript;
use crate::failure::Failure;

struct Person {
    name: &'static str,
    email: String,
    token: String,
    user_id: String,
}

impl Person {
    fn caller(&self) -> Caller<'_> {
        Caller { name: self.name, token: &self.token }
    }
}

pub(super) fn play(api: &Api, transcript: &mut Transcript<'_>) -> Result<(), Failure> {
    let run = run_number();
    let ada = join(api, transcript, "Ada", run)?;
    let ben = join(api, transcript, "Ben", run)?;
    write_profile(api, transcript, &ada, &ada_profile())?;
    write_profile(api, transcript, &ben, &ben_profile())?;
    look(api, transcript, &ada, &ben)?;
    look(api, transcript, &ben, &ada)?;
    transcript.heading("Both open a socket, each with a ticket that works once")?;
    let mut ada_socket = open_socket(api, transcript, &ada)?;
    let mut ben_socket = open_socket(api, transcript, &ben)?;
    let conversation = like_each_other(api, transcript, &ada, &ben)?;
    transcript.heading("Both are told of the match at once")?;
    for socket in [&mut ada_socket, &mut ben_socket] {
        socket.expect(transcript, "match.new", ("conversation_id", &conversation))?;
    }
    let ada_line = "Hello Ben! Your storage work is what my prototype lacks.";
    talk(transcript, &mut ada_socket, &mut ben_socket, &conversation, ("Ada", ada_line))?;
    talk(
        transcript,
        &mut ben_socket,
        &mut ada_socket,
        &conversation,
        ("Ben", "Hello Ada! Shall we look at it on Friday?"),
    )?;
    read_history(api, transcript, &ben, &conversation)?;
    transcript.heading("Done: two people found each other and talked.")
}

/// Distinguishes the addresses of one run from those of every other.
#[expect(clippy::disallowed_methods, reason = "a demonstration needs fresh addresses, not a reproducible clock")]
fn run_number() -> u128 {
    std::time::SystemTime::now().duration_since(UNIX_EPOCH).map(|since| since.as_millis()).unwrap_or_default()
}

fn join(api: &Api, transcript: &mut Transcript<'_>, name: &'static str, run: u128) -> Result<Person, Failure> {
    let email = format!("{}.{run}@collabmatch.test", name.to_lowercase());
    let stranger = Caller { name, token: "" };
    let credentials = json!({ "email": email, "password": format!("{name}-likes-rust-{run}") });
    transcript.heading(&format!("{name} registers as {email}"))?;
    let registration = api.call(transcript, &stranger, "POST /v1/auth/register", Some(&credentials))?;
    let code = api.mailed_code(&email)?;
    transcript.note(&format!("a mail arrives with the code {code}"))?;
    let confirmation = json!({ "registration_id": registration["registration_id"], "code": code });
    api.call(transcript, &stranger, "POST /v1/auth/verify", Some(&confirmation))?;
    let session = api.call(transcript, &stranger, "POST /v1/auth/login", Some(&credentials))?;
    let user_id = text(&session, "user_id");
    transcript.note(&format!("signed in as user {user_id} for {} s", session["expires_in"]))?;
    Ok(Person { name, email, token: text(&session, "access_token"), user_id })
}

fn write_profile(api: &Api, transcript: &mut Transcript<'_>, person: &Person, profile: &Value) -> Result<(), Failure> {
    transcript.heading(&format!("{} writes a profile", person.name))?;
    let stored = api.call(transcript, &person.caller(), "PUT /v1/me", Some(profile))?;
    transcript.note(&format!("{}, skills {}, version {}", stored["headline"], stored["skills"], stored["version"]))
}

fn look(api: &Api, transcript: &mut Transcript<'_>, person: &Person, other: &Person) -> Result<(), Failure> {
    transcript.heading(&format!("{} looks for people", person.name))?;
    let page = api.call(transcript, &person.caller(), "GET /v1/matches?limit=20", None)?;
    let items: Vec<&Value> = page["items"].as_array().into_iter().flatten().collect();
    for (position, item) in items.iter().enumerate().take(3) {
        transcript.note(&format!("#{} {} with a score of {}", position + 1, item["name"], item["score"]["total"]))?;
    }
    if items.iter().any(|item| item["user_id"] == other.user_id.as_str()) {
        return explain(api, transcript, person, other);
    }
    Err(Failure::new(format!("{} is not among the people {} sees ({})", other.name, person.name, other.email)))
}

fn explain(api: &Api, transcript: &mut Transcript<'_>, person: &Person, other: &Person) -> Result<(), Failure> {
    let item = api.call(transcript, &person.caller(), &format!("GET /v1/matches/{}", other.user_id), None)?;
    transcript.note(&format!("{} scores {}, because:", other.name, item["score"]["total"]))?;
    for component in item["score"]["components"].as_array().into_iter().flatten() {
        transcript.note(&format!(
            "  {:24} {:5.2} x weight {:4.2}",
            component["name"].as_str().unwrap_or("?"),
            component["value"].as_f64().unwrap_or_default(),
            component["weight"].as_f64().unwrap_or_default(),
        ))?;
        for (sign, list) in [("+", "reasons"), ("-", "counter_reasons")] {
            for reason in component[list].as_array().into_iter().flatten() {
                transcript.note(&format!("    {sign} {}", sentence(reason)))?;
            }
        }
    }
    Ok(())
}

/// A reason is text, or an object that carries its text.
fn sentence(reason: &Value) -> String {
    let inner = reason.get("text").unwrap_or(reason);
    inner.as_str().map_or_else(|| inner.to_string(), str::to_owned)
}

fn open_socket(api: &Api, transcript: &mut Transcript<'_>, person: &Person) -> Result<Socket, Failure> {
    let ticket = api.call(transcript, &person.caller(), "POST /v1/ws-ticket", None)?;
    Socket::connect(person.name, &format!("{}?ticket={}", text(&ticket, "url"), text(&ticket, "ticket")))
}

fn like_each_other(
    api: &Api,
    transcript: &mut Transcript<'_>,
    first: &Person,
    second: &Person,
) -> Result<String, Failure> {
    transcript.heading("They like each other")?;
    let intro = json!({ "intro": "I build compilers and look for somebody who knows storage." });
    let path = format!("PUT /v1/likes/{}", second.user_id);
    let liked = api.call(transcript, &first.caller(), &path, Some(&intro))?;
    transcript.note(&format!("state: {}", text(&liked, "state")))?;
    let path = format!("PUT /v1/likes/{}", first.user_id);
    let matched = api.call(transcript, &second.caller(), &path, Some(&json!({})))?;
    transcript.note(&format!("state: {}", text(&matched, "state")))?;
    if matched["state"] != "matched" {
        return Err(Failure::new("two likes did not make a match").evidence(matched.to_string()));
    }
    Ok(text(&matched, "conversation_id"))
}

fn talk(
    transcript: &mut Transcript<'_>,
    from: &mut Socket,
    to: &mut Socket,
    conversation: &str,
    (name, line): (&str, &str),
) -> Result<(), Failure> {
    transcript.heading(&format!("{name} writes, is acknowledged, and the other one reads"))?;
    let client_id = format!("{}-1", name.to_lowercase());
    let data = json!({ "conversation_id": conversation, "client_id": client_id, "text": line });
    from.send(transcript, "chat.send", &client_id, &data)?;
    let receipts = from.expect(transcript, "ack", ("conversation_id", conversation))?;
    to.expect(transcript, "message.new", ("message_id", &text(&receipts["messages"][0], "message_id")))?;
    Ok(())
}

fn read_history(
    api: &Api,
    transcript: &mut Transcript<'_>,
    person: &Person,
    conversation: &str,
) -> Result<(), Failure> {
    transcript.heading(&format!("{} reads the conversation", person.name))?;
    let path = format!("GET /v1/conversations/{conversation}/messages?after=0&limit=50");
    let page = api.call(transcript, &person.caller(), &path, None)?;
    let items: Vec<&Value> = page["items"].as_array().into_iter().flatten().collect();
    for item in &items {
        transcript.note(&format!("seq {}: {}", item["seq"], item["text"]))?;
    }
    if items.len() == 2 {
        return Ok(());
    }
    Err(Failure::new(format!("the conversation holds {} messages instead of 2", items.len()))
        .evidence(page.to_string()))
}

fn text(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap_or_default().to_owned()
}

fn ada_profile() -> Value {
    json!({
        "name": "Ada", "headline": "Compiler engineer with a prototype", "visible": true,
        "bio": "I am building a language for data pipelines and need a durable storage engine under it.",
        "field": "technology", "experience_years": 9,
        "skills": ["Rust", "Compilers", "PostgreSQL"], "interests": ["databases", "open source", "climbing"],
        "goals": ["co-founder", "collaborate"], "languages": ["en", "de"],
        "time_zone": "Europe/Berlin", "place": { "city": "Berlin", "country": "DE" }, "availability_hours_per_week": 12,
    })
}

fn ben_profile() -> Value {
    json!({
        "name": "Ben", "headline": "Storage engineer who wants to build", "visible": true,
        "bio": "Ten years of log-structured storage and replication; looking for a product worth storing data for.",
        "field": "data", "experience_years": 11,
        "skills": ["Rust", "PostgreSQL", "Kubernetes"], "interests": ["databases", "climbing", "jazz"],
        "goals": ["co-founder", "mentor"], "languages": ["en"],
        "time_zone": "Europe/London", "place": { "city": "London", "country": "GB" }, "availability_hours_per_week": 10,
    })
}

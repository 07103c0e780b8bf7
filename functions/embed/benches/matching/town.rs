//! People as the tables hold them, for a function that is called among stubs.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};
use shared::domain::id::{Id, SessionId};
use shared::domain::matching::Person;
use shared::domain::session::{Client, RefreshState, Session, SessionState};
use shared::domain::time::Timestamp;
use shared::domain::token::{Claims, SigningKey};

use super::Result;

/// Everybody's token, for they are all signed in, and every item with its keys.
pub(super) fn build(people: &[Person], now: u64, issuer: &str) -> Result<Value> {
    let now = Timestamp::from_unix_seconds(now);
    let key = SigningKey::from_seed(&[7; 32])?;
    let public = json!({ "kid": key.public().kid, "x": key.public().x });
    let mut items = vec![item("KEYS#access", &key.public().kid, &public)];
    let mut tokens = Vec::new();
    for person in people {
        let session = session(person, now);
        let (user_id, session_id) = (session.user_id, session.session_id);
        tokens.push(key.sign(&Claims::new(issuer, user_id, session_id, 1, now))?);
        items.push(item(
            &format!("USER#{user_id}"),
            &format!("SESSION#{session_id}"),
            &serde_json::to_value(&session)?,
        ));
        items.extend(resident(person)?);
    }
    Ok(json!({ "tokens": tokens, "items": items }))
}

fn session(person: &Person, now: Timestamp) -> Session {
    Session {
        user_id: person.profile.user_id,
        session_id: SessionId::from_parts(now, [2; 10]),
        state: SessionState::Active,
        version: 1,
        refresh: RefreshState { counter: 0, hash: String::new(), rotations: Vec::new() },
        client: Client::default(),
        created_at: now,
        ends_at: now + std::time::Duration::from_hours(1),
    }
}

fn resident(person: &Person) -> Result<[Value; 2]> {
    let profile = &person.profile;
    let embedding = person.embedding().ok_or("somebody without a vector")?;
    let partition = format!("USER#{}", profile.user_id);
    let stored = json!({
        "user_id": profile.user_id, "version": profile.version, "details": profile.details,
        "text_hash": profile.text_hash, "created_at": profile.created_at, "updated_at": profile.updated_at,
        "directory_pk": format!("FIELD#{}", profile.details.field.as_str()), "directory_sk": profile.updated_at,
    });
    let read = json!({
        "user_id": profile.user_id, "profile_version": profile.version, "model": embedding.model,
        "hash": embedding.hash,
    });
    let mut vector = item(&partition, "EMBEDDING", &read);
    vector["vector"] = json!({ "B": STANDARD.encode(embedding.vector.to_bytes()) });
    Ok([item(&partition, "PROFILE", &stored), vector])
}

fn item(pk: &str, sk: &str, content: &Value) -> Value {
    let mut item = attribute(content)["M"].take();
    (item["pk"], item["sk"]) = (json!({ "S": pk }), json!({ "S": sk }));
    item
}

/// A value as the protocol of `DynamoDB` writes it.
fn attribute(value: &Value) -> Value {
    match value {
        Value::Null => json!({ "NULL": true }),
        Value::Bool(value) => json!({ "BOOL": value }),
        Value::Number(value) => json!({ "N": value.to_string() }),
        Value::String(value) => json!({ "S": value }),
        Value::Array(values) => json!({ "L": values.iter().map(attribute).collect::<Vec<_>>() }),
        Value::Object(values) => {
            let members = values.iter().map(|(name, value)| (name.clone(), attribute(value)));
            json!({ "M": members.collect::<Map<_, _>>() })
        }
    }
}

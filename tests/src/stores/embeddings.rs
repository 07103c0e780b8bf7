//! Embeddings that are stored late, read for a week, and found beside their profiles.

use serde_json::json;
use shared::adapters::dynamo::{DynamoEmbeddings, DynamoOutbox, DynamoProfiles};
use shared::config::TableName;
use shared::domain::embedding::{DIMENSIONS, Embedding, ModelId, TextHash, Vector};
use shared::domain::id::UserId;
use shared::domain::matching::{Model, score};
use shared::domain::outbox::Effect;
use shared::domain::profile::{Profile, ProfileDetails};
use shared::ports::embeddings::Embeddings;
use shared::ports::profiles::{Consequences, Profiles};

use super::{Hands, finish, table, today};
use crate::support::Town;

fn embeddings() -> DynamoEmbeddings {
    DynamoEmbeddings::new(table(TableName::Profiles))
}

fn profiles() -> DynamoProfiles {
    DynamoProfiles::new(table(TableName::Profiles), DynamoOutbox::new(table(TableName::Outbox)))
}

fn direction(place: usize) -> Vector {
    let mut components = [0.0; DIMENSIONS];
    components[place] = 1.0;
    Vector::normalised(&components).unwrap()
}

fn details(bio: &str) -> ProfileDetails {
    let body = json!({"name": "Ada", "field": "other", "experience_years": 5, "time_zone": "UTC", "bio": bio});
    ProfileDetails::parse(&serde_json::from_value(body).unwrap()).unwrap()
}

fn embedding_of(profile: &Profile, place: usize) -> Embedding {
    let hash = profile.text_hash.clone().unwrap();
    Embedding { model: ModelId::CURRENT, hash, vector: direction(place) }
}

fn resident(bio: &str) -> Profile {
    let hands = Hands::at(today());
    let profile = Profile::new(hands.ambient().id::<UserId>(), details(bio), hands.now());
    assert!(finish(profiles().save(&profile, &Consequences::default())).unwrap());
    profile
}

/// The model by whose reading two people are compared now, if they are.
fn compared(a: &Profile, b: &Profile) -> Option<String> {
    let people = finish(profiles().find_people(&[a.user_id, b.user_id, a.user_id])).unwrap();
    assert_eq!(people.len(), 2, "whoever is asked for twice is there once");
    score(&people[0], &people[1], &Model::default()).versions.embedding
}

#[test]
fn an_older_text_never_replaces_a_newer_one() {
    let before = resident("first");
    let after = before.clone().edited(details("second"), before.updated_at);
    let store = |profile: &Profile, place| {
        let embedding = embedding_of(profile, place);
        finish(embeddings().store(profile.user_id.into(), profile.version, &embedding)).unwrap();
    };
    let stored = || Town::peaceful().item("Profiles", &format!("USER#{}", before.user_id), "EMBEDDING").unwrap();
    store(&before, 1);
    assert_eq!(stored()["hash"]["S"], before.text_hash.clone().unwrap().as_str());
    store(&after, 2);
    let newest = stored();
    assert_eq!(newest["profile_version"]["N"], "2");
    store(&before, 1);
    assert_eq!(stored(), newest);
    store(&after, 2);
    assert_eq!(stored(), newest, "once more changes nothing");
}

#[test]
fn an_embedding_counts_as_long_as_the_profile_says_what_was_read() {
    let (ada, bob) = (resident("boats"), resident("ships"));
    assert_eq!(compared(&ada, &bob), None);
    for profile in [&ada, &bob] {
        finish(embeddings().store(profile.user_id.into(), profile.version, &embedding_of(profile, 1))).unwrap();
    }
    assert_eq!(compared(&ada, &bob).as_deref(), Some("all-MiniLM-L6-v2"));

    let edited = bob.clone().edited(details("trains"), bob.updated_at);
    assert!(finish(profiles().save(&edited, &Consequences::default())).unwrap());
    assert_eq!(compared(&ada, &edited), None, "what was taken back is not compared");
    let taken_back = edited.clone().edited(details("ships"), bob.updated_at);
    assert!(finish(profiles().save(&taken_back, &Consequences::default())).unwrap());
    assert!(compared(&ada, &taken_back).is_some());
}

#[test]
fn an_embedding_that_cannot_be_read_is_none() {
    let (ada, bob) = (resident("boats"), resident("ships"));
    for profile in [&ada, &bob] {
        finish(embeddings().store(profile.user_id.into(), profile.version, &embedding_of(profile, 1))).unwrap();
    }
    let mut stored = Town::peaceful().item("Profiles", &format!("USER#{}", bob.user_id), "EMBEDDING").unwrap();
    stored["vector"] = json!({ "B": "AAAA" });
    Town::peaceful().put_item("Profiles", &stored);
    assert_eq!(compared(&ada, &bob), None);
}

#[test]
fn a_text_is_known_for_a_week() {
    let text = format!("a text of {}", Hands::at(today()).ambient().id::<UserId>());
    let hash = TextHash::of(&ModelId::CURRENT, &text);
    assert_eq!(finish(embeddings().known(&hash)).unwrap(), None);
    finish(embeddings().remember(&hash, &direction(7))).unwrap();
    assert_eq!(finish(embeddings().known(&hash)).unwrap(), Some(direction(7)));

    let key = format!("EMBED#{}", hash.as_str());
    let mut row = Town::peaceful().item("Profiles", &key, "VECTOR").unwrap();
    let expires_at: u64 = row["expires_at"]["N"].as_str().unwrap().parse().unwrap();
    let left = expires_at - today().unix_seconds();
    assert!((7 * 86_400 - 60..=7 * 86_400).contains(&left), "{left}");
    row["expires_at"]["N"] = json!((today().unix_seconds() - 1).to_string());
    Town::peaceful().put_item("Profiles", &row);
    assert_eq!(finish(embeddings().known(&hash)).unwrap(), None, "DynamoDB deletes late");
}

#[test]
fn a_promise_is_stored_with_its_profile_or_not_at_all() {
    let hands = Hands::at(today());
    let profile = Profile::new(hands.ambient().id::<UserId>(), details("boats"), hands.now());
    let rows = || Town::peaceful().outbox().iter().filter(|row| row.contains(&profile.user_id.to_string())).count();
    let late = Profile { version: 7, ..profile.clone() };
    let entry = hands.ambient().promise(Effect::embed_profile(profile.user_id));
    assert!(
        !finish(profiles().save(&late, &Consequences { promise: Some(entry), ..Default::default() })).unwrap(),
        "there is no version 6"
    );
    assert_eq!(rows(), 0);
}

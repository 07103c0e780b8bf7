//! Signing keys: renewed while people are signed in, and replaced when they have leaked.

use std::cell::RefCell;
use std::time::Duration;

use serde_json::{Value, json};
use shared::domain::keys::{ANNOUNCEMENT, MARGIN, TERM};
use shared::domain::time::Timestamp;
use shared::domain::token::{LIFETIME, key_id};

use crate::support::{Person, Story, Town, eventually};

fn kid_of(token: &str) -> String {
    key_id(token).unwrap()
}

/// The ids of the keys that anybody can see.
fn key_set(town: &Town) -> Vec<String> {
    let set = town.get(None, "/.well-known/jwks.json").expect(200);
    set["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

/// The numbers of the seeds in the secret.
fn seeds(town: &Town) -> Vec<u64> {
    let secret = town.secret("SigningSecret");
    let Some(generations) = secret["generations"].as_array() else { return vec![1] };
    generations.iter().map(|one| one["id"].as_u64().unwrap()).collect()
}

fn rotate(town: &Town, order: &Value) {
    assert_eq!(town.stack.invoke("keys-rotate", order).unwrap(), Value::Null);
}

/// Lets time pass for the published keys.
fn ages(town: &Town, passed: Duration) {
    for mut key in town.items("Ops", "KEYS#access") {
        for field in ["published_at", "signs_from"] {
            let at: Timestamp = key[field]["S"].as_str().unwrap().parse().unwrap();
            let before = at.unix_millis() - u64::try_from(passed.as_millis()).unwrap();
            key[field]["S"] = json!(Timestamp::from_unix_millis(before).to_string());
        }
        town.put_item("Ops", &key);
    }
}

/// Somebody who goes on refreshing.
struct Tab<'p> {
    person: &'p Person<'p>,
    refresh_token: RefCell<String>,
}

impl<'p> Tab<'p> {
    fn of(person: &'p Person<'p>) -> Self {
        Self { person, refresh_token: RefCell::new(person.refresh_token()) }
    }

    fn refreshes(&self) -> String {
        let body = json!({ "refresh_token": *self.refresh_token.borrow() });
        let tokens = self.person.town().post(None, "/v1/auth/refresh", &body).expect(200);
        tokens["refresh_token"].as_str().unwrap().clone_into(&mut self.refresh_token.borrow_mut());
        tokens["access_token"].as_str().unwrap().to_owned()
    }

    /// The first token that another key signs.
    fn refreshes_until_the_key_is_not(&self, kid: &str) -> String {
        eventually("a token of another key", || Some(self.refreshes()).filter(|token| kid_of(token) != kid))
    }
}

fn is_accepted_everywhere(town: &Town, token: &str) {
    for path in ["/v1/me", "/v1/matches", "/v1/connections", "/v1/conversations"] {
        town.get(Some(token), path).expect(200);
    }
}

#[test]
fn a_rotation_signs_nobody_out() {
    let story = Story::alone();
    let town = story.town;
    let ada = story.resident("Ada");
    let tab = Tab::of(&ada);
    let old = kid_of(&ada.token());
    rotate(town, &json!({}));
    assert_eq!(key_set(town), [old.as_str()], "nothing is due yet");

    ages(town, TERM);
    rotate(town, &json!({}));
    let announced = key_set(town);
    let new = announced.iter().find(|kid| **kid != old).expect("a new key is announced").clone();
    assert!(announced.len() == 2 && announced.contains(&old));
    assert_eq!(seeds(town).len(), 2);
    town.restart("auth");
    assert_eq!(kid_of(&tab.refreshes()), old, "who starts now must not sign with it yet");

    let before = tab.refreshes();
    ages(town, ANNOUNCEMENT);
    let after = tab.refreshes_until_the_key_is_not(&old);
    assert_eq!(kid_of(&after), new);
    assert_eq!(key_set(town), announced);
    let bob = story.newcomer("Bob");
    assert_eq!(kid_of(&bob.token()), new);
    for token in [&ada.token(), &before, &after] {
        is_accepted_everywhere(town, token);
    }

    ages(town, MARGIN + LIFETIME);
    rotate(town, &json!({}));
    assert_eq!((key_set(town), seeds(town).len()), (vec![new.clone()], 1));
    assert_eq!(kid_of(&tab.refreshes()), new);
    town.restart("auth");
    assert_eq!(kid_of(&tab.refreshes()), new);
    is_accepted_everywhere(town, &after);
    // A token that ought to have expired by now, were it not for the story's clock.
    town.restart("profiles");
    town.get(Some(&before), "/v1/me").expect_problem(401, "unauthenticated");
}

#[test]
fn a_leaked_key_is_replaced_at_once_and_refreshing_is_all_it_takes() {
    let story = Story::alone();
    let town = story.town;
    let ada = story.resident("Ada");
    let tab = Tab::of(&ada);
    let (leaked, old_seeds) = (kid_of(&ada.token()), seeds(town));
    rotate(town, &json!({ "now": true }));
    let keys = key_set(town);
    assert!(keys.len() == 1 && !keys.contains(&leaked), "{keys:?}");
    let new_seeds = seeds(town);
    assert!(new_seeds.len() == 1 && new_seeds[0] > *old_seeds.last().unwrap(), "{old_seeds:?} became {new_seeds:?}");

    let token = tab.refreshes_until_the_key_is_not(&leaked);
    assert_eq!(kid_of(&token), keys[0]);
    // An environment that looked for an unknown key a moment ago looks again after five seconds.
    eventually("the new token to be accepted", || (town.get(Some(&token), "/v1/me").status == 200).then_some(()));
    town.restart("profiles");
    town.get(Some(&ada.token()), "/v1/me").expect_problem(401, "unauthenticated");
    town.get(Some(&token), "/v1/me").expect(200);
    town.restart("auth");
}

#[test]
fn the_first_rotation_keeps_what_the_template_made() {
    let story = Story::alone();
    let town = story.town;
    story.newcomer("Ada");
    let before = town.secret("SigningSecret");
    ages(town, TERM);
    rotate(town, &json!({}));
    let after = town.secret("SigningSecret");
    let text = |secret: &Value, field: &str| secret[field].as_str().map(str::to_owned);
    assert_eq!((after["version"].as_u64(), seeds(town).len()), (Some(2), 2));
    assert_eq!(text(&after, "refresh_seed"), text(&before, "refresh_seed").or(text(&before, "seed")));
    // For the stories that follow: the time of the overlap passes.
    ages(town, ANNOUNCEMENT + MARGIN + LIFETIME);
    rotate(town, &json!({}));
    assert_eq!(seeds(town).len(), 1);
    // It signs with what it knows for a few seconds more, and no time has passed for it.
    town.restart("auth");
}

#[test]
fn an_order_that_nobody_understands_fails() {
    let story = Story::alone();
    let keys = key_set(story.town);
    assert!(story.town.stack.invoke("keys-rotate", &json!({ "Now": true })).is_err());
    assert_eq!(key_set(story.town), keys);
}

#[test]
fn the_key_set_may_be_cached_and_is_not_sent_twice() {
    let story = Story::in_peace();
    story.newcomer("Ada");
    let set = story.town.get(None, "/.well-known/jwks.json");
    assert_eq!(set.header("cache-control"), "public, max-age=300");
    let again = story.town.get_with(None, "/.well-known/jwks.json", "if-none-match", set.header("etag"));
    assert_eq!((again.status, again.header("cache-control")), (304, "public, max-age=300"));
    let other = story.town.get_with(None, "/.well-known/jwks.json", "if-none-match", "\"another\"");
    assert_eq!(other.expect(200), set.expect(200));
}

//! What must be left when somebody has gone: nothing of them but what is documented, all that is others', and nothing that
//! leads nowhere.

use std::collections::BTreeSet;

use regex_lite::Regex;
use serde_json::{Value, json};
use shared::domain::id::UserId;

use super::life::Life;
use super::links;
use super::world::State;
use crate::stories::erasure::is_documented;
use crate::support::Trace;

/// What is wrong with what is left of these lives once these people have gone.
pub(super) fn faults(life: &Life, state: &State, gone: &[UserId]) -> Vec<String> {
    let end = End::of(life, state, gone);
    [end.names(), end.tombs(), end.others(), end.words(), end.projects(), links::broken(state)].concat()
}

/// What names them where nothing may.
pub(super) fn traces(life: &Life, state: &State, gone: &[UserId]) -> Vec<String> {
    let end = End::of(life, state, gone);
    [end.names(), end.tombs()].concat()
}

struct End<'e> {
    life: &'e Life,
    state: &'e State,
    gone: Vec<String>,
    traces: Vec<Trace>,
}

impl<'e> End<'e> {
    fn of(life: &'e Life, state: &'e State, gone: &[UserId]) -> Self {
        let gone: Vec<String> = gone.iter().map(UserId::to_string).collect();
        let traces = gone.iter().map(|id| Trace::of(id)).collect();
        Self { life, state, gone, traces }
    }

    fn is_about_the_gone(&self, place: &str, item: &Value) -> bool {
        let item = item.to_string();
        self.traces.iter().any(|trace| trace.is_in(place) || trace.is_in(&item))
    }

    /// Promises to sockets are kept by `push`, and what was never used lapses within minutes.
    fn names(&self) -> Vec<String> {
        let is_kept_by_push = |place: &str, item: &Value| {
            let kinds = ["presence.ended", "session.ended", "conversations.changed"];
            place.starts_with("Outbox") && kinds.contains(&kind(item))
        };
        let lapses = |place: &str| {
            place.starts_with("Realtime TICKET#") || place.starts_with("Accounts CODE#") && !place.ends_with("VERIFY")
        };
        let found = self.state.iter().filter(|(place, item)| self.is_about_the_gone(place, item));
        let found =
            found.filter(|(place, item)| !is_documented(place) && !is_kept_by_push(place, item) && !lapses(place));
        found.map(|(place, item)| format!("names who has gone: {place} {item}")).collect()
    }

    fn tombs(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        for id in &self.gone {
            let tomb = self.state.get(&format!("Accounts ERASED#{id} ERASURE")).cloned().unwrap_or_default();
            if !tomb["expires_at"].is_object() || tomb.get("farewell").is_some() {
                wrong.push(format!("no tombstone: {tomb}"));
            }
            if !self.state.contains_key(&format!("Backups erasures/v1/{id}.json")) {
                wrong.push(format!("{id} is not in the ledger"));
            }
        }
        let unkept = self.state.iter().filter(|(place, item)| {
            place.starts_with("Outbox") && (kind(item).starts_with("account.") || kind(item).starts_with("mail."))
        });
        wrong.extend(unkept.map(|(place, item)| format!("is not done with: {place} {item}")));
        wrong
    }

    /// What goes whole: a conversation that nobody reads, a project that nobody is in, copies of photos.
    fn is_doomed(&self, place: &str) -> bool {
        let (ids, copies) = (&self.life.ids, &self.life.copies);
        let mut doomed = vec![&ids.over, &ids.lonely];
        doomed.extend(&copies[0]);
        if self.gone.contains(&self.life.people[1]) {
            doomed.extend([&ids.talk, &ids.joined, &ids.left, &ids.asked]);
            doomed.extend(&copies[1]);
        }
        doomed.into_iter().any(|name| place.contains(name.as_str()))
    }

    /// What is held to something else: who inherits a project, and the conversation of one that nobody leads.
    fn is_to_change(&self, place: &str) -> bool {
        let ids = &self.life.ids;
        place == self.heir() || place == format!("Chat CONV#{} META", ids.orphaned)
    }

    fn heir(&self) -> String {
        format!("Profiles PROJECT#{} MEMBER#{}", self.life.ids.inherited, self.life.people[2])
    }

    /// What names nobody of those who went is as it was.
    fn others(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        for (place, before) in &self.life.things {
            let after = self.state.get(place);
            if self.is_doomed(place) {
                wrong.extend(after.map(|after| format!("should have gone: {place} {after}")));
            } else if !self.is_about_the_gone(place, before)
                && !self.is_to_change(place)
                && after.map(constant) != Some(constant(before))
            {
                wrong.push(format!("was {place} {before}, and is {after:?}"));
            }
        }
        wrong
    }

    /// Entries keep their numbers, and those of whoever went have neither words nor sender.
    fn words(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        let entries = self.life.things.iter().filter(|(place, _)| place.contains(" MSG#") && !self.is_doomed(place));
        for (place, before) in entries.filter(|(place, item)| self.is_about_the_gone(place, item)) {
            let after = self.state.get(place).cloned().unwrap_or_default();
            let is_same = ["seq", "count", "message_id", "sent_at"].iter().all(|name| after[name] == before[name]);
            let is_nobodys = after["sender_id"]["S"] == UserId::NOBODY.to_string() && after.get("text").is_none();
            if !is_same || !is_nobodys || after["kind"]["S"] == "text" {
                wrong.push(format!("an entry is not silenced: {place} {after}"));
            }
        }
        if self.gone.len() == 1 {
            let place = format!("Chat CONV#{} META", self.life.ids.talk);
            let (before, after) = (&self.life.things[&place], self.state.get(&place).cloned().unwrap_or_default());
            let is_same = ["seq", "count"].iter().all(|name| after[name] == before[name]);
            let pair = after["pair"].to_string();
            if !is_same || after["state"] != json!({ "S": "closed" }) || !pair.contains(&self.life.people[1]) {
                wrong.push(format!("the conversation is not read-only to the other one: {after}"));
            }
        }
        wrong
    }

    fn projects(&self) -> Vec<String> {
        let ids = &self.life.ids;
        let page = |id: &str| self.state.get(&format!("Profiles PROJECT#{id} META")).cloned().unwrap_or_default();
        let (inherited, orphaned) = (page(&ids.inherited), page(&ids.orphaned));
        let role = self.state.get(&self.heir()).map(|member| member["role"].clone());
        let mut wrong = Vec::new();
        if inherited["owner_ids"] != json!({ "SS": [self.life.people[2]] }) || role != Some(json!({ "S": "owner" })) {
            wrong.push(format!("nobody has inherited: {inherited}"));
        }
        let talk = self.state.get(&format!("Chat CONV#{} META", ids.orphaned)).cloned().unwrap_or_default();
        if orphaned["state"]["S"] != "closed" || talk["state"]["S"] != "closed" {
            wrong.push(format!("nobody leads it, and it is open: {orphaned} {talk}"));
        }
        wrong
    }
}

fn kind(item: &Value) -> &str {
    item["kind"]["S"].as_str().unwrap_or_default()
}

/// What does not change when somebody leaves: the number of members does, and is held to the members themselves.
fn constant(item: &Value) -> Value {
    let mut item = item.clone();
    if let Some(fields) = item.as_object_mut() {
        fields.remove("member_count");
    }
    item
}

/// The same without times and without the ids of promises, which every run has its own of.
pub(super) fn timeless(state: &State) -> State {
    let times = Regex::new(r#"\d{4}-\d\d-\d\dT[\d:.]+Z|"expires_at":\{"N":"\d+"\}"#).unwrap();
    let mut timeless = State::new();
    for (place, item) in state {
        let mut item = item.clone();
        let mut place = place.clone();
        if place.starts_with("Outbox") {
            let fields = item.as_object_mut().unwrap();
            fields.retain(|name, _| !["pk", "sk", "id", "created_at", "expires_at"].contains(&name.as_str()));
            place = format!("Outbox {item}");
        }
        let text = times.replace_all(&item.to_string(), r#""time":0"#).replace(r#"""time":0""#, "0");
        timeless.insert(place, serde_json::from_str(&text).unwrap_or(Value::String(text)));
    }
    timeless
}

pub(super) fn differences(expected: &State, found: &State) -> Vec<String> {
    let places: BTreeSet<&String> = expected.keys().chain(found.keys()).collect();
    let differ = places.into_iter().filter(|place| expected.get(*place) != found.get(*place));
    differ.map(|place| format!("{place}: {:?}, undisturbed {:?}", found.get(place), expected.get(place))).collect()
}

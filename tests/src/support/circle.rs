//! A circle: people whom only their like are shown, in a town full of others.

use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};

use super::{Answer, Person, Story};

/// People who have one language in common that nobody in any other story speaks.
pub(crate) struct Circle<'s> {
    story: &'s Story,
    language: String,
}

impl<'s> Circle<'s> {
    pub(crate) fn of(story: &'s Story) -> Self {
        static CIRCLES: AtomicU32 = AtomicU32::new(0);
        let number = CIRCLES.fetch_add(1, Ordering::Relaxed);
        let letter = |n: u32| char::from(b'a' + u8::try_from(n % 26).unwrap());
        Self { story, language: format!("q{}{}", letter(number / 26), letter(number)) }
    }

    pub(crate) fn language(&self) -> &str {
        &self.language
    }

    pub(crate) fn profile(&self, name: &str, said: &Value) -> Value {
        let mut profile = Person::profile(name);
        profile["languages"] = json!([self.language]);
        for (field, value) in said.as_object().unwrap() {
            profile[field] = value.clone();
        }
        profile
    }

    pub(crate) fn member(&self, name: &str, said: &Value) -> Person<'s> {
        let person = self.story.newcomer(name);
        person.writes_profile(&self.profile(name, said));
        person
    }

    pub(crate) fn asks(&self, person: &Person<'_>, query: &str) -> Answer {
        person.gets(&format!("/v1/matches?languages={}&{query}", self.language))
    }

    /// Who is shown, in order.
    pub(crate) fn names(&self, person: &Person<'_>, query: &str) -> Vec<String> {
        names(&self.asks(person, query).expect(200))
    }
}

/// Who is in a list, in its order.
pub(crate) fn names(list: &Value) -> Vec<String> {
    list["items"].as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap().to_owned()).collect()
}

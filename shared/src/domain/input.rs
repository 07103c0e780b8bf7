//! A field as a client sent it.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, Visitor};
use serde_json::Value;
use serde_path_to_error::Segment;

use super::fields::Refusal;

/// A field of a wire type. It can always be read: whether it is there and of the right type is a complaint like any
/// other, so that [`Fields`](super::fields::Fields) can name it beside the others.
///
/// `Input<T>` must be there; `Option<Input<T>>` may be left out or null; with `#[serde(default)]` what is left out is
/// the default of `T`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input<T>(Result<T, Flaw>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Flaw {
    Missing,
    /// The path inside the field to what is wrong, such as `[3]`.
    Mistyped(String),
    /// Likewise, where only certain words will do, and those.
    Unlisted(String, String),
    /// Likewise, to what has a field that is none of ours, and those that are.
    Unknown(String, String),
}

impl<T> Input<T> {
    /// What is expected and was not sent.
    pub const fn missing() -> Self {
        Self(Err(Flaw::Missing))
    }

    /// What was sent and is of the wrong form, for bodies that are no JSON.
    pub const fn mistyped() -> Self {
        Self(Err(Flaw::Mistyped(String::new())))
    }

    /// What was sent. Refusals name our own fields and types, never the client's values.
    pub(in crate::domain) fn get(&self, field: &str) -> Result<&T, Refusal> {
        self.0.as_ref().map_err(|flaw| match flaw {
            Flaw::Missing => format!("{field} is missing").into(),
            Flaw::Mistyped(path) => format!("{field}{path} has the wrong type or form").into(),
            Flaw::Unlisted(path, words) => format!("{field}{path} must be one of {words}").into(),
            Flaw::Unknown(path, fields) => {
                format!("{field}{path} has a field that this operation does not know; it knows {fields}").into()
            }
        })
    }
}

impl<T> From<T> for Input<T> {
    fn from(value: T) -> Self {
        Self(Ok(value))
    }
}

impl<T: Default> Default for Input<T> {
    fn default() -> Self {
        Self(Ok(T::default()))
    }
}

/// Reads the field as an option, which is how serde asks for one that is missing.
impl<'de, T: DeserializeOwned> Deserialize<'de> for Input<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_option(InputVisitor(PhantomData))
    }
}

struct InputVisitor<T>(PhantomData<T>);

impl<'de, T: DeserializeOwned> Visitor<'de> for InputVisitor<T> {
    type Value = Input<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a field")
    }

    fn visit_none<E>(self) -> Result<Input<T>, E> {
        Ok(Input(Err(Flaw::Missing)))
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Input<T>, D::Error> {
        let value = Value::deserialize(deserializer)?;
        Ok(Input(serde_path_to_error::deserialize(value).map_err(|error| flaw(&error))))
    }
}

fn flaw(error: &serde_path_to_error::Error<serde_json::Error>) -> Flaw {
    let text = error.inner().to_string();
    let path = error.path().to_string();
    match known_words(&text) {
        Some(words) if text.starts_with("unknown variant") => Flaw::Unlisted(suffix(&path), words),
        Some(fields) if text.starts_with("unknown field") => Flaw::Unknown(around_unknown(error), fields),
        _ if text.starts_with("unknown field") => Flaw::Mistyped(around_unknown(error)),
        _ => Flaw::Mistyped(suffix(&path)),
    }
}

/// The words that serde knows, out of its refusal of another one: ours, which stand behind the client's.
pub fn known_words(refusal: &str) -> Option<String> {
    let (_, known) = refusal.rsplit_once(", expected ")?;
    let words: Vec<&str> = known.split('`').skip(1).step_by(2).collect();
    (!words.is_empty()).then(|| words.join(", "))
}

fn suffix(path: &str) -> String {
    match path {
        "." => String::new(),
        index if index.starts_with('[') => index.to_owned(),
        field => format!(".{field}"),
    }
}

/// The path to what has a field that we do not know: without its name, which is the client's own text.
fn around_unknown(error: &serde_path_to_error::Error<serde_json::Error>) -> String {
    let segments: Vec<_> = error.path().iter().collect();
    let around = segments.split_last().map_or(&[][..], |(_, around)| around);
    around.iter().fold(String::new(), |path, segment| match segment {
        Segment::Seq { index } => format!("{path}[{index}]"),
        named => format!("{path}.{named}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[derive(Clone, Copy, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Place {
        #[serde(rename = "city")]
        _city: u8,
    }

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Wire {
        name: Input<String>,
        years: Option<Input<u8>>,
        #[serde(default)]
        skills: Input<Vec<String>>,
        place: Option<Input<Place>>,
    }

    fn read(body: Value) -> Wire {
        serde_json::from_value(body).unwrap()
    }

    #[test]
    fn what_is_missing_or_mistyped_is_read_all_the_same() {
        let wire = read(json!({"years": "7", "skills": ["Rust", 5]}));
        assert_eq!(wire.name.get("name").unwrap_err(), "name is missing");
        assert_eq!(wire.years.unwrap().get("years").unwrap_err(), "years has the wrong type or form");
        assert_eq!(wire.skills.get("skills").unwrap_err(), "skills[1] has the wrong type or form");
    }

    #[test]
    fn what_may_be_left_out_has_no_flaw() {
        let wire = read(json!({"name": "Ada", "years": null}));
        assert_eq!(wire.name.get("name").unwrap(), "Ada");
        assert!(wire.years.is_none() && wire.skills.get("skills").unwrap().is_empty());
        assert_eq!(read(json!({"name": null})).name.get("name").unwrap_err(), "name is missing");
    }

    #[test]
    fn where_only_some_words_will_do_they_are_said() {
        #[derive(Debug, Deserialize)]
        enum Form {
            #[serde(rename = "image/jpeg")]
            Jpeg,
            #[serde(rename = "image/png")]
            Png,
        }
        let one: Input<Form> = serde_json::from_value(json!("image/gif`, expected `secret")).unwrap();
        assert_eq!(one.get("content_type").unwrap_err(), "content_type must be one of image/jpeg, image/png");
        let many: Input<Vec<Form>> = serde_json::from_value(json!(["image/png", "x"])).unwrap();
        assert_eq!(many.get("types").unwrap_err(), "types[1] must be one of image/jpeg, image/png");
        assert!(serde_json::from_value::<Input<Form>>(json!("image/jpeg")).unwrap().get("type").is_ok());
    }

    #[test]
    fn what_has_an_unknown_field_is_named_and_the_field_is_not() {
        #[derive(Debug, Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Project {
            #[serde(rename = "needs")]
            _needs: Vec<Need>,
        }
        #[derive(Debug, Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Need {
            #[serde(rename = "skill")]
            _skill: String,
        }
        let refusal = |value: Value| {
            serde_json::from_value::<Input<Project>>(value).unwrap().get("project").map(|_| ()).unwrap_err()
        };
        let unknown = "has a field that this operation does not know; it knows";
        assert_eq!(refusal(json!({"needs": [], "a.secret": 1})), format!("project {unknown} needs").as_str());
        let needs = json!({"needs": [{"skill": "Rust"}, {"skill": "Go", "a.secret": 1}]});
        assert_eq!(refusal(needs), format!("project.needs[1] {unknown} skill").as_str());
    }

    #[test]
    fn no_value_of_the_client_is_repeated() {
        let wire = read(json!({"name": {"secret": 1}, "skills": ["secret", 1], "place": {"secret": 1}}));
        let place = wire.place.unwrap().get("place").copied().err().unwrap();
        assert_eq!(place, "place has a field that this operation does not know; it knows city");
        for refusal in [wire.name.get("name").unwrap_err(), wire.skills.get("skills").unwrap_err(), place] {
            assert!(!refusal.contains("secret"), "{refusal}");
        }
        assert!(serde_json::from_value::<Wire>(json!({"name": "Ada", "roles": []})).is_err());
    }
}

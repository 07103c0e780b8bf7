//! Items as `DynamoDB` knows them, exactly: every type of attribute, and a line of JSON for each item.
//!
//! The JSON is that of `DynamoDB`'s own interface, with sorted names and sorted sets, so that equal items are equal lines.
//! Numbers stay the text that they are: they have up to 38 digits, which no floating-point number has.

use std::collections::BTreeMap;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::Broken;

pub type Item = BTreeMap<String, Attribute>;

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Attribute {
    #[serde(rename = "S")]
    Text(String),
    #[serde(rename = "N")]
    Number(String),
    #[serde(rename = "B")]
    Binary(Binary),
    #[serde(rename = "SS")]
    Texts(Vec<String>),
    #[serde(rename = "NS")]
    Numbers(Vec<String>),
    #[serde(rename = "BS")]
    Binaries(Vec<Binary>),
    #[serde(rename = "BOOL")]
    Bool(bool),
    #[serde(rename = "NULL")]
    Null(bool),
    #[serde(rename = "L")]
    List(Vec<Self>),
    #[serde(rename = "M")]
    Map(Item),
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Binary(pub Vec<u8>);

impl Attribute {
    /// A set has no order, so that it is kept in one.
    pub fn texts(mut set: Vec<String>) -> Self {
        set.sort_unstable();
        Self::Texts(set)
    }

    pub fn numbers(mut set: Vec<String>) -> Self {
        set.sort_unstable();
        Self::Numbers(set)
    }

    pub fn binaries(mut set: Vec<Binary>) -> Self {
        set.sort_unstable();
        Self::Binaries(set)
    }

    pub fn as_number(&self) -> Option<u64> {
        if let Self::Number(text) = self { text.parse().ok() } else { None }
    }
}

/// Appends the item as one line.
pub(super) fn write_line(item: &Item, out: &mut Vec<u8>) -> Result<(), Broken> {
    serde_json::to_writer(&mut *out, item).map_err(|_| Broken::new("an item cannot be written as JSON"))?;
    out.push(b'\n');
    Ok(())
}

/// What went wrong is said without the line, which holds personal data.
pub(super) fn read_line(line: &[u8]) -> Result<Item, Broken> {
    serde_json::from_slice(line).map_err(|_| Broken::new("a line is no item"))
}

impl fmt::Debug for Binary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Binary({} bytes)", self.0.len())
    }
}

impl Serialize for Binary {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Binary {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        STANDARD.decode(text.as_bytes()).map(Self).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn binary() -> impl Strategy<Value = Binary> {
        prop::collection::vec(any::<u8>(), 0..20).prop_map(Binary)
    }

    fn number() -> impl Strategy<Value = String> {
        prop_oneof![
            "-?[1-9][0-9]{0,37}",
            Just("0".to_owned()),
            Just("1E+125".to_owned()),
            Just("-9.9999999999999999999999999999999999999E-130".to_owned()),
        ]
    }

    fn attribute() -> impl Strategy<Value = Attribute> {
        let leaf = prop_oneof![
            any::<String>().prop_map(Attribute::Text),
            number().prop_map(Attribute::Number),
            binary().prop_map(Attribute::Binary),
            prop::collection::vec(any::<String>(), 1..4).prop_map(Attribute::texts),
            prop::collection::vec(number(), 1..4).prop_map(Attribute::numbers),
            prop::collection::vec(binary(), 1..4).prop_map(Attribute::binaries),
            any::<bool>().prop_map(Attribute::Bool),
            Just(Attribute::Null(true)),
        ];
        leaf.prop_recursive(5, 40, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Attribute::List),
                prop::collection::btree_map(any::<String>(), inner, 0..5).prop_map(Attribute::Map),
            ]
        })
    }

    proptest! {
        #[test]
        fn an_item_survives_its_line(item in prop::collection::btree_map(any::<String>(), attribute(), 0..6)) {
            let mut line = Vec::new();
            write_line(&item, &mut line).unwrap();
            prop_assert_eq!(line.iter().position(|byte| *byte == b'\n'), Some(line.len() - 1), "one line");
            prop_assert_eq!(read_line(&line).unwrap(), item);
        }
    }

    #[test]
    fn lines_are_the_json_of_dynamodb() {
        let line = br#"{"a":{"S":""},"b":{"N":"-1.50"},"c":{"B":""},"d":{"NS":["1","2"]},"e":{"L":[{"M":{}},{"NULL":true}]},"f":{"BS":["AA=="]},"g":{"BOOL":false}}"#;
        let item = read_line(line).unwrap();
        assert_eq!(item["b"], Attribute::Number("-1.50".to_owned()), "not a digit is lost");
        let mut again = Vec::new();
        write_line(&item, &mut again).unwrap();
        assert_eq!(again.strip_suffix(b"\n"), Some(line.as_slice()));
    }

    #[test]
    fn a_deep_item_is_read_back() {
        // DynamoDB allows 32 levels.
        let deep = (0..32).fold(Attribute::Null(true), |inner, _| Attribute::List(vec![inner]));
        let item = Item::from([("pk".to_owned(), deep)]);
        let mut line = Vec::new();
        write_line(&item, &mut line).unwrap();
        assert_eq!(read_line(&line).unwrap(), item);
    }

    #[test]
    fn what_is_no_item_is_refused_without_being_shown() {
        for line in
            [r#"{"a":{"S":1}}"#, r#"{"a":{"Q":"secret"}}"#, r#"{"a":{"B":"%"}}"#, "[]", "", r#"{"a":{"S":"secret"}"#]
        {
            let error = read_line(line.as_bytes()).unwrap_err().to_string();
            assert!(!error.contains("secret"), "{error}");
        }
    }
}

//! Attributes of the SDK and those of a backup: the same, one to one.

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;

use super::item::Item as Stored;
use crate::domain::backup::{Attribute, Binary, Item};
use crate::error::{Error, Result};

/// An item as a backup keeps it. A type of attribute that nobody here knows is an error, and never left out.
pub fn saved_item(item: impl IntoIterator<Item = (String, AttributeValue)>) -> Result<Item> {
    item.into_iter().map(|(name, value)| Ok((name, saved(value)?))).collect()
}

/// An item as the SDK writes it.
pub fn restored_item(item: Item) -> Stored {
    item.into_iter().map(|(name, value)| (name, restored(value))).collect()
}

fn saved(value: AttributeValue) -> Result<Attribute> {
    let binary = |blob: Blob| Binary(blob.into_inner());
    Ok(match value {
        AttributeValue::S(text) => Attribute::Text(text),
        AttributeValue::N(number) => Attribute::Number(number),
        AttributeValue::B(blob) => Attribute::Binary(binary(blob)),
        AttributeValue::Ss(set) => Attribute::texts(set),
        AttributeValue::Ns(set) => Attribute::numbers(set),
        AttributeValue::Bs(set) => Attribute::binaries(set.into_iter().map(binary).collect()),
        AttributeValue::Bool(value) => Attribute::Bool(value),
        AttributeValue::Null(value) => Attribute::Null(value),
        AttributeValue::L(list) => Attribute::List(list.into_iter().map(saved).collect::<Result<_>>()?),
        AttributeValue::M(map) => Attribute::Map(saved_item(map)?),
        _ => return Err(Error::internal("an attribute has a type that cannot be backed up")),
    })
}

fn restored(value: Attribute) -> AttributeValue {
    let blob = |Binary(bytes)| Blob::new(bytes);
    match value {
        Attribute::Text(text) => AttributeValue::S(text),
        Attribute::Number(number) => AttributeValue::N(number),
        Attribute::Binary(binary) => AttributeValue::B(blob(binary)),
        Attribute::Texts(set) => AttributeValue::Ss(set),
        Attribute::Numbers(set) => AttributeValue::Ns(set),
        Attribute::Binaries(set) => AttributeValue::Bs(set.into_iter().map(blob).collect()),
        Attribute::Bool(value) => AttributeValue::Bool(value),
        Attribute::Null(value) => AttributeValue::Null(value),
        Attribute::List(list) => AttributeValue::L(list.into_iter().map(restored).collect()),
        Attribute::Map(map) => AttributeValue::M(restored_item(map)),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[test]
    fn every_type_survives() {
        let all = HashMap::from([
            ("s".to_owned(), AttributeValue::S(String::new())),
            ("n".to_owned(), AttributeValue::N("1E-130".to_owned())),
            ("b".to_owned(), AttributeValue::B(Blob::new([0, 255]))),
            ("ss".to_owned(), AttributeValue::Ss(vec!["a".to_owned(), "b".to_owned()])),
            ("ns".to_owned(), AttributeValue::Ns(vec!["1".to_owned(), "2".to_owned()])),
            ("bs".to_owned(), AttributeValue::Bs(vec![Blob::new([]), Blob::new([1])])),
            ("bool".to_owned(), AttributeValue::Bool(false)),
            ("null".to_owned(), AttributeValue::Null(true)),
            ("l".to_owned(), AttributeValue::L(vec![AttributeValue::M(HashMap::new()), AttributeValue::L(Vec::new())])),
        ]);
        assert_eq!(restored_item(saved_item(all.clone()).unwrap()), all);
    }

    #[test]
    fn sets_have_no_order() {
        let set = |numbers: [&str; 2]| {
            let numbers = numbers.map(str::to_owned).to_vec();
            saved_item(HashMap::from([("ns".to_owned(), AttributeValue::Ns(numbers))])).unwrap()
        };
        assert_eq!(set(["1", "2"]), set(["2", "1"]));
    }
}

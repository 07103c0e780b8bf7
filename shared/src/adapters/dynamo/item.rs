//! Items: a stored type and its two keys.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::domain::time::Timestamp;
use crate::error::{Error, Result};

pub(super) type Item = HashMap<String, AttributeValue>;

/// The seconds after which an item no longer exists, whether or not `DynamoDB` has deleted it yet.
pub(super) const EXPIRES_AT: &str = "expires_at";

/// The two keys of an item.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub(super) pk: String,
    pub(super) sk: String,
}

impl Key {
    pub(super) fn new(pk: impl Into<String>, sk: impl Into<String>) -> Self {
        Self { pk: pk.into(), sk: sk.into() }
    }

    pub(super) fn attributes(&self) -> Item {
        Item::from([("pk".to_owned(), text(&self.pk)), ("sk".to_owned(), text(&self.sk))])
    }
}

/// An item made of its keys and a stored type.
pub(super) fn encode<T: Serialize>(key: &Key, stored: &T) -> Result<Item> {
    let mut item: Item = serde_dynamo::to_item(stored).map_err(Error::internal)?;
    item.extend(key.attributes());
    Ok(item)
}

pub(super) fn decode<T: DeserializeOwned>(item: Item) -> Result<T> {
    serde_dynamo::from_item(item).map_err(Error::internal)
}

pub(super) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

pub(super) fn number(value: impl Into<u64>) -> AttributeValue {
    AttributeValue::N(value.into().to_string())
}

/// The item with the time from which on it no longer exists.
pub(super) fn expiring(mut item: Item, at: Timestamp) -> Item {
    item.insert(EXPIRES_AT.to_owned(), number(at.unix_seconds()));
    item
}

/// A nested value, such as a map or a list.
pub(super) fn value<T: Serialize>(stored: &T) -> Result<AttributeValue> {
    serde_dynamo::to_attribute_value(stored).map_err(Error::internal)
}

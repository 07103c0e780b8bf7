//! Expressions: what `DynamoDB` shall change or check, with the names and values it speaks of.

use std::borrow::Cow;
use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

use super::item::{Item, number};

/// An expression with its names and values; `DynamoDB` wants every name and value that is given to be used.
#[derive(Clone, Debug, Default)]
pub(super) struct Expression {
    pub(super) text: String,
    names: Vec<(&'static str, String)>,
    values: Vec<(Cow<'static, str>, AttributeValue)>,
}

impl Expression {
    pub(super) fn new(text: &str) -> Self {
        Self { text: text.to_owned(), ..Self::default() }
    }

    /// Nothing is stored under this key, not even an item that has expired.
    pub(super) fn absent() -> Self {
        Self::new("attribute_not_exists(pk)")
    }

    /// Something is stored under this key.
    pub(super) fn present() -> Self {
        Self::new("attribute_exists(pk)")
    }

    /// The stored item has this version; 0 stands for no item.
    pub(super) fn at_version(version: u64) -> Self {
        if version == 0 {
            return Self::absent();
        }
        Self::new("version = :before").value(":before", number(version))
    }

    /// Stands in for an attribute whose name is a reserved word, or for a map key that is only known now.
    pub(super) fn name(mut self, alias: &'static str, attribute: &str) -> Self {
        self.names.push((alias, attribute.to_owned()));
        self
    }

    pub(super) fn value(mut self, name: impl Into<Cow<'static, str>>, value: AttributeValue) -> Self {
        self.values.push((name.into(), value));
        self
    }

    /// The same with more to set.
    pub(super) fn extended(mut self, sets: &str) -> Self {
        self.text = format!("{}, {sets}", self.text);
        self
    }

    /// The same names and values around another text.
    pub(super) fn reading(self, text: &str) -> Self {
        Self { text: text.to_owned(), ..self }
    }

    pub(super) fn names(&self) -> Option<HashMap<String, String>> {
        let names = self.names.iter().map(|(alias, name)| ((*alias).to_owned(), name.clone()));
        (!self.names.is_empty()).then(|| names.collect())
    }

    pub(super) fn values(&self) -> Option<Item> {
        let values: Item = self.values.iter().map(|(name, value)| (name.clone().into_owned(), value.clone())).collect();
        (!values.is_empty()).then_some(values)
    }
}

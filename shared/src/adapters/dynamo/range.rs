//! Ranges: which items of a partition a query reads, and in which order.

use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;

use super::item::text;
use super::table::Read;

/// A secondary index and its two keys.
#[derive(Clone, Copy, Debug)]
pub(super) struct Index {
    pub(super) name: &'static str,
    pub(super) pk: &'static str,
    pub(super) sk: &'static str,
}

/// What a list shows that has no pages.
const LIST: usize = 1_000;

/// A stretch of one partition, in the order of the sort keys.
pub(super) struct Range {
    pub(super) pk: String,
    pub(super) between: Option<(String, String)>,
    pub(super) limit: usize,
    pub(super) read: Read,
    pub(super) index: Option<Index>,
    pub(super) forward: bool,
}

impl Range {
    pub(super) fn whole(pk: impl Into<String>) -> Self {
        Self { pk: pk.into(), between: None, limit: LIST, read: Read::Eventual, index: None, forward: true }
    }

    /// Everything in `pk` whose sort key begins with `prefix`.
    pub(super) fn prefix(pk: impl Into<String>, prefix: &str) -> Self {
        Self::between(pk, prefix, format!("{prefix}\u{10FFFF}"))
    }

    pub(super) fn between(pk: impl Into<String>, first: impl Into<String>, last: impl Into<String>) -> Self {
        Self { between: Some((first.into(), last.into())), ..Self::whole(pk) }
    }

    /// What follows the item with this id, or everything.
    pub(super) fn after(pk: impl Into<String>, id: Option<impl ToString>) -> Self {
        match id {
            Some(id) => Self::between(pk, format!("{}~", id.to_string()), "\u{10FFFF}"),
            None => Self::whole(pk),
        }
    }

    pub(super) fn limit(self, limit: usize) -> Self {
        Self { limit, ..self }
    }

    /// Everything there is, for work that may leave nothing out.
    pub(super) fn unlimited(self) -> Self {
        self.limit(usize::MAX)
    }

    pub(super) fn strong(self) -> Self {
        Self { read: Read::Strong, ..self }
    }

    pub(super) fn index(self, index: Index) -> Self {
        Self { index: Some(index), ..self }
    }

    pub(super) fn newest_first(self) -> Self {
        Self { forward: false, ..self }
    }

    pub(super) fn conditions(&self, request: QueryFluentBuilder) -> QueryFluentBuilder {
        let (pk, sk) = self.index.map_or(("pk", "sk"), |index| (index.pk, index.sk));
        let request =
            request.expression_attribute_names("#pk", pk).expression_attribute_values(":pk", text(self.pk.as_str()));
        let Some((first, last)) = &self.between else { return request.key_condition_expression("#pk = :pk") };
        request
            .key_condition_expression("#pk = :pk AND #sk BETWEEN :first AND :last")
            .expression_attribute_names("#sk", sk)
            .expression_attribute_values(":first", text(first.as_str()))
            .expression_attribute_values(":last", text(last.as_str()))
    }
}

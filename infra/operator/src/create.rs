//! The request that makes a table like another one.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::operation::create_table::builders::CreateTableFluentBuilder;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection, ProjectionType,
    ScalarAttributeType, SseSpecification, StreamSpecification, StreamViewType, Tag,
};
use shared::domain::backup::{Index, KeySchema, TableDescription};

use crate::failure::Failure;

/// Keys, indexes, stream and encryption, and no protection from deletion: a rehearsal is to be thrown away. Expiry and
/// recovery cannot be asked for before the table is there.
pub(crate) fn request(
    client: &Client,
    name: &str,
    like: &TableDescription,
    tag: Tag,
) -> Result<CreateTableFluentBuilder, Failure> {
    build(client, name, like, tag).map_err(|error| Failure::new(format!("{name} cannot be described: {error}")))
}

fn build(
    client: &Client,
    name: &str,
    like: &TableDescription,
    tag: Tag,
) -> Result<CreateTableFluentBuilder, BuildError> {
    let definitions = like.attributes.iter().map(|(name, kind)| {
        AttributeDefinition::builder()
            .attribute_name(name)
            .attribute_type(ScalarAttributeType::from(kind.as_str()))
            .build()
    });
    let indexes = like.indexes.iter().map(index).collect::<Result<Vec<_>, _>>()?;
    let stream = like.stream.as_ref().map(|kind| {
        let kind = StreamViewType::from(kind.as_str());
        StreamSpecification::builder().stream_enabled(true).stream_view_type(kind).build()
    });
    let encryption = like.encrypted.then(|| SseSpecification::builder().enabled(true).build());
    Ok(client
        .create_table()
        .table_name(name)
        .billing_mode(BillingMode::PayPerRequest)
        .set_attribute_definitions(Some(definitions.collect::<Result<_, _>>()?))
        .set_key_schema(Some(key(&like.key)?))
        .set_global_secondary_indexes((!indexes.is_empty()).then_some(indexes))
        .set_stream_specification(stream.transpose()?)
        .set_sse_specification(encryption)
        .tags(tag))
}

fn index(index: &Index) -> Result<GlobalSecondaryIndex, BuildError> {
    let names = &index.projection.attributes;
    let projection = Projection::builder()
        .projection_type(ProjectionType::from(index.projection.kind.as_str()))
        .set_non_key_attributes((!names.is_empty()).then(|| names.clone()))
        .build();
    GlobalSecondaryIndex::builder()
        .index_name(&index.name)
        .set_key_schema(Some(key(&index.key)?))
        .projection(projection)
        .build()
}

fn key(schema: &KeySchema) -> Result<Vec<KeySchemaElement>, BuildError> {
    let parts = [(Some(&schema.hash), KeyType::Hash), (schema.range.as_ref(), KeyType::Range)];
    let parts = parts.into_iter().filter_map(|(name, kind)| Some((name?, kind)));
    parts.map(|(name, kind)| KeySchemaElement::builder().attribute_name(name).key_type(kind).build()).collect()
}

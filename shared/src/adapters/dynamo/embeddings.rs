//! Embeddings, beside the profiles that they were computed from, and for a week by the text alone.

use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use serde::{Deserialize, Serialize};

use super::expression::Expression;
use super::item::{Item, Key, decode, encode, expiring, number};
use super::table::{Read, Table};
use crate::domain::embedding::{Embedding, ModelId, TextHash, Vector};
use crate::domain::id::UserId;
use crate::error::{Error, Result};
use crate::ports::embeddings::Embeddings;

/// How long a text is known. It saves the work when several people write the same, or somebody takes an edit back.
const MEMORY: Duration = Duration::from_hours(168);

const VECTOR: &str = "vector";

#[derive(Clone, Debug)]
pub struct DynamoEmbeddings(Table);

/// Beside the attribute `vector`, 768 bytes.
#[derive(Serialize, Deserialize)]
struct StoredEmbedding {
    user_id: UserId,
    /// The version of the profile that was read.
    profile_version: u64,
    model: ModelId,
    hash: TextHash,
}

/// The key says it all.
#[derive(Serialize)]
struct StoredText {}

impl DynamoEmbeddings {
    pub fn new(profiles: Table) -> Self {
        Self(profiles)
    }
}

#[async_trait]
impl Embeddings for DynamoEmbeddings {
    async fn known(&self, hash: &TextHash) -> Result<Option<Vector>> {
        let item = self.0.get_item(&text_key(hash), Read::Eventual).await?;
        item.as_ref().map(vector_in).transpose()
    }

    async fn remember(&self, hash: &TextHash, vector: &Vector) -> Result<()> {
        let item = with_vector(encode(&text_key(hash), &StoredText {})?, vector);
        self.0.put(expiring(item, self.0.now() + MEMORY)).await
    }

    async fn store(&self, user_id: UserId, version: u64, embedding: &Embedding) -> Result<()> {
        let stored = StoredEmbedding {
            user_id,
            profile_version: version,
            model: embedding.model.clone(),
            hash: embedding.hash.clone(),
        };
        let item = with_vector(encode(&key(user_id), &stored)?, &embedding.vector);
        let not_older = Expression::new("attribute_not_exists(pk) OR profile_version <= :version");
        if !self.0.put_if(item, not_older.value(":version", number(version))).await? {
            tracing::info!("a later version of the profile was embedded meanwhile");
        }
        Ok(())
    }
}

/// Whether an item of a person is their embedding.
pub(super) fn is_one(item: &Item) -> bool {
    item.contains_key(VECTOR)
}

/// Whose embedding an item is, and the embedding.
pub(super) fn restore(item: Item) -> Result<(UserId, Embedding)> {
    let vector = vector_in(&item)?;
    let StoredEmbedding { user_id, model, hash, .. } = decode(item)?;
    Ok((user_id, Embedding { model, hash, vector }))
}

fn vector_in(item: &Item) -> Result<Vector> {
    let bytes = item.get(VECTOR).and_then(|value| value.as_b().ok());
    let bytes = bytes.ok_or_else(|| Error::internal("a stored embedding has no vector"))?;
    Vector::from_bytes(bytes.as_ref()).map_err(|refusal| Error::internal(refusal.into_owned()))
}

fn with_vector(mut item: Item, vector: &Vector) -> Item {
    item.insert(VECTOR.to_owned(), AttributeValue::B(Blob::new(vector.to_bytes())));
    item
}

pub(super) fn key(user_id: UserId) -> Key {
    Key::new(format!("USER#{user_id}"), "EMBEDDING")
}

fn text_key(hash: &TextHash) -> Key {
    Key::new(format!("EMBED#{}", hash.as_str()), "VECTOR")
}

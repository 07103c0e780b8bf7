//! Embeddings, beside the profiles and projects that they were computed from, and for a week by the text alone.

use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use serde::{Deserialize, Serialize};

use super::expression::Expression;
use super::item::{Item, Key, decode, encode, expiring, number};
use super::table::{Read, Table};
use crate::domain::embedding::{Author, Embedding, ModelId, TextHash, Vector};
use crate::domain::id::{ProjectId, UserId};
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

/// The same for a project.
#[derive(Serialize, Deserialize)]
struct StoredProjectEmbedding {
    project_id: ProjectId,
    project_version: u64,
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

    async fn store(&self, author: Author, version: u64, embedding: &Embedding) -> Result<()> {
        let Embedding { model, hash, vector } = embedding.clone();
        let (item, attribute) = match author {
            Author::Person(user_id) => {
                let stored = StoredEmbedding { user_id, profile_version: version, model, hash };
                (encode(&key(user_id), &stored)?, "profile_version")
            }
            Author::Project(project_id) => {
                let stored = StoredProjectEmbedding { project_id, project_version: version, model, hash };
                (encode(&project_key(project_id), &stored)?, "project_version")
            }
        };
        let not_older = Expression::new("attribute_not_exists(pk) OR #version <= :version").name("#version", attribute);
        if !self.0.put_if(with_vector(item, &vector), not_older.value(":version", number(version))).await? {
            tracing::info!("a later version was embedded meanwhile");
        }
        Ok(())
    }
}

/// Whether an item of a person or a project is their embedding.
pub(super) fn is_one(item: &Item) -> bool {
    item.contains_key(VECTOR)
}

/// Whose embedding an item is, and the embedding.
pub(super) fn restore(item: Item) -> Result<(UserId, Embedding)> {
    let vector = vector_in(&item)?;
    let StoredEmbedding { user_id, model, hash, .. } = decode(item)?;
    Ok((user_id, Embedding { model, hash, vector }))
}

/// The same for a project.
pub(super) fn restore_project(item: Item) -> Result<(ProjectId, Embedding)> {
    let vector = vector_in(&item)?;
    let StoredProjectEmbedding { project_id, model, hash, .. } = decode(item)?;
    Ok((project_id, Embedding { model, hash, vector }))
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

pub(super) fn project_key(project_id: ProjectId) -> Key {
    Key::new(format!("PROJECT#{project_id}"), "EMBEDDING")
}

fn text_key(hash: &TextHash) -> Key {
    Key::new(format!("EMBED#{}", hash.as_str()), "VECTOR")
}

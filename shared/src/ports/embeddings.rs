//! What was computed from texts, for whoever computes it; it is read with the profiles that it belongs to.

use async_trait::async_trait;

use crate::domain::embedding::{Author, Embedding, TextHash, Vector};
use crate::error::Result;

#[async_trait]
pub trait Embeddings: Send + Sync {
    /// The vector of a text that was read within the last days, whoever wrote it.
    async fn known(&self, hash: &TextHash) -> Result<Option<Vector>>;

    /// Keeps the vector of a text for some days.
    async fn remember(&self, hash: &TextHash, vector: &Vector) -> Result<()>;

    /// Stores what was computed from this version of a profile or a project. MUST leave what was computed from a later version
    /// as it is, which is no error; storing the same twice is none either.
    async fn store(&self, author: Author, version: u64, embedding: &Embedding) -> Result<()>;
}

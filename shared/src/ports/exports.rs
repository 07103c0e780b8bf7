//! Copies of what is known of people: that one is wished, what goes in, and where it lies.

use async_trait::async_trait;
use serde_json::Value;

use crate::domain::export::Export;
use crate::domain::id::{ConversationId, ExportId, UserId};
use crate::domain::outbox::OutboxEntry;
use crate::domain::photo::PhotoKey;
use crate::domain::time::Timestamp;
use crate::error::Result;

#[async_trait]
pub trait Exports: Send + Sync {
    /// The newest export of somebody, as it was stored. Strongly consistent.
    async fn find(&self, user_id: UserId) -> Result<Option<Export>>;

    /// Stores a wish and the promise to fulfil it, if the newest one still is the one with this id; answers whether it was
    /// stored.
    async fn request(&self, export: &Export, before: Option<ExportId>, job: &OutboxEntry) -> Result<bool>;

    /// Stores what came of a wish, and promises to tell, if it still is the newest one and pending; answers whether it was
    /// stored.
    async fn settle(&self, export: &Export, told: Option<&OutboxEntry>) -> Result<bool>;
}

/// One file of an archive, or what becomes several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    Account,
    Sessions,
    Profile,
    Projects,
    People,
    Conversation(ConversationId),
    /// What one said in a conversation that is over or was left.
    OwnWords(ConversationId),
    Photo(PhotoKey),
}

/// Some rows of a part, and the number after which there are more.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rows {
    pub rows: Vec<Value>,
    pub next: Option<u64>,
}

/// What is known of somebody that is theirs to have: what they said, and what they can read of others. MUST hold nothing
/// that others keep from them, and no secret that opens the account.
#[async_trait]
pub trait Holdings: Send + Sync {
    async fn parts(&self, user_id: UserId) -> Result<Vec<Part>>;

    /// Rows of a part, so many that they fit into memory.
    async fn rows(&self, user_id: UserId, part: &Part, after: u64) -> Result<Rows>;
}

/// Where archives lie.
#[async_trait]
pub trait ExportShelf: Send + Sync {
    /// Begins an archive, and answers with the name of the attempt. What an attempt has stored is seen when it is closed.
    async fn open(&self, export: &Export) -> Result<String>;

    /// Stores a piece of an attempt, and answers with its tag. Every piece but the last has at least
    /// [`PIECE`](crate::domain::export::PIECE) bytes.
    async fn add(&self, export: &Export, attempt: &str, number: i32, bytes: Vec<u8>) -> Result<String>;

    /// Makes an archive of the pieces of an attempt, in the order of their tags, over an earlier one.
    async fn close(&self, export: &Export, attempt: &str, tags: Vec<String>) -> Result<()>;

    /// Where an archive can be fetched for a while. MUST be asked for only by whom it is about.
    async fn link(&self, export: &Export, now: Timestamp) -> Result<String>;

    /// Removes an archive.
    async fn remove(&self, export: &Export) -> Result<()>;

    /// Removes all archives of somebody.
    async fn remove_all(&self, user_id: UserId) -> Result<()>;
}

//! How far people have received and read, for those who move their marks.

use async_trait::async_trait;

use crate::domain::conversation::{Advance, Participant};
use crate::domain::id::ConversationId;
use crate::error::Result;

#[async_trait]
pub trait Marks: Send + Sync {
    /// Moves a mark of somebody whose marks were `own` a moment ago, and answers whether it moved. It MUST NOT go back,
    /// whoever moves it at the same time, nor come back to life for somebody who has left.
    async fn advance(&self, conversation_id: ConversationId, own: &Participant, advance: Advance) -> Result<bool>;
}

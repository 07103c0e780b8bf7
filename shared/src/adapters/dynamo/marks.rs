//! Marks, in the chat table.

use async_trait::async_trait;

use super::chat_items::member_key;
use super::expression::Expression;
use super::item::number;
use super::table::Table;
use crate::domain::conversation::{Advance, Mark, Participant};
use crate::domain::id::ConversationId;
use crate::error::Result;
use crate::ports::marks::Marks;

#[derive(Clone, Debug)]
pub struct DynamoMarks(Table);

impl DynamoMarks {
    pub fn new(chat: Table) -> Self {
        Self(chat)
    }
}

#[async_trait]
impl Marks for DynamoMarks {
    /// A read mark takes the other one along if that is behind. Which of the two writes fits is a guess from what was
    /// seen; the second one is for when it was wrong.
    async fn advance(&self, conversation_id: ConversationId, own: &Participant, advance: Advance) -> Result<bool> {
        let is_behind = own.delivered_seq < advance.seq;
        let writes = match advance.mark {
            Mark::Delivered => vec![("SET delivered_seq = :seq", "delivered_seq < :seq")],
            Mark::Read => {
                let both = ("SET read_seq = :seq, read_n = :count, delivered_seq = :seq", "delivered_seq < :seq");
                let one = ("SET read_seq = :seq, read_n = :count", "delivered_seq >= :seq");
                if is_behind { vec![both, one] } else { vec![one, both] }
            }
        };
        let key = member_key(conversation_id, own.user_id);
        for (change, delivered) in writes {
            let mut change = Expression::new(change).value(":seq", number(advance.seq));
            let mut condition = format!("attribute_not_exists(left_at) AND {delivered}");
            if advance.mark == Mark::Read {
                change = change.value(":count", number(advance.count));
                condition.push_str(" AND read_seq < :seq");
            }
            if self.0.update_if(&key, change, &condition).await?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

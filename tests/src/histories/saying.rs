//! What is said, and the receipts for it.

use serde_json::{Value, json};

/// Messages that are sent together.
#[derive(Clone, Debug)]
pub(super) struct Saying {
    pub(super) conversation: String,
    /// Names and texts.
    pub(super) messages: Vec<(String, String)>,
}

/// What the service has said for certain: this message has this number.
#[derive(Clone, Debug)]
pub(super) struct Receipt {
    pub(super) conversation: String,
    pub(super) seq: u64,
    pub(super) client_id: String,
    pub(super) text: String,
}

impl Saying {
    pub(super) fn drafts(&self) -> Vec<Value> {
        self.messages.iter().map(|(name, text)| json!({ "client_id": name, "text": text })).collect()
    }

    /// The receipts in an answer, if they are for this and nothing else.
    pub(super) fn receipts(&self, answer: &Value) -> Option<Vec<Receipt>> {
        let stored = answer["messages"].as_array().filter(|stored| stored.len() == self.messages.len())?;
        let receipt = |((client_id, text), stored): (&(String, String), &Value)| {
            let seq = stored["seq"].as_u64().filter(|_| stored["client_id"] == client_id.as_str())?;
            let (client_id, text) = (client_id.clone(), text.clone());
            Some(Receipt { conversation: self.conversation.clone(), seq, client_id, text })
        };
        self.messages.iter().zip(stored).map(receipt).collect()
    }
}

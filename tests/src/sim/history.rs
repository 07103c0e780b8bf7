//! What clients have done and what they were told: the history that the checker reads.

use std::collections::BTreeMap;

use serde_json::Value;
use shared::domain::id::{ConversationId, UserId};
use shared::domain::time::Timestamp;

/// A message that somebody has sent, once or several times under one name.
#[derive(Clone, Debug)]
pub(super) struct Send {
    pub(super) conversation_id: ConversationId,
    pub(super) sender_id: UserId,
    pub(super) client_id: String,
    pub(super) text: String,
    pub(super) invoked_at: Timestamp,
    pub(super) outcome: Told,
    /// When the outcome was heard.
    pub(super) told_at: Timestamp,
}

/// What the sender was told in the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Told {
    Acknowledged {
        seq: u64,
    },
    /// It is not stored.
    Refused {
        code: String,
    },
    /// The client has given up asking.
    Nothing,
}

/// Where a mark stands, as the answer to somebody who moved it says.
#[derive(Clone, Debug)]
pub(super) struct Marked {
    pub(super) conversation_id: ConversationId,
    pub(super) user_id: UserId,
    /// The type of the frame.
    pub(super) kind: &'static str,
    pub(super) asked: u64,
    pub(super) seq: u64,
    pub(super) unread: u64,
    pub(super) invoked_at: Timestamp,
    pub(super) told_at: Timestamp,
}

/// A change of one's own message that was acknowledged. Nobody changes a message twice.
#[derive(Clone, Debug)]
pub(super) struct Amended {
    pub(super) conversation_id: ConversationId,
    pub(super) seq: u64,
    /// What it says now; nothing if it is deleted.
    pub(super) text: Option<String>,
}

#[derive(Default)]
pub(super) struct History {
    pub(super) sends: Vec<Send>,
    pub(super) amended: Vec<Amended>,
    pub(super) marked: Vec<Marked>,
}

/// What one device has of a conversation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Log {
    entries: BTreeMap<u64, Value>,
}

impl Log {
    /// Takes an entry in, as the protocol wants it: by its number, once. Two different ones MUST NOT have one number.
    pub(crate) fn take(&mut self, entry: &Value) -> Result<(), String> {
        let seq = entry["seq"].as_u64().unwrap_or_default();
        match self.entries.get(&seq) {
            Some(known) if known["message_id"] != entry["message_id"] => Err(format!("two entries have number {seq}")),
            Some(known) if known["kind"] != "text" || entry["kind"] != "deleted" => Ok(()),
            _ => {
                self.entries.insert(seq, entry.clone());
                Ok(())
            }
        }
    }

    /// The last entry before the first hole.
    pub(crate) fn last(&self) -> u64 {
        (1..).zip(self.entries.keys()).take_while(|(n, seq)| n == *seq).map(|(n, _)| n).last().unwrap_or(0)
    }

    pub(crate) fn has_hole(&self) -> bool {
        self.entries.len() as u64 > self.last()
    }

    /// The conversation as its reader sees it: who said what in which order, after all edits and deletions.
    pub(crate) fn reading(&self) -> Vec<(u64, String, Option<String>)> {
        let mut texts: BTreeMap<u64, (String, Option<String>)> = BTreeMap::new();
        for (seq, entry) in &self.entries {
            let text = entry["text"].as_str().map(str::to_owned);
            let of = entry["of"].as_u64().unwrap_or_default();
            match entry["kind"].as_str().unwrap_or_default() {
                "text" | "deleted" => {
                    let name = entry["client_id"].as_str().unwrap_or_default().to_owned();
                    texts.insert(*seq, (name, text));
                }
                "edit" => {
                    if let Some((_, said)) = texts.get_mut(&of) {
                        *said = text;
                    }
                }
                _ => {
                    if let Some((_, said)) = texts.get_mut(&of) {
                        *said = None;
                    }
                }
            }
        }
        texts.into_iter().map(|(seq, (name, text))| (seq, name, text)).collect()
    }

    /// Whether everything in here is in there under the same number.
    pub(super) fn agrees_with(&self, truth: &Self) -> bool {
        let is_there = |(seq, entry): (&u64, &Value)| {
            truth.entries.get(seq).is_some_and(|true_entry| true_entry["message_id"] == entry["message_id"])
        };
        self.entries.iter().all(is_there)
    }

    pub(crate) fn seqs(&self) -> Vec<u64> {
        self.entries.keys().copied().collect()
    }
}

/// What an answer says for certain of each message of a list. A service that is out of order says nothing.
pub(super) fn told(is_done: bool, data: &Value, count: usize) -> Option<Vec<Told>> {
    if is_done {
        let seqs = data["messages"].as_array()?.iter().map(|message| message["seq"].as_u64());
        let told: Option<Vec<_>> = seqs.map(|seq| seq.map(|seq| Told::Acknowledged { seq })).collect();
        return told.filter(|told| told.len() == count);
    }
    let code = data["code"].as_str().unwrap_or_default();
    let is_certain = !matches!(code, "" | "unavailable" | "too_many_requests" | "socket_lost" | "unauthenticated");
    is_certain.then(|| vec![Told::Refused { code: code.to_owned() }; count])
}

//! What somebody lacks who was away: which entries of which conversation, and what does not fit into one answer.

use std::collections::BTreeMap;

use serde::de::Error;
use serde::{Deserialize, Deserializer};

use super::Conversation;
use crate::domain::fields::Refusal;
use crate::domain::id::ConversationId;

/// The most entries of one conversation in one answer.
pub const PAGE: usize = 100;
/// The most entries in one answer, all conversations together.
pub const SYNC_MESSAGES: usize = 500;
/// The most conversations of which a client can say what it has.
const MAX_KNOWN: usize = 1_000;

/// The last entry that a client has of each conversation it knows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known(BTreeMap<ConversationId, u64>);

/// The same as a client sends it. Refusals do not say which part of it is wrong: its keys are the client's own text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KnownInput(BTreeMap<ConversationId, u64>);

impl<'de> Deserialize<'de> for KnownInput {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let sent = serde_json::Value::deserialize(deserializer)?;
        serde_json::from_value(sent).map(Self).map_err(|_| D::Error::custom("no conversations and numbers"))
    }
}

/// Entries to read: at most `limit` of those that follow `after`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Missing {
    pub after: u64,
    pub limit: usize,
}

/// Entries that exist and did not fit: those after `after`, through `through`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    pub after: u64,
    pub through: u64,
}

impl Known {
    pub fn parse(KnownInput(known): &KnownInput) -> Result<Self, Refusal> {
        if known.len() > MAX_KNOWN {
            return Err("conversations must name at most 1,000".into());
        }
        Ok(Self(known.clone()))
    }

    /// The last entry that the client has; 0 of what it does not know.
    pub fn last(&self, conversation_id: ConversationId) -> u64 {
        self.0.get(&conversation_id).copied().unwrap_or(0)
    }

    pub fn ids(&self) -> impl Iterator<Item = ConversationId> {
        self.0.keys().copied()
    }

    /// Whether the conversation has entries that the client lacks, or is new to it.
    pub fn lacks(&self, conversation: &Conversation) -> bool {
        let last = self.0.get(&conversation.conversation_id);
        last.is_none_or(|last| *last < conversation.seq)
    }
}

/// Shares the room in one answer among conversations, in their order.
pub fn plan<'c>(conversations: impl IntoIterator<Item = &'c Conversation>, known: &Known) -> Vec<Missing> {
    let mut room = SYNC_MESSAGES;
    let share = |conversation: &Conversation| {
        let after = known.last(conversation.conversation_id);
        let missing = usize::try_from(conversation.seq.saturating_sub(after)).unwrap_or(usize::MAX);
        let limit = missing.min(PAGE).min(room);
        room -= limit;
        Missing { after, limit }
    };
    conversations.into_iter().map(share).collect()
}

impl Gap {
    /// What is left when the entries up to `last` are in the answer.
    pub const fn behind(last: u64, conversation: &Conversation) -> Option<Self> {
        if last < conversation.seq { Some(Self { after: last, through: conversation.seq }) } else { None }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::conversation::{ConversationState, Party};
    use crate::domain::id::{Id, UserId};
    use crate::domain::time::Timestamp;

    const NOW: Timestamp = Timestamp::from_unix_seconds(1);

    fn conversation(n: u8, seq: u64) -> Conversation {
        Conversation {
            conversation_id: ConversationId::from_parts(NOW, [n; 10]),
            party: Party::Pair([1, 2].map(|n| UserId::from_parts(NOW, [n; 10]))),
            state: ConversationState::Open,
            seq,
            count: seq,
            created_at: NOW,
            last: None,
        }
    }

    proptest! {
        /// Whoever fills every gap page by page has every entry once.
        #[test]
        fn pages_and_gaps_make_up_what_is_missing(seqs in prop::collection::vec((0..700_u64, 0..700_u64), 1..12)) {
            let all: Vec<_> = (1..).zip(&seqs).map(|(n, (seq, _))| conversation(n, *seq)).collect();
            let had = all.iter().zip(&seqs).map(|(one, (_, had))| (one.conversation_id, *had)).collect();
            let known = Known::parse(&KnownInput(had)).unwrap();
            let plan = plan(&all, &known);
            prop_assert!(plan.iter().map(|missing| missing.limit).sum::<usize>() <= SYNC_MESSAGES);
            for (one, missing) in all.iter().zip(plan) {
                prop_assert!(missing.limit <= PAGE);
                let last = missing.after + missing.limit as u64;
                prop_assert_eq!(known.lacks(one), one.seq > missing.after);
                match Gap::behind(last, one) {
                    Some(gap) => prop_assert_eq!(gap, Gap { after: last, through: one.seq }),
                    None => prop_assert!(last >= one.seq),
                }
            }
        }
    }

    #[test]
    fn what_a_client_does_not_know_it_lacks_even_without_a_word_in_it() {
        assert!(Known::default().lacks(&conversation(1, 0)));
    }
}

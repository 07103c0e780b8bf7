//! What both doors do: store messages once, then deliver them.

use shared::domain::conversation::{Content, Conversation, Message};
use shared::domain::outbox::{Effect, OutboxEntry, PushEffect};
use shared::edge::ws::ServerFrame;
use shared::error::{Code, Result};
use shared::telemetry::metrics::{self, Metric};

use crate::Deps;
use crate::crowd::{ROUNDS, crowded, step_aside};
use crate::draft::{Draft, DraftItem};

/// How many tries may have an unknown outcome: each takes as long as a dead database takes to be given up.
pub(crate) const MAX_UNKNOWN: usize = 3;

/// Messages that are stored for good, in the order of the draft.
#[derive(Debug)]
pub(crate) struct Sent {
    pub(crate) messages: Vec<Message>,
    /// Whether this very request stored one of them; otherwise it is a repetition.
    pub(crate) is_new: bool,
}

/// One try to store entries, and what it would have promised.
pub(crate) struct Try {
    pub(crate) conversation: Conversation,
    pub(crate) messages: Vec<Message>,
    pub(crate) entry: OutboxEntry,
}

impl Try {
    /// Whether it was this try that stored what is stored. A message may have been changed since.
    fn is_among(&self, stored: &[Message]) -> bool {
        self.messages.iter().any(|own| stored.iter().any(|one| one.message_id == own.message_id))
    }
}

/// Stores each message exactly once, all that are not yet stored together, and delivers them.
///
/// An error means that nothing was stored, or that nobody can tell: sending it again under the same `client_id`s is always
/// right.
pub(crate) async fn send(deps: &Deps, draft: Draft) -> Result<Sent> {
    let began = deps.ambient.now();
    // Tries of which nobody knows whether they were committed; the next look at the table tells.
    let mut unknown: Vec<Try> = Vec::new();
    for round in 0..ROUNDS {
        step_aside(deps, round).await;
        let view = if round == 0 { deps.intake.admit(&draft).await? } else { deps.intake.look(&draft).await? };
        let earlier = matching(&draft, view.earlier)?;
        let own = unknown.iter().position(|one| one.is_among(&earlier));
        let is_new = own.is_some();
        if let Some(own) = own {
            deliver(deps, unknown.swap_remove(own)).await;
        }
        let missing = missing(&draft, &earlier);
        if missing.is_empty() {
            return Ok(Sent { messages: in_order(&draft, earlier), is_new });
        }
        let next = next_try(deps, open(view.conversation)?, &draft, &missing);
        match deps.intake.store(&next).await {
            Ok(true) => {
                let now = deps.ambient.now();
                let ms = u64::try_from(now.since(began).as_millis()).unwrap_or(u64::MAX);
                metrics::record(&[Metric::SendToCommit { ms }], now);
                let messages = in_order(&draft, earlier.into_iter().chain(next.messages.iter().cloned()).collect());
                deliver(deps, next).await;
                return Ok(Sent { messages, is_new: true });
            }
            Ok(false) => {}
            Err(error) if error.retryable() && unknown.len() + 1 < MAX_UNKNOWN => {
                tracing::warn!(error.cause = error.cause_chain(), "a send has an unknown outcome");
                unknown.push(next);
            }
            Err(error) => return Err(error),
        }
    }
    Err(crowded())
}

/// What was stored before under the names of the draft. The same name MUST have the same text, unless that was edited or
/// deleted since, when nothing is left to compare.
fn matching(draft: &Draft, earlier: Vec<Message>) -> Result<Vec<Message>> {
    let is_other = |message: &Message| match &message.content {
        Content::Text { client_id, text, edited_at: None } => {
            draft.items.iter().any(|item| item.client_id == *client_id && item.text != *text)
        }
        _ => false,
    };
    if earlier.iter().any(is_other) { Err(Code::ClientIdReused.into()) } else { Ok(earlier) }
}

fn missing<'d>(draft: &'d Draft, earlier: &[Message]) -> Vec<&'d DraftItem> {
    let is_stored = |item: &DraftItem| earlier.iter().any(|message| message.client_id() == Some(&item.client_id));
    draft.items.iter().filter(|item| !is_stored(item)).collect()
}

fn in_order(draft: &Draft, mut messages: Vec<Message>) -> Vec<Message> {
    messages.sort_by_key(|message| draft.items.iter().position(|item| Some(&item.client_id) == message.client_id()));
    messages
}

/// The conversation, if something can be added to it.
pub(crate) fn open(conversation: Option<Conversation>) -> Result<Conversation> {
    let conversation = conversation.ok_or(Code::ConversationNotFound)?;
    if conversation.is_open() { Ok(conversation) } else { Err(Code::ConversationClosed.into()) }
}

fn next_try(deps: &Deps, conversation: Conversation, draft: &Draft, missing: &[&DraftItem]) -> Try {
    let message = |(number, item): (u64, &&DraftItem)| Message {
        conversation_id: draft.conversation_id,
        seq: conversation.seq + number,
        count: conversation.count + number,
        message_id: deps.ambient.id(),
        sender_id: draft.sender_id,
        sent_at: deps.ambient.now(),
        content: Content::Text { client_id: item.client_id.clone(), text: item.text.clone(), edited_at: None },
    };
    let messages: Vec<Message> = (1..).zip(missing).map(message).collect();
    let entry = promise(deps, &conversation, messages.len() as u64);
    Try { conversation, messages, entry }
}

/// The promise to deliver the next entries of a conversation.
pub(crate) fn promise(deps: &Deps, conversation: &Conversation, entries: u64) -> OutboxEntry {
    let Conversation { conversation_id, seq, .. } = *conversation;
    let news = PushEffect::MessageNew { conversation_id, first: seq + 1, last: seq + entries, left: None };
    deps.ambient.promise(Effect::Push(news))
}

/// The entries are stored whatever becomes of the delivery: what does not get through now is handed over, or stays in the
/// outbox, from where `sweep` hands it to `push`.
pub(crate) async fn deliver(deps: &Deps, stored: Try) {
    let Try { conversation, messages, entry } = stored;
    let frames: Vec<String> = messages.iter().map(|message| ServerFrame::message_new(message).to_json()).collect();
    let delivered = async {
        let people = deps.intake.members(&conversation).await?;
        deps.delivery.deliver(&people, &frames, &entry).await
    };
    if let Err(error) = delivered.await {
        tracing::warn!(error.cause = error.cause_chain(), "left to the outbox");
    }
}

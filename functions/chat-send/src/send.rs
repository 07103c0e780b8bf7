//! What both doors do: store a message once, then deliver it.

use shared::domain::conversation::{ClientId, Conversation, ConversationState, Message, MessageText};
use shared::domain::fields::Fields;
use shared::domain::id::{ConversationId, UserId};
use shared::domain::input::Input;
use shared::domain::outbox::{Effect, OutboxEntry, PushEffect};
use shared::edge::views::MessageView;
use shared::edge::ws::ServerFrame;
use shared::error::{Code, Result};

use crate::Deps;

/// How often a send is tried when others write to the conversation at the same moment, or nobody knows what became of
/// the last try.
const ROUNDS: usize = 8;

/// How many tries may have an unknown outcome: each takes as long as a dead database takes to be given up.
const MAX_UNKNOWN: usize = 3;

/// A message that a member wants to send.
#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) conversation_id: ConversationId,
    pub(crate) sender_id: UserId,
    pub(crate) client_id: ClientId,
    text: MessageText,
}

/// A message that is stored for good.
#[derive(Debug)]
pub(crate) struct Sent {
    pub(crate) message: Message,
    /// Whether this very request stored it; otherwise it is a repetition.
    pub(crate) is_new: bool,
}

impl Draft {
    pub(crate) fn parse(
        conversation_id: &Input<ConversationId>,
        sender_id: UserId,
        client_id: &Input<String>,
        text: &Input<String>,
    ) -> Result<Self> {
        let mut fields = Fields::default();
        let conversation_id = fields.copy("conversation_id", conversation_id);
        let client_id = fields.read("client_id", client_id, ClientId::parse);
        let text = fields.read("text", text, MessageText::parse);
        let ((conversation_id, client_id), text) = fields.accept(conversation_id.zip(client_id).zip(text))?;
        Ok(Self { conversation_id, sender_id, client_id, text })
    }
}

/// One try to store a message, and what it would have promised.
struct Try {
    conversation: Conversation,
    message: Message,
    entry: OutboxEntry,
}

/// Stores the message exactly once and delivers it.
///
/// An error means that nothing was stored, or that nobody can tell: sending it again under the same `client_id` is
/// always right.
pub(crate) async fn send(deps: &Deps, draft: Draft) -> Result<Sent> {
    // Tries of which nobody knows whether they were committed; the next look at the table tells.
    let mut unknown: Vec<Try> = Vec::new();
    for round in 0..ROUNDS {
        let view = if round == 0 { deps.intake.admit(&draft).await? } else { deps.intake.look(&draft).await? };
        if let Some(earlier) = view.earlier {
            let own = unknown.into_iter().find(|one| one.message.message_id == earlier.message_id);
            return match own {
                Some(own) => Ok(delivered(deps, own).await),
                None => repeated(earlier, &draft),
            };
        }
        let next = next_try(deps, open(view.conversation)?, &draft);
        match deps.intake.store(&next.conversation, &next.message, &next.entry).await {
            Ok(true) => return Ok(delivered(deps, next).await),
            Ok(false) => {}
            Err(error) if error.retryable() && unknown.len() + 1 < MAX_UNKNOWN => {
                tracing::warn!(error.cause = error.cause_chain(), "a send has an unknown outcome");
                unknown.push(next);
            }
            Err(error) => return Err(error),
        }
    }
    Err(Code::Unavailable.into())
}

fn repeated(earlier: Message, draft: &Draft) -> Result<Sent> {
    if earlier.text == draft.text {
        Ok(Sent { message: earlier, is_new: false })
    } else {
        Err(Code::ClientIdReused.into())
    }
}

fn open(conversation: Option<Conversation>) -> Result<Conversation> {
    let conversation = conversation.ok_or(Code::ConversationNotFound)?;
    match conversation.state {
        ConversationState::Open => Ok(conversation),
        ConversationState::Closed => Err(Code::ConversationClosed.into()),
    }
}

fn next_try(deps: &Deps, conversation: Conversation, draft: &Draft) -> Try {
    let message = Message {
        conversation_id: draft.conversation_id,
        seq: conversation.seq + 1,
        message_id: deps.ambient.id(),
        sender_id: draft.sender_id,
        client_id: draft.client_id.clone(),
        text: draft.text.clone(),
        sent_at: deps.ambient.now(),
    };
    let promise = PushEffect::MessageNew { conversation_id: draft.conversation_id, seq: message.seq };
    Try { conversation, message, entry: deps.ambient.promise(Effect::Push(promise)) }
}

/// The message is stored whatever becomes of the delivery: what does not get through now stays in the outbox, from
/// where `sweep` hands it to `push`.
async fn delivered(deps: &Deps, stored: Try) -> Sent {
    let Try { conversation, message, entry } = stored;
    let frame = ServerFrame::event("message.new", entry.id, MessageView::from(&message)).to_json();
    if let Err(error) = deps.delivery.deliver(&conversation.member_ids, &frame, &entry).await {
        tracing::warn!(error.cause = error.cause_chain(), "left to the outbox");
    }
    Sent { message, is_new: true }
}

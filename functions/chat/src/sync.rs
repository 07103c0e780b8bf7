//! `POST /v1/sync`

use axum::Json;
use axum::extract::State;
use futures::stream::{self, StreamExt, TryStreamExt};
use serde::{Deserialize, Serialize};
use shared::domain::conversation::{Conversation, Gap, Known, KnownInput, Message, Missing, plan};
use shared::domain::fields::Fields;
use shared::domain::id::ConversationId;
use shared::domain::input::Input;
use shared::domain::limit::{CHAT_READ_PER_PERSON, Subject};
use shared::edge::http::{Body, Caller, Problem};
use shared::edge::views::MessageView;
use shared::error::Result;
use shared::ports::conversations::{InboxLine, InboxPage};
use utoipa::ToSchema;

use crate::Deps;
use crate::view::ConversationView;

/// How many conversations one answer tells of.
const LINES: usize = 50;
/// How many conversations are read at the same time.
const AT_ONCE: usize = 10;
/// What the entries of one answer may weigh on the wire. Lambda takes 6,291,556 bytes, in which the answer is a text inside a
/// JSON document; a million is left for conversations and their last messages.
const WIRE_BYTES: usize = 4_800_000;
/// What an entry weighs beside its text.
const ENTRY_BYTES: usize = 700;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SyncBody {
    /// The number of the last entry one has of each conversation, at most 1,000. All of what is not named is new.
    #[serde(default)]
    #[schema(value_type = Option<BTreeMap<String, u64>>)]
    conversations: Input<KnownInput>,
    /// The `next` of the page before.
    #[schema(value_type = Option<ConversationId>)]
    after: Option<Input<ConversationId>>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct SyncAnswer {
    /// One's conversations, the newest first, whether or not something is missing: the marks may have moved.
    conversations: Vec<SyncedConversation>,
    /// Conversations that the client named and that are closed to it now.
    closed: Vec<ConversationId>,
    /// The `after` of the next page, if there are more conversations.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<ConversationId>,
}

#[derive(Serialize, ToSchema)]
struct SyncedConversation {
    #[serde(flatten)]
    conversation: ConversationView,
    /// The entries that follow the one the client has, in the order of their numbers, without gaps.
    messages: Vec<MessageView>,
    /// There are more than `messages` holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    gap: Option<GapView>,
}

/// Entries that the client lacks still.
#[derive(Serialize, ToSchema)]
struct GapView {
    /// They follow this one: the `after` with which the history goes on.
    after: u64,
    /// The number of the last one.
    through: u64,
}

/// Tells exactly what one lacks: the entries that follow the last ones one has, marks, and conversations that are new or
/// closed. What does not fit is named as a `gap`.
///
/// Whoever opens a socket first and then syncs, misses nothing: what comes in between comes twice.
#[utoipa::path(post, path = "/v1/sync", operation_id = "sync", tag = "chat", security(("bearer" = [])),
    request_body = SyncBody, responses(
    (status = 200, body = SyncAnswer),
    (status = "4XX", body = Problem, description = "`too_many_requests`, `invalid_field`"),
))]
pub(crate) async fn sync(
    State(deps): State<Deps>,
    caller: Caller,
    Body(body): Body<SyncBody>,
) -> Result<Json<SyncAnswer>> {
    let (known, after) = parse(&body)?;
    deps.limiter.take(&CHAT_READ_PER_PERSON, &Subject::person(caller.user_id)).await?;
    let InboxPage { lines, next } = deps.conversations.inbox(caller.user_id, after, LINES).await?;
    // A name between the pages' ends that is not in the inbox is that of a conversation which is closed to the client.
    let is_here =
        |named: &ConversationId| after.is_none_or(|after| *named < after) && next.is_none_or(|next| *named >= next);
    let is_open = |named: &ConversationId| lines.iter().any(|line| id(line) == *named);
    let closed = known.ids().filter(|named| is_here(named) && !is_open(named)).collect();
    let missing = plan(lines.iter().map(|line| &line.seat.conversation), &known);
    let reads = lines.iter().zip(missing).map(|(line, missing)| page(&deps, &line.seat.conversation, missing));
    let reads: Vec<_> = reads.collect();
    let pages: Vec<Vec<Message>> = stream::iter(reads).buffered(AT_ONCE).try_collect().await?;
    let mut room = WIRE_BYTES;
    let conversations = lines.iter().zip(pages).map(|(line, page)| synced(line, page, &known, &mut room)).collect();
    Ok(Json(SyncAnswer { conversations, closed, next }))
}

fn parse(body: &SyncBody) -> Result<(Known, Option<ConversationId>)> {
    let mut fields = Fields::default();
    let known = fields.read("conversations", &body.conversations, Known::parse);
    let after = fields.copy_optional("after", body.after.as_ref());
    fields.accept(known.zip(after))
}

const fn id(line: &InboxLine) -> ConversationId {
    line.seat.conversation.conversation_id
}

async fn page(deps: &Deps, conversation: &Conversation, missing: Missing) -> Result<Vec<Message>> {
    match missing.limit {
        0 => Ok(Vec::new()),
        limit => deps.conversations.history(conversation.conversation_id, missing.after, limit).await,
    }
}

/// What a text weighs in a JSON document inside another one: a quotation mark becomes `\\\"`, a new line `\\n`.
fn wire_bytes(text: &str) -> usize {
    let weight = |character: char| match character {
        '"' | '\\' => 4,
        '\n' | '\r' | '\t' => 3,
        control if control.is_control() => 7,
        other => other.len_utf8(),
    };
    text.chars().map(weight).sum()
}

fn synced(line: &InboxLine, page: Vec<Message>, known: &Known, room: &mut usize) -> SyncedConversation {
    let mut messages = Vec::with_capacity(page.len());
    let mut last = known.last(id(line));
    for message in page {
        let size = ENTRY_BYTES + message.text().map_or(0, |text| wire_bytes(text.as_str()));
        let Some(left) = room.checked_sub(size) else { break };
        *room = left;
        last = message.seq;
        messages.push(MessageView::from(&message));
    }
    let gap = Gap::behind(last, &line.seat.conversation);
    SyncedConversation {
        conversation: ConversationView::from(line),
        messages,
        gap: gap.map(|Gap { after, through }| GapView { after, through }),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn no_text_weighs_more_than_is_reckoned(text in any::<String>()) {
            let once = serde_json::to_string(&text).unwrap_or_default();
            let twice = serde_json::to_string(&once).unwrap_or_default();
            // The quotation marks around it, escaped and not.
            prop_assert!(twice.len() <= wire_bytes(&text) + 6, "{text:?}");
        }
    }

    #[test]
    fn an_answer_fits_into_what_lambda_takes() {
        const LAMBDA: usize = 6_291_556;
        // Fifty last messages of 4,000 of the heaviest characters, and what is around them.
        const LAST_MESSAGES: usize = LINES * (4_000 * 4 + ENTRY_BYTES + 2_000);
        const { assert!(WIRE_BYTES + LAST_MESSAGES < LAMBDA) };
    }
}

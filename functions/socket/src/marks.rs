//! `chat.read` and `chat.delivered`

use shared::domain::conversation::{Advance, Conversation, Mark, Participant};
use shared::domain::fields::Fields;
use shared::domain::id::ConversationId;
use shared::domain::socket::Socket;
use shared::edge::ws::ServerFrame;
use shared::edge::ws::protocol::{ClientKind, MarkAck, MarkData, MarkMoved, ServerKind};
use shared::error::{Error, Result};
use shared::ports::conversations::Seat;

use crate::Deps;

/// Other devices of the same person may move the mark in between; the next round sees where it stands then.
const ROUNDS: usize = 4;

/// Moves one's own mark forward and tells the others, and one's own other devices. A mark that stands further on already
/// stays there.
pub(crate) async fn answer(deps: &Deps, socket: &Socket, kind: ClientKind, data: &MarkData) -> Result<ServerFrame> {
    let (conversation_id, seq) = parse(data)?;
    let mark = if kind == ClientKind::ChatRead { Mark::Read } else { Mark::Delivered };
    for _ in 0..ROUNDS {
        let seat = deps.talk.seat(conversation_id, socket.user_id).await?;
        if !seat.own.is_moved_by(mark, seq) {
            return Ok(stands(&seat, &seat.own, mark));
        }
        let advance = Advance { mark, seq, count: count_at(deps, &seat, seq).await? };
        if deps.talk.marks.advance(conversation_id, &seat.own, advance).await? {
            tell(deps, &seat, mark, seq).await;
            return Ok(stands(&seat, &seat.own.clone().advanced(advance), mark));
        }
    }
    Err(Error::unavailable("one's other devices moved the mark in every round"))
}

fn stands(seat: &Seat, own: &Participant, mark: Mark) -> ServerFrame {
    let Conversation { conversation_id, count, .. } = seat.conversation;
    ServerFrame::ack(MarkAck { conversation_id, seq: stands_at(own, mark), unread: own.unread(count) })
}

fn parse(data: &MarkData) -> Result<(ConversationId, u64)> {
    let mut fields = Fields::default();
    let conversation_id = fields.copy("conversation_id", &data.conversation_id);
    let seq = fields.read(
        "seq",
        &data.seq,
        |seq: &u64| {
            if *seq > 0 { Ok(*seq) } else { Err("seq must be at least 1".into()) }
        },
    );
    fields.accept(conversation_id.zip(seq))
}

/// How many messages there are up to an entry.
async fn count_at(deps: &Deps, seat: &Seat, seq: u64) -> Result<u64> {
    let conversation = &seat.conversation;
    if seq == conversation.seq {
        return Ok(conversation.count);
    }
    if seq > conversation.seq {
        return Err(Error::invalid("seq", "seq must be that of an entry that exists"));
    }
    let entry = deps.talk.conversations.history(conversation.conversation_id, seq.saturating_sub(1), 1).await?;
    entry.first().map(|entry| entry.count).ok_or_else(|| Error::internal("a conversation has a gap"))
}

const fn stands_at(own: &Participant, mark: Mark) -> u64 {
    match mark {
        Mark::Read => own.read_seq,
        Mark::Delivered => own.delivered_seq,
    }
}

async fn tell(deps: &Deps, seat: &Seat, mark: Mark, seq: u64) {
    let (conversation_id, user_id) = (seat.conversation.conversation_id, seat.own.user_id);
    let kind = match mark {
        Mark::Read => ServerKind::MessageRead,
        Mark::Delivered => ServerKind::MessageDelivered,
    };
    let frame = ServerFrame::new(kind, MarkMoved { conversation_id, user_id, seq });
    deps.talk.tell(&seat.conversation, &deps.delivery, frame, &[user_id]).await;
}

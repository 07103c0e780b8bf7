//! `chat.read` and `chat.delivered`

use shared::domain::conversation::{Advance, Mark, Participant};
use shared::domain::fields::Fields;
use shared::domain::id::ConversationId;
use shared::domain::socket::Socket;
use shared::edge::ws::ServerFrame;
use shared::edge::ws::protocol::{ClientKind, MarkAck, MarkData, MarkMoved, ServerKind};
use shared::error::{Error, Result};
use shared::ports::conversations::Seat;

use crate::Deps;

/// Moves one's own mark forward and tells the others, and one's own other devices. A mark that stands further on already
/// stays there.
pub(crate) async fn answer(deps: &Deps, socket: &Socket, kind: ClientKind, data: &MarkData) -> Result<ServerFrame> {
    let (conversation_id, seq) = parse(data)?;
    let mark = if kind == ClientKind::ChatRead { Mark::Read } else { Mark::Delivered };
    let seat = deps.talk.seat(conversation_id, socket.user_id).await?;
    let mut own = seat.own.clone();
    if own.is_moved_by(mark, seq) {
        let count = count_at(deps, &seat, seq).await?;
        let advance = Advance { mark, seq, count };
        if deps.talk.marks.advance(conversation_id, &seat.own, advance).await? {
            own = own.advanced(advance);
            tell(deps, &seat, mark, seq).await;
        }
    }
    let unread = own.unread(seat.conversation.count);
    Ok(ServerFrame::ack(MarkAck { conversation_id, seq: stands_at(&own, mark), unread }))
}

fn parse(data: &MarkData) -> Result<(ConversationId, u64)> {
    let mut fields = Fields::default();
    let conversation_id = fields.copy("conversation_id", &data.conversation_id);
    let seq = fields.copy("seq", &data.seq);
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
    deps.talk.tell(&seat.conversation, &deps.delivery, frame).await;
}

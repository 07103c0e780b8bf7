//! The checker of marks: they move forward only, count what they pass, and answers say where they stand.

use shared::domain::conversation::Mark;

use super::history::{History, Marked};
use super::state::{State, Talk};

pub(super) fn complaints(state: &State, history: &History) -> Vec<String> {
    let mut complaints = Vec::new();
    for (id, talk) in &state.talks {
        complaints.extend(of_counts(talk).into_iter().map(|what| format!("{id}: {what}")));
    }
    complaints.extend(history.marked.iter().filter_map(|marked| of_an_answer(state, marked)));
    complaints.extend(of_real_time(history));
    complaints
}

/// Unread messages are those after the mark, and no others.
fn of_counts(talk: &Talk) -> Vec<String> {
    let participants = talk.participants.values();
    let wrong = participants.filter(|one| one.unread(talk.meta.count) != messages_after(talk, one.read_seq));
    let complaint = |one: &shared::domain::conversation::Participant| {
        let (told, is) = (one.unread(talk.meta.count), messages_after(talk, one.read_seq));
        format!("{} has {is} messages to read, and is told {told}", one.user_id)
    };
    wrong.map(complaint).collect()
}

fn messages_after(talk: &Talk, seq: u64) -> u64 {
    talk.entries.range(seq.saturating_add(1)..).filter(|(_, entry)| entry.client_id().is_some()).count() as u64
}

/// The mark stands where the answer says, or has moved on since.
fn of_an_answer(state: &State, marked: &Marked) -> Option<String> {
    let talk = state.talks.get(&marked.conversation_id)?;
    let own = talk.participants.get(&marked.user_id)?;
    let stands_at = match mark(marked) {
        Mark::Read => own.read_seq,
        Mark::Delivered => own.delivered_seq,
    };
    let is_right = marked.asked <= marked.seq && marked.seq <= stands_at && marked.unread <= talk.meta.count;
    let Marked { user_id, kind, asked, seq, .. } = marked;
    (!is_right).then(|| format!("{user_id} asked for {kind} {asked}, was told {seq}, and it is {stands_at}"))
}

fn mark(marked: &Marked) -> Mark {
    if marked.kind == "chat.read" { Mark::Read } else { Mark::Delivered }
}

/// Whoever asks after having been told is told nothing earlier.
fn of_real_time(history: &History) -> Vec<String> {
    let mut complaints = Vec::new();
    for (n, later) in history.marked.iter().enumerate() {
        let is_same = |one: &&Marked| {
            (one.conversation_id, one.user_id, one.kind) == (later.conversation_id, later.user_id, later.kind)
        };
        let earlier = history.marked[..n].iter().filter(is_same).filter(|one| one.told_at < later.invoked_at);
        if let Some(most) = earlier.map(|one| one.seq).max().filter(|most| *most > later.seq) {
            complaints.push(format!("{} was told {} after {most}", later.user_id, later.seq));
        }
    }
    complaints
}

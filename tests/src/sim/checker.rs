//! The checker: holds a history to what the design promises.

use std::collections::{BTreeMap, BTreeSet};

use shared::domain::conversation::{Content, MessageText, Party};
use shared::domain::id::ConversationId;
use shared::edge::views::MessageView;

use super::device::Device;
use super::history::{Amended, History, Log, Told};
use super::marks;
use super::memory_chat::history as stored;
use super::sources::{POISON, POISONED};
use super::state::{State, Talk};

/// Everything that is wrong with a history that has come to rest.
pub(super) fn complaints(state: &State, history: &History, devices: &[std::rc::Rc<Device>]) -> Vec<String> {
    let mut complaints = state.complaints.clone();
    for (id, talk) in &state.talks {
        complaints.extend(of_the_log(talk).into_iter().map(|what| format!("{id}: {what}")));
        complaints.extend(of_the_block(talk).map(|what| format!("{id}: {what}")));
    }
    complaints.extend(of_the_senders(state, history));
    complaints.extend(of_amendments(state, history));
    complaints.extend(marks::complaints(state, history));
    complaints.extend(of_real_time(history));
    for device in devices {
        complaints.extend(of_a_reader(state, device));
        complaints.extend(of_presence(state, device));
    }
    if !state.outbox.is_empty() {
        complaints.push(format!("{} promises are not kept", state.outbox.len()));
    }
    // What came too often may have been handled every time and kept its promise; what is left of it is in the outbox.
    let poisoned = state.dead_letters.iter().filter(|body| *body == POISON).count();
    if poisoned < POISONED {
        complaints.push(format!("{poisoned} poisoned messages were put aside as evidence"));
    }
    complaints
}

/// Numbers without gaps, and no message twice.
fn of_the_log(talk: &Talk) -> Vec<String> {
    let mut complaints = Vec::new();
    let seqs: Vec<u64> = talk.entries.keys().copied().collect();
    if seqs != (1..=talk.meta.seq).collect::<Vec<_>>() {
        complaints.push(format!("{} entries up to number {}", seqs.len(), talk.meta.seq));
    }
    let mut names = BTreeSet::new();
    for message in talk.entries.values() {
        if let Some(client_id) = message.client_id()
            && !names.insert((message.sender_id, client_id.as_str()))
        {
            complaints.push(format!("{} is stored twice", client_id.as_str()));
        }
    }
    if names.len() as u64 != talk.meta.count {
        complaints.push(format!("{} messages are counted as {}", names.len(), talk.meta.count));
    }
    complaints
}

/// Nothing is accepted after the answer to a block.
fn of_the_block(talk: &Talk) -> Option<String> {
    let closed_at = talk.closed_at?;
    let (seq, _) = talk.committed_at.iter().find(|(_, committed_at)| **committed_at > closed_at)?;
    Some(format!("entry {seq} was accepted after the block"))
}

/// What is acknowledged is there, what is refused is not.
fn of_the_senders(state: &State, history: &History) -> Vec<String> {
    let mut complaints = Vec::new();
    for send in &history.sends {
        let Some(talk) = state.talks.get(&send.conversation_id) else { continue };
        let name = (send.sender_id, send.client_id.clone());
        match &send.outcome {
            Told::Acknowledged { seq } => {
                let is_it = talk.entries.get(seq).is_some_and(|message| {
                    let is_named = message.client_id().is_some_and(|id| id.as_str() == send.client_id);
                    let is_said = match &message.content {
                        Content::Text { text, edited_at: None, .. } => text.as_str() == send.text,
                        _ => true,
                    };
                    message.sender_id == send.sender_id && is_named && is_said
                });
                if !is_it {
                    complaints.push(format!("{} was acknowledged as {seq} and is not there", send.client_id));
                }
            }
            Told::Refused { code } if talk.sends.contains_key(&name) => {
                complaints.push(format!("{} was refused as {code} and is there", send.client_id));
            }
            Told::Refused { code } if code != "conversation_closed" => {
                complaints.push(format!("{} was refused as {code} for no reason", send.client_id));
            }
            Told::Refused { .. } | Told::Nothing => {}
        }
    }
    complaints
}

/// What was acknowledged as changed is changed.
fn of_amendments(state: &State, history: &History) -> Vec<String> {
    let is_so = |amended: &&Amended| {
        let talk = state.talks.get(&amended.conversation_id)?;
        let message = talk.entries.get(&amended.seq)?;
        Some(message.text().map(MessageText::as_str) == amended.text.as_deref())
    };
    let wrong = history.amended.iter().filter(|amended| is_so(amended) == Some(false));
    wrong.map(|amended| format!("entry {} was acknowledged as changed and is not", amended.seq)).collect()
}

/// What was sent after something else had been acknowledged has a later number.
fn of_real_time(history: &History) -> Vec<String> {
    let mut complaints = Vec::new();
    let mut newest: BTreeMap<ConversationId, Vec<(u64, u64)>> = BTreeMap::new();
    let mut sends: Vec<_> = history.sends.iter().collect();
    sends.sort_by_key(|send| send.told_at);
    for send in &sends {
        let Told::Acknowledged { seq } = send.outcome else { continue };
        let before = newest.entry(send.conversation_id).or_default();
        let was_told = before.partition_point(|(told_at, _)| *told_at < send.invoked_at.unix_millis());
        if before[..was_told].iter().any(|(_, earlier)| *earlier >= seq) {
            complaints.push(format!("{} came later and has the earlier number {seq}", send.client_id));
        }
        before.push((send.told_at.unix_millis(), seq));
    }
    complaints
}

/// What a reader has to see of a conversation.
fn truth(talk: &Talk) -> Log {
    let mut log = Log::default();
    for message in stored(talk, 0, usize::MAX) {
        log.take(&serde_json::to_value(MessageView::from(&message)).unwrap()).unwrap();
    }
    log
}

/// Who is there and does not hide is taken to be there by whoever talks with them, and nobody else is.
fn of_presence(state: &State, device: &Device) -> Vec<String> {
    let mut complaints = Vec::new();
    let open = state.talks.values().filter(|talk| talk.meta.is_open());
    let pairs = open.filter_map(|talk| match talk.meta.party {
        Party::Pair(pair) if pair.contains(&device.user_id) => pair.into_iter().find(|one| *one != device.user_id),
        _ => None,
    });
    for other in pairs {
        let is_hidden = state.settings.get(&other).is_some_and(|(_, hides)| *hides);
        let is_there = !is_hidden && state.sockets.values().any(|socket| socket.user_id == other);
        match device.takes_to_be_there(other) {
            Some(seen) if seen != is_there => {
                complaints.push(format!("{} takes {other} to be there: {seen}, and it is {is_there}", device.name()));
            }
            _ => {}
        }
    }
    complaints
}

/// Everybody sees the same, all of it, in the same order.
fn of_a_reader(state: &State, device: &Device) -> Vec<String> {
    let mut complaints = Vec::new();
    let logs: BTreeMap<ConversationId, Log> = device.logs();
    for (id, talk) in &state.talks {
        let is_theirs = talk.participants.contains_key(&device.user_id);
        let (seen, truth) = (logs.get(id).cloned().unwrap_or_default(), truth(talk));
        if !is_theirs {
            if !seen.seqs().is_empty() {
                complaints.push(format!("{} hears a conversation of others", device.name()));
            }
        } else if talk.meta.is_open() && (seen.seqs() != truth.seqs() || seen.reading() != truth.reading()) {
            let (has, is) = (seen.seqs().len(), truth.seqs().len());
            complaints.push(format!("{} has {has} of {is} entries of {id}, or other ones", device.name()));
        } else if !seen.agrees_with(&truth) {
            complaints.push(format!("{} has seen what is not in {id}", device.name()));
        }
    }
    complaints
}

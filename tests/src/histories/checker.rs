//! The checker: holds what clients were told and have seen to what is stored.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::device::Device;
use crate::support::Town;

/// What is stored of a conversation.
pub(super) struct Stored {
    conversation: String,
    /// The number of the last entry, as the conversation counts them.
    pub(super) last: u64,
    /// Sender, name and text by number, as they are stored.
    messages: BTreeMap<u64, (String, String, String)>,
    /// Numbers by sender and name.
    sends: BTreeMap<String, u64>,
}

impl Stored {
    pub(super) fn read(town: &Town, conversation: &str) -> Self {
        let pk = format!("CONV#{conversation}");
        let meta = town.item("Chat", &pk, "META").unwrap();
        let text = |item: &Value, name: &str| item[name]["S"].as_str().unwrap().to_owned();
        let number = |item: &Value, name: &str| item[name]["N"].as_str().unwrap().parse::<u64>().unwrap();
        let message = |item: &Value| {
            (number(item, "seq"), (text(item, "sender_id"), text(item, "client_id"), text(item, "text")))
        };
        let messages: Vec<_> = items(town, &pk, "MSG#").iter().map(message).collect();
        let sends = items(town, &pk, "CID#");
        let sends = sends.iter().map(|item| (text(item, "sk").replace("CID#", ""), number(item, "seq")));
        Self {
            conversation: conversation.to_owned(),
            last: number(&meta, "seq"),
            messages: messages.into_iter().collect(),
            sends: sends.collect(),
        }
    }

    /// Numbers without gaps, and no message twice.
    fn complaints(&self) -> Vec<String> {
        let mut complaints = Vec::new();
        let (count, conversation) = (self.messages.len(), &self.conversation);
        if !self.messages.keys().copied().eq(1..=self.last) {
            complaints.push(format!("{conversation} has {count} entries up to number {}", self.last));
        }
        let mut names = BTreeMap::new();
        for (seq, (sender, client_id, _)) in &self.messages {
            let name = format!("{sender}#{client_id}");
            if self.sends.get(&name) != Some(seq) {
                complaints.push(format!("{name} is stored as {seq} and known as {:?}", self.sends.get(&name)));
            }
            if let Some(first) = names.insert(name.clone(), *seq) {
                complaints.push(format!("{name} is stored twice, as {first} and {seq}"));
            }
        }
        complaints
    }
}

/// Everything that is wrong with a history that has come to rest.
pub(super) fn complaints(stored: &[Stored], devices: &[Device<'_>]) -> Vec<String> {
    let mut complaints: Vec<String> = stored.iter().flat_map(Stored::complaints).collect();
    let last = stored.iter().map(|stored| (stored.conversation.clone(), stored.last)).collect();
    for device in devices {
        complaints.extend(device.complaints.iter().cloned());
        complaints.extend(device.lacks(&last));
        complaints.extend(of_receipts(stored, device));
        complaints.extend(of_reading(stored, device));
    }
    complaints
}

/// What is acknowledged is stored under its number, and what was said later has a later one.
fn of_receipts(stored: &[Stored], device: &Device<'_>) -> Vec<String> {
    let mut complaints = Vec::new();
    let mut newest: BTreeMap<&str, u64> = BTreeMap::new();
    for receipt in &device.receipts {
        let stored = stored.iter().find(|stored| stored.conversation == receipt.conversation).unwrap();
        let (name, seq) = (&receipt.client_id, receipt.seq);
        let is = stored.messages.get(&seq);
        if is != Some(&(device.person.id.clone(), name.clone(), receipt.text.clone())) {
            complaints.push(format!("{name} was acknowledged as {seq}, where {is:?} is stored"));
        }
        let before = newest.insert(&receipt.conversation, seq).unwrap_or_default();
        if before >= seq {
            complaints.push(format!("{name} was said after number {before} and is number {seq}"));
        }
    }
    complaints
}

/// Every reader sees the same, in the same order.
fn of_reading(stored: &[Stored], device: &Device<'_>) -> Vec<String> {
    let mut complaints = Vec::new();
    for (conversation, log) in &device.logs {
        let truth = &stored.iter().find(|stored| stored.conversation == *conversation).unwrap().messages;
        let differs = |(seq, name, text): &(u64, String, Option<String>)| {
            truth.get(seq).is_none_or(|(_, client_id, said)| client_id != name || Some(said) != text.as_ref())
        };
        let other: BTreeSet<u64> = log.reading().into_iter().filter(differs).map(|(seq, ..)| seq).collect();
        if !other.is_empty() {
            complaints.push(format!("{} reads something else as {other:?} of {conversation}", device.name));
        }
    }
    complaints
}

/// The items of a partition whose sort keys begin alike, however many pages they are.
fn items(town: &Town, pk: &str, prefix: &str) -> Vec<Value> {
    let mut query = json!({
        "TableName": town.table("Chat"), "ConsistentRead": true,
        "KeyConditionExpression": "pk = :pk AND begins_with(sk, :prefix)",
        "ExpressionAttributeValues": { ":pk": { "S": pk }, ":prefix": { "S": prefix } },
    });
    let mut items = Vec::new();
    loop {
        let page = town.stack.dynamo("Query", &query).unwrap();
        items.extend(page["Items"].as_array().unwrap().iter().cloned());
        match page.get("LastEvaluatedKey") {
            Some(key) => query["ExclusiveStartKey"] = key.clone(),
            None => return items,
        }
    }
}

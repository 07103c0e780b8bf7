//! Members of a project who were never there: only the rows that their joining would have left.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use shared::domain::id::{Id, UserId};
use shared::domain::time::Timestamp;

use crate::support::Town;

/// How many items one batch takes.
const BATCH: usize = 25;

/// Lets `count` people more take part in the conversation of a project.
pub(super) fn joins(town: &Town, conversation: &str, count: usize) {
    let now = Timestamp::from_unix_seconds(std::time::UNIX_EPOCH.elapsed().unwrap().as_secs());
    let person = |n: usize| {
        let mut entropy = [0; 10];
        entropy[..8].copy_from_slice(&(n as u64).to_be_bytes());
        UserId::from_parts(now, entropy)
    };
    let people: Vec<UserId> = (0..count).map(person).collect();
    let ids: Vec<_> = people.iter().map(|id| STANDARD.encode(id.as_uuid().as_bytes())).collect();
    let pk = format!("CONV#{conversation}");
    let change = json!({
        "TableName": town.table("Chat"), "Key": { "pk": { "S": pk }, "sk": { "S": "ROSTER" } },
        "UpdateExpression": "ADD member_ids :people", "ExpressionAttributeValues": { ":people": { "BS": ids } },
    });
    town.stack.dynamo("UpdateItem", &change).unwrap();
    let rows: Vec<_> = people.iter().flat_map(|id| rows(conversation, *id, now)).collect();
    for batch in rows.chunks(BATCH) {
        let puts: Vec<_> = batch.iter().map(|item| json!({ "PutRequest": { "Item": item } })).collect();
        let puts = json!({ "RequestItems": { town.table("Chat"): puts } });
        let answer = town.stack.dynamo("BatchWriteItem", &puts).unwrap();
        assert!(answer["UnprocessedItems"].as_object().is_none_or(serde_json::Map::is_empty), "{answer}");
    }
}

/// The marks of a member, and the line in their inbox.
fn rows(conversation: &str, id: UserId, now: Timestamp) -> [Value; 2] {
    let marks = json!({
        "pk": { "S": format!("CONV#{conversation}") }, "sk": { "S": format!("MEMBER#{id}") },
        "user_id": { "S": id.to_string() }, "read_seq": { "N": "0" }, "read_n": { "N": "0" }, "delivered_seq": { "N": "0" },
    });
    let line = json!({
        "pk": { "S": format!("USER#{id}") }, "sk": { "S": format!("CONV#{conversation}") },
        "conversation_id": { "S": conversation }, "joined_at": { "S": now.to_string() },
    });
    [marks, line]
}

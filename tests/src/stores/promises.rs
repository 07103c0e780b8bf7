//! Promises that nobody keeps.

use serde_json::json;
use shared::adapters::dynamo::DynamoOutbox;
use shared::config::TableName;
use shared::domain::outbox::{Effect, LAPSES_AFTER, PushEffect};
use shared::ports::outbox::{Outbox as _, Promises as _};

use super::{Hands, finish, table, today};
use crate::support::Town;

#[test]
fn a_promise_that_nobody_keeps_lapses_and_is_no_longer_there_when_it_has() {
    let (outbox, town) = (DynamoOutbox::new(table(TableName::Outbox)), Town::peaceful());
    let ambient = Hands::at(today()).ambient();
    // The stream brings no message of a conversation, so that nobody keeps the promise meanwhile.
    let message = PushEffect::MessageNew { conversation_id: ambient.id(), first: 1, last: 1, left: None };
    let entry = ambient.promise(Effect::Push(message));
    let is_left_over = || finish(outbox.left_over(entry.minute())).unwrap().entries.contains(&entry);
    finish(outbox.promise(&entry)).unwrap();
    assert!(is_left_over());
    let partition = format!("DUE#{}#{}", entry.minute(), entry.shard());
    let mut row = town.item("Outbox", &partition, &entry.id.to_string()).unwrap();
    assert_eq!(row["expires_at"]["N"], (entry.created_at + LAPSES_AFTER).unix_seconds().to_string());
    row["expires_at"]["N"] = json!((today().unix_seconds() - 1).to_string());
    town.put_item("Outbox", &row);
    assert!(!is_left_over(), "whether or not it has been deleted yet");
    finish(outbox.finish(&entry)).unwrap();
}

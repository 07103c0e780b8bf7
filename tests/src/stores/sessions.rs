//! Sessions, when two change one at the same time.

use std::sync::Arc;

use serde_json::json;
use shared::adapters::dynamo::{DynamoOutbox, DynamoSessions};
use shared::config::TableName;
use shared::domain::id::{SessionId, UserId};
use shared::domain::session::{Client, LIFETIME, RefreshKey, RefreshState, RefreshToken, Session, SessionState};
use shared::ports::sessions::{Rotation, Sessions, Start};

use super::{Hands, finish, table, today};
use crate::support::Town;

fn sessions() -> DynamoSessions {
    let outbox = DynamoOutbox::new(table(TableName::Outbox));
    DynamoSessions::new(table(TableName::Sessions), table(TableName::Accounts), outbox)
}

/// A session of somebody who has an account and no password.
fn session(hands: &Arc<Hands>) -> (Session, RefreshToken) {
    let (ambient, now) = (hands.ambient(), hands.now());
    let (user_id, session_id) = (ambient.id::<UserId>(), ambient.id::<SessionId>());
    let token = RefreshToken::first(user_id, session_id, ambient.bytes());
    let session = Session {
        user_id,
        session_id,
        state: SessionState::Active,
        version: 1,
        refresh: RefreshState::first(&token, now),
        client: Client::default(),
        created_at: now,
        ends_at: now + LIFETIME,
    };
    let account = json!({
        "pk": { "S": format!("USER#{user_id}") }, "sk": { "S": "ACCOUNT" },
        "email": { "S": "ada@example.org" }, "state": { "S": "active" }, "created_at": { "S": now.to_string() },
    });
    Town::peaceful().put_item("Accounts", &account);
    (session, token)
}

#[test]
fn a_rotation_that_comes_late_does_not_undo_a_later_one() {
    let hands = Hands::at(today());
    let (store, key) = (sessions(), RefreshKey::new(b"key"));
    let (session, first) = session(&hands);
    assert_eq!(finish(store.create(&session, None)).unwrap(), Start::Started);
    let (now, ends_at) = (hands.now(), session.ends_at);
    let (second, third) = (first.child(&key), first.child(&key).child(&key));
    let to_second = session.refresh.rotated(&second, now);
    let to_third = to_second.rotated(&third, now);
    assert_eq!(finish(store.rotate(&session, 1, to_second.clone(), ends_at)).unwrap(), Rotation::Done);
    assert_eq!(finish(store.rotate(&session, 2, to_third.clone(), ends_at)).unwrap(), Rotation::Done);
    assert_eq!(finish(store.rotate(&session, 1, to_second, ends_at)).unwrap(), Rotation::Outdated);
    let stored = finish(store.find(session.user_id, session.session_id)).unwrap().unwrap();
    assert_eq!(stored.refresh, to_third);
}

#[test]
fn an_ended_session_is_not_rotated_back_to_life() {
    let hands = Hands::at(today());
    let store = sessions();
    let (session, first) = session(&hands);
    assert_eq!(finish(store.create(&session, None)).unwrap(), Start::Started);
    finish(store.end(&session, SessionState::Ended, &[])).unwrap();
    let child = first.child(&RefreshKey::new(b"key"));
    let next = session.refresh.rotated(&child, hands.now());
    assert_eq!(finish(store.rotate(&session, 1, next, session.ends_at)).unwrap(), Rotation::Outdated);
}

#[test]
fn a_session_of_somebody_who_is_kept_out_is_not_prolonged() {
    let hands = Hands::at(today());
    let store = sessions();
    let (session, first) = session(&hands);
    assert_eq!(finish(store.create(&session, None)).unwrap(), Start::Started);
    // The sanction is there; whoever imposed it was interrupted before the sessions were ended.
    let mut account = Town::peaceful().item("Accounts", &format!("USER#{}", session.user_id), "ACCOUNT").unwrap();
    account["sanction"] = json!({ "M": {
        "kind": { "S": "ban" }, "reason": { "S": "spam" }, "since": { "S": hands.now().to_string() },
        "until": { "S": "9999-12-31T23:59:59.000Z" },
    } });
    Town::peaceful().put_item("Accounts", &account);
    let next = session.refresh.rotated(&first.child(&RefreshKey::new(b"key")), hands.now());
    assert_eq!(finish(store.rotate(&session, 1, next, session.ends_at)).unwrap(), Rotation::Refused);
}

#[test]
fn a_sign_in_whose_password_was_changed_meanwhile_starts_nothing() {
    let hands = Hands::at(today());
    let store = sessions();
    let (session, _) = session(&hands);
    let started = finish(store.create(&session, Some("the hash of a password that was replaced"))).unwrap();
    assert_eq!(started, Start::PasswordChanged);
    assert_eq!(finish(store.find(session.user_id, session.session_id)).unwrap(), None);
}

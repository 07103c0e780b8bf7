//! Counting, with a moved clock.

use std::sync::Arc;

use shared::adapters::dynamo::DynamoLimits;
use shared::config::TableName;
use shared::domain::limit::{LOGIN_PER_ADDRESS, LOGIN_PER_ADDRESS_AND_NETWORK, MAIL_IN_ALL, Subject};
use shared::domain::time::Timestamp;
use shared::ports::limits::Limits;

use super::{Hands, finish, table, today};

fn limits(hands: &Arc<Hands>) -> DynamoLimits {
    DynamoLimits::new(table(TableName::Ops), hands.ambient())
}

fn network(last: u8) -> Subject {
    Subject::network([203, 0, 113, last].into())
}

#[test]
fn a_flood_is_stopped_until_its_window_ends_and_again_in_the_next() {
    let hands = Hands::at(today());
    let (limits, flood) = (limits(&hands), network(1));
    let limit = &LOGIN_PER_ADDRESS;
    for _ in 0..3 {
        let mut allowance = finish(limits.take(limit, &flood)).unwrap();
        for taken in 2..=limit.max + 5 {
            allowance = finish(limits.take(limit, &flood)).unwrap();
            assert_eq!(allowance.is_exceeded, taken > limit.max, "the attempt {taken}");
        }
        // A second before the end nothing has changed; after it everything starts anew.
        let end = hands.now() + allowance.resets_in;
        hands.moves_to(Timestamp::from_unix_millis(end.unix_millis() - 1_000));
        assert!(finish(limits.take(limit, &flood)).unwrap().is_exceeded);
        hands.moves_to(end);
    }
}

#[test]
fn attempts_at_the_same_moment_are_counted_one_by_one_by_all_environments() {
    let hands = Hands::at(today());
    let environments = [limits(&hands), limits(&hands), limits(&hands)];
    let (limit, crowd) = (&LOGIN_PER_ADDRESS_AND_NETWORK, network(2));
    let takes = (0..30).map(|n| environments[n % 3].take(limit, &crowd));
    let allowances = finish(futures::future::try_join_all(takes)).unwrap();
    assert_eq!(allowances.iter().filter(|allowance| !allowance.is_exceeded).count(), limit.max as usize);
}

#[test]
fn what_is_given_back_does_not_count() {
    let hands = Hands::at(today());
    let (limits, owner, limit) = (limits(&hands), network(3), &LOGIN_PER_ADDRESS_AND_NETWORK);
    for _ in 0..limit.max * 2 {
        assert!(!finish(limits.take(limit, &owner)).unwrap().is_exceeded);
        finish(limits.give_back(limit, &owner)).unwrap();
    }
}

#[test]
fn a_counter_that_everybody_increases_is_spread_and_stays_true() {
    let hands = Hands::at(today());
    let (limits, limit, all) = (limits(&hands), &MAIL_IN_ALL, network(4));
    let mails = (0..160).map(|_| limits.take(limit, &all));
    let last = finish(futures::future::try_join_all(mails)).unwrap().into_iter().map(|left| limit.max - left.remaining);
    let highest = last.max().unwrap();
    assert!((80..=400).contains(&highest), "eight shards of some twenty each stand for 160, not for {highest}");
}

//! What happens when `DynamoDB` does not answer, answers too late, or answers and nobody hears it.

use std::time::Duration;

use serde_json::json;

use crate::support::{Fault, On, Person, Story, eventually};

#[test]
fn a_send_whose_answer_is_lost_after_the_commit_still_answers_the_stored_message() {
    let story = Story::in_trouble();
    let (ada, bob, conversation) = story.couple();
    // More losses than the SDK retries: only looking for what was stored can tell.
    let lost = On::call("TransactWriteItems", &conversation);
    story.town.faults().next(3, lost.clone(), Fault::LoseAnswer);
    let mut bob_hears = bob.connects();
    assert_eq!(ada.says(&conversation, "a1", "committed, not confirmed")["seq"], 1);
    assert_eq!(bob_hears.hears("message.new")["seq"], 1, "it is delivered like any other");
    assert!(story.town.faults().befallen(&conversation) >= 3);

    story.town.faults().next(3, lost, Fault::LoseAnswer);
    let by_socket = ada.connects().says(&conversation, "a2", "by the other door");
    assert_eq!(by_socket["seq"], 2);
    assert_eq!(story.town.faults().befallen(&conversation), 6);
    let said: Vec<_> = bob.reads(&conversation).into_iter().map(|(_, text)| text).collect();
    assert_eq!(said, ["committed, not confirmed", "by the other door"]);
}

#[test]
fn a_database_that_dies_in_the_middle_of_a_send_is_a_clear_503_and_nothing_is_torn() {
    let story = Story::in_trouble();
    let (ada, bob, conversation) = story.couple();
    ada.says(&conversation, "a1", "before");
    // The send can still read; when it comes to writing, DynamoDB is gone for good.
    story.town.faults().next(1_000, On::call("TransactWriteItems", &conversation), Fault::Refuse);
    let problem = ada.tries_to_say(&conversation, "a2", "during").expect_problem(503, "unavailable");
    assert!(problem["detail"].as_str().unwrap().contains("try again"), "{problem}");
    assert!(story.town.faults().befallen(&conversation) > 0);
    story.town.faults().calm(&conversation);
    assert_eq!(bob.reads(&conversation), [(1, "before".to_owned())]);
    assert_eq!(ada.says(&conversation, "a2", "during")["seq"], 2, "the client's retry is the one that counts");
}

#[test]
fn an_edit_of_which_nobody_knows_what_became_is_given_up_as_soon_as_a_send() {
    let story = Story::in_trouble();
    let (ada, bob, conversation) = story.couple();
    ada.says(&conversation, "a1", "before");
    let faults = story.town.faults();
    let gone = || faults.next(1_000, On::call("TransactWriteItems", &conversation), Fault::Refuse);
    gone();
    ada.tries_to_say(&conversation, "a2", "during").expect_problem(503, "unavailable");
    let of_the_send = faults.befallen(&conversation);
    faults.calm(&conversation);
    gone();
    ada.tries_to_edit(&conversation, 1, "after").expect_problem(503, "unavailable");
    assert_eq!(faults.befallen(&conversation) - of_the_send, of_the_send);
    faults.calm(&conversation);
    assert_eq!(bob.reads(&conversation), [(1, "before".to_owned())]);
}

#[test]
fn a_database_that_is_gone_altogether_is_a_clear_503() {
    let story = Story::in_trouble();
    let ada = story.resident("Ada");
    let before = ada.gets("/v1/me").expect(200);
    story.town.faults().next(1_000, On::everything_about(&ada.id), Fault::Refuse);
    eventually("the session cache to run out", || (ada.gets("/v1/me").status == 503).then_some(()));
    ada.gets("/v1/me").expect_problem(503, "unavailable");
    ada.puts("/v1/me", &Person::profile("Ada Nova")).expect_problem(503, "unavailable");
    story.town.faults().calm(&ada.id);
    assert_eq!(ada.gets("/v1/me").expect(200), before);
}

#[test]
fn conflicts_throttles_and_server_errors_are_waited_out() {
    let story = Story::in_trouble();
    let (ada, bob, conversation) = story.couple();
    for (n, fault) in [Fault::Conflict, Fault::Throttle, Fault::ServerError].into_iter().enumerate() {
        story.town.faults().next(1, On::call("TransactWriteItems", &conversation), fault);
        let sent = ada.says(&conversation, &format!("a{n}"), &format!("in spite of {fault:?}"));
        assert_eq!(sent["seq"].as_u64(), Some(n as u64 + 1), "{fault:?}");
    }
    assert_eq!(story.town.faults().befallen(&conversation), 3);
    assert_eq!(bob.reads(&conversation).len(), 3);
}

#[test]
fn a_stalled_read_is_tried_again_on_another_connection() {
    let story = Story::in_trouble();
    let ada = story.resident("Ada");
    let path = format!("/v1/profiles/{}", ada.id);
    story.town.faults().next(1, On::call("GetItem", &ada.id), Fault::Stall(Duration::from_secs(20)));
    assert_eq!(ada.gets(&path).expect(200)["name"], "Ada");
    assert_eq!(story.town.faults().befallen(&ada.id), 1);
}

#[test]
fn a_like_whose_answer_is_lost_still_makes_one_match() {
    let story = Story::in_trouble();
    let (ada, bob) = (story.resident("Ada"), story.resident("Bob"));
    ada.likes(&bob);
    story.town.faults().next(3, On::call("TransactWriteItems", &bob.id), Fault::LoseAnswer);
    let first = bob.tries_to_like(&ada);
    assert_eq!(story.town.faults().befallen(&bob.id), 3, "every answer the SDK waited for was lost");
    let second = bob.puts(&format!("/v1/likes/{}", ada.id), &json!({})).expect(200);
    assert_eq!(second["state"], "matched");
    story.remember(second["conversation_id"].as_str().unwrap());
    assert!(first.status == 200 || first.status == 503, "{}", first.status);
    assert_eq!(ada.gets("/v1/connections").expect(200)["items"].as_array().unwrap().len(), 1);
}

#[test]
fn a_block_that_comes_between_the_check_and_the_write_of_a_send_wins() {
    let story = Story::in_trouble();
    let (ada, bob, conversation) = story.couple();
    // Bob's send has seen an open conversation and is about to write when Ada's block commits.
    let faults = story.town.faults();
    faults.next(100, On::call("TransactWriteItems", "in spite of the block"), Fault::Hold);
    let answer = std::thread::scope(|scope| {
        let send = scope.spawn(|| bob.tries_to_say(&conversation, "b1", "in spite of the block"));
        eventually("a send on the wire", || (faults.befallen("in spite of the block") > 0).then_some(()));
        ada.blocks(&bob);
        faults.calm("in spite of the block");
        send.join().unwrap()
    });
    answer.expect_problem(403, "conversation_closed");
    let stored = story.town.item("Chat", &format!("CONV#{conversation}"), "MSG#00000000000000000001");
    assert!(stored.is_none(), "{stored:?}");
}

#[test]
fn a_socket_that_takes_nothing_keeps_nobody_else_from_a_match() {
    let story = Story::in_the_weather();
    let posts = story.town.posts();
    let couples = [0, 1].map(|_| (story.resident("Ada"), story.resident("Bob")));
    // Whichever of the two is told first.
    let [(first, second), (other_first, other_second)] = &couples;
    for (stuck, free) in [(first, second), (other_second, other_first)] {
        let (_silent, mut socket) = (stuck.connects(), free.connects());
        let to_the_stuck = format!(r#""user_id":"{}""#, free.id);
        posts.next(1_000, On::call("POST", &to_the_stuck), Fault::ServerError);
        stuck.likes(free);
        free.matches_with(stuck);
        socket.hears("match.new");
        eventually("a frame that does not arrive", || (posts.befallen(&to_the_stuck) > 0).then_some(()));
        posts.calm(&to_the_stuck);
    }
}

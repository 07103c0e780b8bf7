//! Two people who are erased at the same moment, and what holds mails back.

use futures::future::{join, join_all};
use serde_json::{Value, json};
use shared::adapters::dynamo::{DynamoMailboxes, DynamoOutbox, DynamoPairs, TalkTraces};
use shared::config::TableName;
use shared::domain::id::{ConversationId, UserId};
use shared::domain::mailbox::{HoldCause, MailHold};
use shared::ports::erasures::{Left, Traces};
use shared::ports::mailboxes::Mailboxes;
use shared::ports::pairs::{Consequences, Pairs};

use super::{Hands, finish, table, today};
use crate::support::Town;

fn outbox() -> DynamoOutbox {
    DynamoOutbox::new(table(TableName::Outbox))
}

fn traces() -> TalkTraces {
    TalkTraces::new(table(TableName::Chat), outbox(), Hands::at(today()).ambient())
}

/// Two people who matched.
async fn couple() -> ([UserId; 2], ConversationId) {
    let ambient = Hands::at(today()).ambient();
    let (people, talk): ([UserId; 2], ConversationId) = ([ambient.id(), ambient.id()], ambient.id());
    let pairs = DynamoPairs::new(table(TableName::Social), table(TableName::Chat), outbox());
    let before = pairs.find(people[0], people[1]).await.unwrap();
    let mut after = before.clone();
    for person in people {
        after.like(person, None, talk, ambient.now()).unwrap();
    }
    assert!(pairs.replace(&before, &after, &Consequences::default()).await.unwrap());
    (people, talk)
}

/// Goes through somebody's conversations until nothing is left, as the job does.
async fn leaves(traces: &TalkTraces, person: UserId) {
    // A conflict is nobody's fault: the queue brings the job again.
    while !matches!(traces.erase(person).await, Ok(Left::Nothing)) {}
}

#[test]
fn a_conversation_that_both_leave_at_the_same_moment_is_gone() {
    const COUPLES: usize = 12;
    finish(async {
        let traces = traces();
        let couples = join_all((0..COUPLES).map(|_| couple())).await;
        join_all(couples.iter().map(|([a, b], _)| join(leaves(&traces, *a), leaves(&traces, *b)))).await;
        for (_, talk) in couples {
            assert_eq!(Town::peaceful().items("Chat", &format!("CONV#{talk}")), [Value::Null; 0]);
        }
    });
}

/// Between taking the name off a conversation and the line off the list, a job may die.
#[test]
fn whoever_dies_half_way_goes_on_and_the_other_one_keeps_the_conversation() {
    finish(async {
        let traces = traces();
        let ([ada, bob], talk) = couple().await;
        let (key, town) = (format!("USER#{ada}"), Town::peaceful());
        let line = town.items("Chat", &key).remove(0);
        leaves(&traces, ada).await;
        let kept = town.items("Chat", &format!("CONV#{talk}"));
        assert!(kept.iter().any(|item| item["sk"]["S"] == "META"), "{kept:?}");
        town.put_item("Chat", &line);
        leaves(&traces, ada).await;
        assert_eq!(town.items("Chat", &format!("CONV#{talk}")), kept);
        assert_eq!(town.items("Chat", &key), [Value::Null; 0]);
        leaves(&traces, bob).await;
        assert_eq!(town.items("Chat", &format!("CONV#{talk}")), [Value::Null; 0]);
    });
}

#[test]
fn a_hold_gives_way_to_none_but_a_stronger_one_and_nobody_is_held_who_is_not_there() {
    let (mailboxes, hands) = (DynamoMailboxes::new(table(TableName::Accounts)), Hands::at(today()));
    let ada: UserId = hands.ambient().id();
    let key = format!("USER#{ada}");
    let hold = |cause| {
        let (mailboxes, hold) = (mailboxes.clone(), MailHold { cause, since: hands.now() });
        async move { mailboxes.hold(ada, hold).await.unwrap() }
    };
    finish(async {
        assert!(!hold(HoldCause::Bounce).await, "there is nobody");
        assert_eq!(Town::peaceful().item("Accounts", &key, "ACCOUNT"), None);
        let account = json!({ "pk": { "S": key }, "sk": { "S": "ACCOUNT" } });
        Town::peaceful().put_item("Accounts", &account);
        let told = [HoldCause::Complaint, HoldCause::Complaint, HoldCause::Bounce, HoldCause::Complaint];
        let mut answers = Vec::new();
        for cause in told {
            answers.push(hold(cause).await);
        }
        assert_eq!(answers, [true, false, true, false]);
        let kept = Town::peaceful().item("Accounts", &key, "ACCOUNT").unwrap();
        assert_eq!(kept["mail_hold"]["M"]["cause"]["S"], "bounce");
        mailboxes.resume(ada).await.unwrap();
        assert!(!hold(HoldCause::Bounce).await, "what was sent before the wish does not count");
    });
    Town::peaceful().remove_item("Accounts", &key, "ACCOUNT");
}

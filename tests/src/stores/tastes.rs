//! Tastes, when their owner and their answers change them at the same moment.

use shared::adapters::dynamo::{DynamoOutbox, DynamoPairs, DynamoTastes};
use shared::config::TableName;
use shared::domain::id::UserId;
use shared::domain::matching::{Answer, ComponentName, Impression, Lesson, Opinion, Taste, Verdict};
use shared::domain::pair::Pair;
use shared::ports::pairs::{Consequences, Pairs};
use shared::ports::tastes::{TasteKeeper, Tastes};

use super::{Hands, finish, table, today};

fn impression(percent: u8) -> Impression {
    Impression::new([(ComponentName::Skills, percent), (ComponentName::Field, 100 - percent)])
}

fn pairs() -> DynamoPairs {
    DynamoPairs::new(table(TableName::Social), table(TableName::Chat), DynamoOutbox::new(table(TableName::Outbox)))
}

/// Likes or passes as `connections` would, if nothing has changed since `known` was read.
async fn answers(verdict: Verdict, pair: &Pair, me: UserId, known: (Taste, Option<Answer>), percent: u8) -> bool {
    let mut after = pair.clone();
    match verdict {
        Verdict::Liked => drop(after.like(me, None, Hands::at(today()).ambient().id(), today()).unwrap()),
        Verdict::Passed => after.pass(me, today()).unwrap(),
    }
    let (taste, earlier) = known;
    let lesson = Lesson::new(earlier, verdict, impression(percent), today(), taste.era);
    let consequences = Consequences { promise: None, lesson: Some((me, lesson)) };
    pairs().replace(pair, &after, &consequences).await.unwrap()
}

#[test]
fn what_was_read_before_another_change_changes_nothing() {
    let hands = Hands::at(today());
    let tastes = DynamoTastes::new(table(TableName::Social));
    let pairs = DynamoPairs::reader(table(TableName::Social));
    let [me, bob, cem] = [(); 3].map(|()| hands.ambient().id::<UserId>());
    finish(async {
        let unknown = tastes.before_answer(me, bob).await.unwrap();
        assert_eq!(unknown, (Taste::default(), None));
        let strangers = Pair::strangers(me, bob);
        assert!(answers(Verdict::Liked, &strangers, me, unknown.clone(), 80).await);
        // About somebody else it adds up, also with what was read before.
        assert!(answers(Verdict::Passed, &Pair::strangers(me, cem), me, unknown.clone(), 30).await);
        let taste = tastes.find(me).await.unwrap();
        let mut expected = Taste::default();
        expected.learn(&Lesson::new(None, Verdict::Liked, impression(80), today(), 0));
        expected.learn(&Lesson::new(None, Verdict::Passed, impression(30), today(), 0));
        assert_eq!(taste, expected);
        assert_eq!(tastes.find(bob).await.unwrap(), Taste::default(), "nobody else's");

        // About the same person it has to know what it replaces.
        let liked = pairs.find(me, bob).await.unwrap();
        assert!(!answers(Verdict::Passed, &liked, me, unknown, 10).await);
        // Who begins anew has read all answers, and an answer knows of it.
        let known = tastes.before_answer(me, bob).await.unwrap();
        assert!(!tastes.replace(me, &Taste::default(), &Taste::default().forgotten()).await.unwrap());
        assert!(tastes.replace(me, &known.0, &known.0.forgotten()).await.unwrap());
        assert!(!answers(Verdict::Passed, &liked, me, known, 10).await);
        assert_eq!(pairs.find(me, bob).await.unwrap(), liked, "the answer was not given either");
        let known = tastes.before_answer(me, bob).await.unwrap();
        assert!(answers(Verdict::Passed, &liked, me, known, 10).await);
        let taste = tastes.find(me).await.unwrap();
        let count = |verdict| taste.number(verdict, Opinion::Answers);
        assert_eq!((count(Verdict::Liked), count(Verdict::Passed), taste.era), (0, 1, 1));
    });
}

#[test]
fn whoever_lets_somebody_back_in_has_another_list() {
    let hands = Hands::at(today());
    let (tastes, pairs) = (DynamoTastes::new(table(TableName::Social)), pairs());
    let [me, bob] = [(); 2].map(|()| hands.ambient().id::<UserId>());
    finish(async {
        let strangers = Pair::strangers(me, bob);
        assert!(answers(Verdict::Passed, &strangers, me, (Taste::default(), None), 30).await);
        for round in 1..=2 {
            let before = pairs.find(me, bob).await.unwrap();
            let mut blocked = before.clone();
            blocked.block(me, today());
            assert!(pairs.replace(&before, &blocked, &Consequences::default()).await.unwrap());
            assert_eq!(tastes.find(me).await.unwrap().returns, round - 1, "a block is found by whoever shows a list");
            let blocked = pairs.find(me, bob).await.unwrap();
            let mut free = blocked.clone();
            free.unblock(me);
            assert!(pairs.replace(&blocked, &free, &Consequences::default()).await.unwrap());
            let taste = tastes.find(me).await.unwrap();
            assert_eq!((taste.returns, taste.number(Verdict::Passed, Opinion::Answers)), (round, 1));
            assert_eq!(tastes.find(bob).await.unwrap().returns, 0, "who was let back in hears nothing of it");
        }
        let taste = tastes.find(me).await.unwrap();
        assert!(tastes.replace(me, &taste, &taste.forgotten()).await.unwrap());
        assert_eq!(tastes.find(me).await.unwrap().returns, 2);
    });
}

#[test]
fn an_answer_that_is_taken_back_is_gone_with_all_it_taught_and_its_giver_has_another_list() {
    let hands = Hands::at(today());
    let (tastes, pairs) = (DynamoTastes::new(table(TableName::Social)), pairs());
    let [me, bob] = [(); 2].map(|()| hands.ambient().id::<UserId>());
    finish(async {
        assert!(answers(Verdict::Passed, &Pair::strangers(me, bob), me, (Taste::default(), None), 30).await);
        let before = pairs.find(me, bob).await.unwrap();
        let mut after = before.clone();
        after.take_back_pass(me).unwrap();
        let (taste, earlier) = tastes.before_answer(me, bob).await.unwrap();
        let outdated = Answer { version: 7, ..earlier.clone().unwrap() };
        let taking_back = |earlier: Option<Answer>| Consequences {
            promise: None,
            lesson: Some((me, Lesson::taken_back(earlier, taste.era))),
        };
        assert!(!pairs.replace(&before, &after, &taking_back(Some(outdated))).await.unwrap(), "of another answer");
        assert!(pairs.replace(&before, &after, &taking_back(earlier)).await.unwrap());
        let (left, answer) = tastes.before_answer(me, bob).await.unwrap();
        let mut expected = Taste::new(2, 0, false);
        expected.returns = 1;
        assert_eq!((left, answer), (expected, None));
        assert_eq!(pairs.answered_by(me).await.unwrap(), []);
    });
}

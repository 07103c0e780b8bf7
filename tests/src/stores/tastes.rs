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

/// Likes or passes as `connections` would, if nothing has changed since `known` was read.
async fn answers(verdict: Verdict, pair: &Pair, me: UserId, known: (Taste, Option<Answer>), percent: u8) -> bool {
    let pairs =
        DynamoPairs::new(table(TableName::Social), table(TableName::Chat), DynamoOutbox::new(table(TableName::Outbox)));
    let mut after = pair.clone();
    match verdict {
        Verdict::Liked => drop(after.like(me, None, Hands::at(today()).ambient().id(), today()).unwrap()),
        Verdict::Passed => after.pass(me, today()).unwrap(),
    }
    let (taste, earlier) = known;
    let lesson = Lesson::new(earlier, verdict, impression(percent), today(), taste.era);
    let consequences = Consequences { promise: None, lesson: Some((me, lesson)) };
    pairs.replace(pair, &after, &consequences).await.unwrap()
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

//! What holds for any history of answers.

use proptest::prelude::*;

use super::super::samples::{MODEL, any_person};
use super::super::{Features, score, total_features};
use super::*;
use crate::domain::id::{ConversationId, Id};

const NOW: Timestamp = Timestamp::from_unix_seconds(1_000);

fn lesson(earlier: Option<Answer>, verdict: Verdict, values: &[(ComponentName, u8)]) -> Lesson {
    Lesson::new(earlier, verdict, Impression::new(values.iter().copied()), NOW, 0)
}

/// A taste after these answers about as many people.
fn taught(answers: &[(Verdict, Vec<(ComponentName, u8)>)]) -> Taste {
    let mut taste = Taste::default();
    for (verdict, values) in answers {
        taste.learn(&lesson(None, *verdict, values));
    }
    taste
}

/// So many likes and passes which differ in one component only.
fn about(name: ComponentName, likes: (usize, u8), passes: (usize, u8)) -> Taste {
    let of = |verdict, (count, percent)| std::iter::repeat_n((verdict, vec![(name, percent)]), count);
    taught(&of(Verdict::Liked, likes).chain(of(Verdict::Passed, passes)).collect::<Vec<_>>())
}

fn weight(taste: &Taste, name: ComponentName) -> f64 {
    let base = Weights::default();
    taste.leaning(&base).map_or(base, |leaning| leaning.weights).of(name)
}

fn any_answer() -> impl Strategy<Value = (Verdict, Vec<(ComponentName, u8)>)> {
    let values = prop::sample::subsequence(ComponentName::ALL.to_vec(), 0..=COMPONENTS)
        .prop_flat_map(|names| {
            let count = names.len();
            (Just(names), prop::collection::vec(0..=100_u8, count))
        })
        .prop_map(|(names, values)| names.into_iter().zip(values).collect());
    (prop::sample::select(Verdict::ALL.to_vec()), values)
}

fn any_base() -> impl Strategy<Value = Weights> {
    prop::array::uniform9(0.0..=1.0_f64).prop_map(|listed| {
        let listed: Vec<_> = ComponentName::ALL.into_iter().zip(listed).collect();
        Weights::new(&listed).unwrap_or_default()
    })
}

#[test]
fn few_answers_of_either_kind_move_nothing() {
    let field = ComponentName::Field;
    for taste in [about(field, (4, 100), (40, 0)), about(field, (40, 100), (4, 0)), about(field, (40, 100), (0, 0))] {
        assert_eq!(taste.leaning(&Weights::default()), None);
    }
    assert_eq!(about(field, (9, 50), (9, 50)).leaning(&Weights::default()), None, "nothing tells likes from passes");
    let leaning = about(field, (5, 100), (6, 20)).leaning(&Weights::default()).unwrap();
    let learned = leaning.all();
    assert_eq!(learned[field.index()].because.as_deref(), Some("5 likes had 1.00 here, 6 passes 0.20"));
    assert!(learned.iter().filter(|weight| weight.because.is_some()).count() == 1, "{learned:?}");
}

#[test]
fn what_tells_likes_from_passes_counts_more_and_the_opposite_less() {
    let field = ComponentName::Field;
    let base = Weights::default().of(field);
    assert!(weight(&about(field, (9, 90), (9, 60)), field) > base);
    assert!(weight(&about(field, (9, 60), (9, 90)), field) < base);
}

#[test]
fn an_answer_that_is_taken_back_leaves_no_trace() {
    let (name, other) = (ComponentName::Skills, ComponentName::Place);
    let mut taste = Taste::default();
    let like = lesson(None, Verdict::Liked, &[(name, 80), (other, 10)]);
    taste.learn(&like);
    let pass = lesson(like.answer, Verdict::Passed, &[(name, 60)]);
    assert_eq!(pass.answer.as_ref().map(|answer| answer.version), Some(2));
    taste.learn(&pass);
    let never_liked = taught(&[(Verdict::Passed, vec![(name, 60)])]);
    assert_eq!(Taste { version: 1, ..taste }, never_liked);
}

#[test]
fn who_begins_anew_is_not_charged_for_what_was_forgotten() {
    let like = lesson(None, Verdict::Liked, &[(ComponentName::Skills, 80)]);
    let mut taste = Taste::default();
    taste.learn(&like);
    let mut taste = taste.switched(true).forgotten();
    assert_eq!((taste.version, taste.era, taste.is_off), (3, 1, true));
    taste.learn(&Lesson::new(like.answer, Verdict::Passed, Impression::default(), NOW, taste.era));
    assert_eq!(taste.number(Verdict::Liked, Opinion::Answers), 0);
    assert_eq!(taste.number(Verdict::Passed, Opinion::Answers), 1);
}

#[test]
fn an_answer_that_is_taken_back_lets_its_subject_return_also_when_it_was_forgotten() {
    let pass = lesson(None, Verdict::Passed, &[(ComponentName::Skills, 30)]);
    let mut taste = Taste::default();
    taste.learn(&pass);
    let mut forgotten = taste.forgotten();
    taste.learn(&Lesson::taken_back(pass.answer.clone(), 0));
    assert_eq!(taste, Taste { version: 2, returns: 1, ..Taste::default() });
    forgotten.learn(&Lesson::taken_back(pass.answer, 1));
    assert_eq!((forgotten.returns, forgotten.number(Verdict::Passed, Opinion::Answers)), (1, 0));
}

#[test]
fn who_does_not_want_weights_to_move_keeps_them() {
    let taste = about(ComponentName::Field, (9, 100), (9, 0)).switched(true);
    assert_eq!(taste.leaning(&Weights::default()), None);
    assert!(taste.would_lean(&Weights::default()).is_some());
    assert!(taste.switched(false).leaning(&Weights::default()).is_some());
}

#[test]
fn only_likes_and_passes_are_answers() {
    let [ada, bob] = [1, 2].map(|n| UserId::from_parts(NOW, [n; 10]));
    let strangers = Pair::strangers(ada, bob);
    let change = |before: &Pair, change: &dyn Fn(&mut Pair)| {
        let mut after = before.clone();
        change(&mut after);
        (Verdict::given(before, &after, ada), Verdict::given(before, &after, bob), after)
    };
    let conversation = ConversationId::from_parts(NOW, [9; 10]);
    let like = |by, intro: Option<&str>| {
        let intro = intro.map(str::to_owned);
        move |pair: &mut Pair| drop(pair.like(by, intro.clone(), conversation, NOW))
    };
    let (of_ada, of_bob, liked) = change(&strangers, &like(ada, None));
    assert_eq!((of_ada, of_bob), (Some(Verdict::Liked), None));
    let (of_ada, ..) = change(&liked, &like(ada, Some("Hello")));
    assert_eq!(of_ada, None, "the same answer in other words");
    let (of_ada, _, _) = change(&liked, &|pair| drop(pair.pass(ada, NOW)));
    assert_eq!(of_ada, Some(Verdict::Passed));
    let (_, of_bob, matched) = change(&liked, &like(bob, None));
    assert_eq!(of_bob, Some(Verdict::Liked));
    let unmatch = |pair: &mut Pair| drop(pair.unmatch());
    let block = |pair: &mut Pair| pair.block(ada, NOW);
    for (of_ada, of_bob, _) in [change(&matched, &unmatch), change(&matched, &block)] {
        assert_eq!((of_ada, of_bob), (None, None));
    }
}

proptest! {
    #[test]
    fn weights_stay_within_their_bounds_and_make_one(
        answers in prop::collection::vec(any_answer(), 0..60), base in any_base(),
    ) {
        let Some(leaning) = taught(&answers).leaning(&base) else { return Ok(()) };
        let mut sum = 0.0;
        for name in ComponentName::ALL {
            let (before, after) = (base.of(name), leaning.weights.of(name));
            prop_assert!(after >= before * 0.5 - 1e-12 && after <= before * 1.5 + 1e-12, "{name:?}: {before} {after}");
            prop_assert!(after <= Weights::MAX && (after > 0.0 || before <= 0.0), "{name:?}: {after}");
            sum += after;
        }
        prop_assert!((sum - 1.0).abs() < 1e-9, "{sum}");
    }

    #[test]
    fn a_taste_is_the_sum_of_the_answers_in_any_order(
        answers in prop::collection::vec((0..6_usize, prop::option::weighted(0.8, any_answer())), 0..30), cut in any::<prop::sample::Index>(),
    ) {
        // Several answers about the same people, each replacing the one before, and some that are taken back.
        let mut last: [Option<Answer>; 6] = Default::default();
        let mut taste = Taste::default();
        for (person, answer) in &answers {
            let earlier = last[*person].take();
            let lesson = match answer {
                Some((verdict, values)) => lesson(earlier, *verdict, values),
                None => Lesson::taken_back(earlier, 0),
            };
            taste.learn(&lesson);
            last[*person] = lesson.answer;
        }
        let mut kept: Vec<Answer> = last.into_iter().flatten().collect();
        if !kept.is_empty() {
            let cut = cut.index(kept.len());
            kept.rotate_left(cut);
        }
        let mut again = Taste::default();
        for answer in kept {
            again.learn(&Lesson { earlier: None, answer: Some(answer), era: 0 });
        }
        let (version, returns) = (taste.version, taste.returns);
        prop_assert_eq!(&Taste { version, returns, ..again.clone() }, &taste);
        let [one, other] = [&again, &taste].map(|taste| taste.leaning(&Weights::default()).map(|leaning| leaning.weights));
        prop_assert_eq!(one, other);
    }

    #[test]
    fn more_of_the_same_answers_move_a_weight_further(
        name in prop::sample::select(ComponentName::ALL.to_vec()), likes in 0..30_usize, passes in 0..30_usize,
        more in 0..30_usize, liked in 0..=100_u8, passed in 0..=100_u8,
    ) {
        let few = weight(&about(name, (likes, liked), (passes, passed)), name);
        let many = weight(&about(name, (likes + more, liked), (passes + more, passed)), name);
        let base = Weights::default().of(name);
        prop_assert!((many - base).abs() >= (few - base).abs() - 1e-12, "{base} {few} {many}");
        prop_assert!((few - base) * (many - base) >= 0.0, "in the same direction");
    }

    #[test]
    fn a_greater_difference_never_weighs_less(
        name in prop::sample::select(ComponentName::ALL.to_vec()), liked in prop::array::uniform2(0..=100_u8), passed in 0..=100_u8,
    ) {
        let [low, high] = [liked[0].min(liked[1]), liked[0].max(liked[1])];
        let at = |liked| weight(&about(name, (9, liked), (9, passed)), name);
        prop_assert!(at(low) <= at(high) + 1e-12);
    }

    #[test]
    fn what_is_shown_is_what_ranks_and_the_shared_score_does_not_know_whose_it_is(
        a in any_person(), b in any_person(), answers in prop::collection::vec(any_answer(), 40..60),
    ) {
        let Some(leaning) = taught(&answers).leaning(&MODEL.weights) else { return Ok(()) };
        let score = score(&a, &b, &MODEL);
        let [x, y] = [&a, &b].map(|person| Features::of(person, &MODEL.matrix));
        let ranked = total_features(&x, &y, &MODEL.weighing(leaning.weights));
        let shown = leaning.on(&score);
        prop_assert_eq!(shown.total.to_bits(), ranked.to_bits());
        let sum: f64 = shown.weights.iter().map(|weight| weight.yours).sum();
        prop_assert!((sum - 1.0).abs() < 0.001);
        let explained: f64 = score.components.iter().zip(&shown.weights).map(|(one, mine)| one.value * mine.yours).sum();
        prop_assert!((explained - shown.total).abs() < 0.002, "{explained} {}", shown.total);
        let base: Vec<_> = shown.weights.iter().map(|weight| weight.base.to_bits()).collect();
        prop_assert_eq!(base, score.components.iter().map(|one| one.weight.to_bits()).collect::<Vec<_>>());
    }

    #[test]
    fn an_impression_is_the_score_in_percent(a in any_person(), b in any_person()) {
        let score = score(&a, &b, &MODEL);
        let impression = Impression::from(&score);
        prop_assert_eq!(impression.iter().count(), score.components.len());
        for (component, (name, percent)) in score.components.iter().zip(impression.iter()) {
            prop_assert_eq!(component.name, name);
            prop_assert!((component.value - f64::from(percent) / 100.0).abs() <= 0.0051);
        }
    }
}

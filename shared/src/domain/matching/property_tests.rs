//! What holds for any two profiles.

use proptest::prelude::*;

use super::samples::{MODEL, any_person, directions, person};
use super::*;
use crate::domain::embedding::ModelId;
use crate::domain::profile::Profile;

fn swapped_ids(a: &Person, b: &Person) -> (Person, Person) {
    let (mut c, mut d) = (a.clone(), b.clone());
    std::mem::swap(&mut c.profile.user_id, &mut d.profile.user_id);
    (c, d)
}

fn reversed(person: &Person, cut: prop::sample::Index) -> Person {
    fn turn<T>(list: &mut [T], cut: prop::sample::Index) {
        if !list.is_empty() {
            list.rotate_left(cut.index(list.len()));
            list.reverse();
        }
    }
    let mut person = person.clone();
    let profile = &mut person.profile;
    turn(&mut profile.details.skills, cut);
    turn(&mut profile.details.interests, cut);
    turn(&mut profile.details.goals, cut);
    turn(&mut profile.details.languages, cut);
    person
}

proptest! {
    #[test]
    fn values_weights_and_totals_are_bounded(a in any_person(), b in any_person()) {
        let score = score(&a, &b, &MODEL);
        prop_assert!((0.0..=1.0).contains(&score.total));
        for component in &score.components {
            prop_assert!((0.0..=1.0).contains(&component.value), "{component:?}");
            prop_assert!(component.weight > 0.0 && component.weight <= 1.0, "{component:?}");
        }
    }

    #[test]
    fn scores_are_symmetric_to_the_last_word(a in any_person(), b in any_person()) {
        prop_assert_eq!(score(&a, &b, &MODEL), score(&b, &a, &MODEL));
    }

    #[test]
    fn no_component_depends_on_whose_id_is_smaller(a in any_person(), b in any_person()) {
        let (c, d) = swapped_ids(&a, &b);
        prop_assert_eq!(score(&a, &b, &MODEL), score(&c, &d, &MODEL));
    }

    #[test]
    fn the_order_of_entries_does_not_matter(
        a in any_person(), b in any_person(), cut in any::<prop::sample::Index>(),
    ) {
        prop_assert_eq!(score(&a, &b, &MODEL), score(&reversed(&a, cut), &b, &MODEL));
    }

    #[test]
    fn contributions_make_up_the_total(a in any_person(), b in any_person()) {
        let score = score(&a, &b, &MODEL);
        let weights: f64 = score.components.iter().map(|component| component.weight).sum();
        let contributions: f64 = score.components.iter().map(|component| component.value * component.weight).sum();
        prop_assert!((weights - 1.0).abs() < 1e-3, "{weights}");
        prop_assert!((contributions - score.total).abs() < 1e-3, "{contributions} for {}", score.total);
    }

    #[test]
    fn ranking_totals_are_the_explained_totals(a in any_person(), b in any_person()) {
        let (x, y) = (Features::of(&a, &MODEL.matrix), Features::of(&b, &MODEL.matrix));
        let silent = total_features(&x, &y, &MODEL);
        prop_assert_eq!(silent.to_bits(), score_features(&x, &y, &MODEL).total.to_bits());
    }

    #[test]
    fn a_component_is_there_when_both_sides_have_data(a in any_person(), b in any_person()) {
        let score = score(&a, &b, &MODEL);
        let present = |name| score.components.iter().any(|component| component.name == name);
        let both = |has: fn(&Profile) -> bool| has(&a.profile) && has(&b.profile);
        prop_assert_eq!(present(ComponentName::Interests), both(|p| !p.details.interests.is_empty()));
        prop_assert_eq!(present(ComponentName::Goals), both(|p| !p.details.goals.is_empty()));
        prop_assert_eq!(present(ComponentName::Languages), both(|p| !p.details.languages.is_empty()));
        prop_assert_eq!(present(ComponentName::Place), both(|p| p.details.place.is_some()));
        prop_assert!(present(ComponentName::Field) && present(ComponentName::Availability));
        let models = |person: &Person| person.embedding.as_ref().map(|embedding| embedding.model.clone());
        let comparable = models(&a).zip(models(&b)).is_some_and(|(one, other)| one == other);
        prop_assert_eq!(present(ComponentName::Semantic), comparable);
        let says = |code| score.not_compared.iter().any(|note| note.code == code);
        prop_assert_eq!(says(ReasonCode::TextNotCompared), !comparable);
        let model = comparable.then(|| models(&a).unwrap().as_str().to_owned());
        prop_assert_eq!(score.versions.embedding, model);
    }

    #[test]
    fn closer_words_never_lower_a_score(
        a in any_person(), b in any_person(), one in -1.0..=1.0_f32, other in -1.0..=1.0_f32,
    ) {
        let total = |cosine: f32| {
            let [first, second] = directions(cosine);
            let [x, y] = [(&a, first), (&b, second)].map(|(of, said)| person(of.profile.clone(), &ModelId::CURRENT, &said));
            score(&x, &y, &MODEL).total
        };
        prop_assert!(total(one.min(other)) <= total(one.max(other)));
    }

    #[test]
    fn without_embeddings_the_rest_counts_as_if_there_were_no_such_component(a in any_person(), b in any_person()) {
        let mut parts = ComponentName::ALL.map(|name| (name, MODEL.weights.of(name)));
        parts[ComponentName::Semantic.index()].1 = 0.0;
        let without = Model { weights: Weights::new(&parts).unwrap(), ..MODEL.clone() };
        let (x, y) = (score(&a.profile, &b.profile, &MODEL), score(&a, &b, &without));
        prop_assert!((x.total - y.total).abs() < 2e-4, "{} and {}", x.total, y.total);
        let missed = y.not_compared.iter().any(|note| note.code == ReasonCode::TextNotCompared);
        prop_assert!(!missed, "what does not count is not missed");
    }

    #[test]
    fn every_reason_has_a_sentence_and_names_its_items(a in any_person(), b in any_person()) {
        for component in score(&a, &b, &MODEL).components {
            for reason in &component.reasons {
                prop_assert!(!reason.items.is_empty(), "{reason:?}");
            }
            for reason in component.reasons.iter().chain(&component.counter_reasons) {
                prop_assert!(!reason.text.is_empty() && !reason.text.ends_with('.'), "{reason:?}");
            }
        }
    }

    #[test]
    fn a_score_survives_json(a in any_person(), b in any_person()) {
        let score = score(&a, &b, &MODEL);
        let json = serde_json::to_string(&score).unwrap();
        prop_assert_eq!(serde_json::from_str::<Score>(&json).unwrap(), score);
    }

    #[test]
    fn ranking_is_ordered_complete_and_the_same_for_any_order_of_candidates(
        me in any_person(), mut others in prop::collection::vec(any_person(), 0..12), limit in 0_usize..14,
    ) {
        others.sort_by_key(|person| person.profile.user_id);
        others.dedup_by_key(|person| person.profile.user_id);
        others.retain(|person| person.profile.user_id != me.profile.user_id);
        let key = |ranked: &Ranked<'_>| (ranked.score.total, ranked.profile.user_id);
        let ranked: Vec<_> = rank(&me, &others, limit, &MODEL, &MODEL).iter().map(key).collect();
        prop_assert_eq!(ranked.len(), limit.min(others.len()));
        prop_assert!(ranked.is_sorted_by(|a, b| a.0 > b.0 || (a.0 >= b.0 && a.1 < b.1)), "{ranked:?}");
        let backwards: Vec<_> = rank(&me, others.iter().rev(), limit, &MODEL, &MODEL).iter().map(key).collect();
        prop_assert_eq!(ranked, backwards);
    }
}

//! Learning: what somebody's own likes and passes change about their list, and about nobody else's.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::support::{Circle, Person, Story, Town};

/// Somebody who says nothing in their own words, so that nothing about them changes a moment later.
fn of_field<'s>(circle: &Circle<'s>, name: &str, field: &str, years: u8) -> Person<'s> {
    circle.member(name, &json!({ "field": field, "experience_years": years, "headline": null, "interests": [] }))
}

fn learning(person: &Person<'_>) -> Value {
    person.gets("/v1/learning").expect(200)
}

/// How one person is shown another: the place in the list before `rival`, and what stands there.
fn shown(circle: &Circle<'_>, me: &Person<'_>, other: &Person<'_>, rival: &Person<'_>) -> (bool, Value) {
    // Other stories of the town edit the matrix meanwhile, about skills that nobody here has.
    let at_any_version = |mut item: Value| {
        item["score"]["versions"]["matrix"] = json!("any");
        item
    };
    let list = circle.asks(me, "limit=100").expect(200)["items"].as_array().unwrap().clone();
    let list: Vec<_> = list.into_iter().map(at_any_version).collect();
    let place = |person: &Person<'_>| list.iter().position(|item| item["user_id"] == person.id).unwrap();
    let explained = at_any_version(me.gets(&format!("/v1/matches/{}", other.id)).expect(200));
    assert_eq!(explained, list[place(other)], "list and explanation say the same");
    (place(other) < place(rival), explained)
}

/// The sums of the answers that somebody has given, as they are in the table, by the names of the taste's attributes.
fn counted_again(person: &Person<'_>) -> BTreeMap<String, u64> {
    let mut sums = BTreeMap::new();
    let rows = person.town().items("Social", &format!("USER#{}", person.id));
    for row in rows.iter().filter(|row| row["sk"]["S"].as_str().unwrap().starts_with("ANSWER#")) {
        let verdict = row["verdict"]["S"].as_str().unwrap();
        let mut add = |name: String, by: u64| *sums.entry(format!("{verdict}_{name}")).or_default() += by;
        add("answers".to_owned(), 1);
        for (component, value) in row["values"]["M"].as_object().unwrap() {
            add(format!("{component}_count"), 1);
            add(format!("{component}_sum"), value["N"].as_str().unwrap().parse().unwrap());
        }
    }
    sums.retain(|_, sum| *sum > 0);
    sums
}

/// The same as the taste has it.
fn counted(person: &Person<'_>) -> BTreeMap<String, u64> {
    let taste = person.town().item("Social", &format!("USER#{}", person.id), "TASTE").unwrap();
    let is_sum = |name: &str| name.starts_with("liked_") || name.starts_with("passed_");
    let sums = taste.as_object().unwrap().iter().filter(|(name, _)| is_sum(name));
    let sums = sums.map(|(name, value)| (name.clone(), value["N"].as_str().unwrap().parse().unwrap()));
    sums.filter(|(_, sum)| *sum > 0).collect()
}

#[test]
fn who_likes_designers_is_shown_designers_first_and_told_why() {
    let story = Story::in_peace();
    let circle = Circle::of(&story);
    let ada = of_field(&circle, "Ada", "technology", 7);
    let designers: Vec<_> = (0..5).map(|_| of_field(&circle, "Dea", "design", 7)).collect();
    let potters: Vec<_> = (0..5).map(|_| of_field(&circle, "Pat", "crafts", 7)).collect();
    // By what counts for everybody, the potter's years outweigh the designer's field by a little.
    let (dora, carl) = (of_field(&circle, "Dora", "design", 16), of_field(&circle, "Carl", "crafts", 7));
    let (is_first, before) = shown(&circle, &ada, &dora, &carl);
    assert!(!is_first && before.get("for_you").is_none(), "{before}");

    for designer in &designers {
        ada.likes(designer);
    }
    potters[1..].iter().for_each(|potter| ada.passes(potter));
    assert!(
        !shown(&circle, &ada, &dora, &carl).0 && learning(&ada).get("weights").is_none(),
        "four passes say nothing"
    );
    ada.passes(&potters[0]);
    let (is_first, after) = shown(&circle, &ada, &dora, &carl);
    assert!(is_first, "{after}");
    assert_eq!(after["score"], before["score"], "what both share does not move");
    let weights = after["for_you"]["weights"].as_array().unwrap();
    let field = weights.iter().find(|weight| weight["component"] == "field").unwrap();
    assert_eq!(field["because"], "5 likes had 0.90 here, 5 passes 0.55");
    assert!(field["yours"].as_f64() > field["base"].as_f64(), "{field}");
    assert!(after["for_you"]["total"].as_f64() > after["score"]["total"].as_f64(), "{after}");

    // Neither the other side nor anybody else sees or feels anything of it.
    let from_the_other_side = dora.gets(&format!("/v1/matches/{}", ada.id)).expect(200);
    assert_eq!(from_the_other_side["score"]["components"], after["score"]["components"]);
    assert!(from_the_other_side.get("for_you").is_none(), "{from_the_other_side}");
    let eve = of_field(&circle, "Eve", "technology", 7);
    let (is_first, by_eve) = shown(&circle, &eve, &dora, &carl);
    assert!(!is_first && by_eve.get("for_you").is_none(), "{by_eve}");
    assert_eq!((&learning(&dora)["likes"], &learning(&eve)["version"]), (&json!(0), &json!(0)));

    // The same history always comes to the same.
    assert_eq!(counted(&ada), counted_again(&ada));
    let weights_of = |shown: &Value| shown["for_you"]["weights"].clone();
    let off = ada.puts("/v1/learning", &json!({ "is_on": false })).expect(200);
    assert_eq!((&off["is_on"], &off["likes"], &off["passes"]), (&json!(false), &json!(5), &json!(5)));
    let (is_first, shown_off) = shown(&circle, &ada, &dora, &carl);
    assert!(!is_first && shown_off == before, "{shown_off}");
    ada.puts("/v1/learning", &json!({ "is_on": true })).expect(200);
    let (is_first, again) = shown(&circle, &ada, &dora, &carl);
    assert!(is_first && weights_of(&again) == weights_of(&after), "{again}");

    // A like that is taken back counts as a pass, and given again as if nothing had been.
    ada.passes(&designers[0]);
    assert!(shown(&circle, &ada, &dora, &carl).1.get("for_you").is_none(), "four likes say nothing");
    assert_eq!((&learning(&ada)["likes"], &learning(&ada)["passes"]), (&json!(4), &json!(6)));
    ada.likes(&designers[0]);
    assert_eq!(weights_of(&shown(&circle, &ada, &dora, &carl).1), weights_of(&after));
    assert_eq!(counted(&ada), counted_again(&ada));

    // Who begins anew is known nothing of, and what is taken back later was forgotten already.
    ada.deletes("/v1/learning").expect(204);
    assert_eq!(shown(&circle, &ada, &dora, &carl).1, before);
    ada.passes(&designers[0]);
    let learned = learning(&ada);
    assert_eq!((&learned["likes"], &learned["passes"], &learned["is_on"]), (&json!(0), &json!(1), &json!(true)));
    assert!(!ada.is_shown(&designers[1]), "answers stay answers");
}

#[test]
fn answers_at_the_same_moment_all_count() {
    let story = Story::in_peace();
    let ada = story.resident("Ada");
    let others: Vec<_> = (0..6).map(|_| story.resident("Bob")).collect();
    Town::at_once(6, |n| if n % 2 == 0 { drop(ada.likes(&others[n])) } else { ada.passes(&others[n]) });
    let learned = learning(&ada);
    assert_eq!((&learned["likes"], &learned["passes"], &learned["version"]), (&json!(3), &json!(3), &json!(6)));
    assert_eq!(counted(&ada), counted_again(&ada));
    // Two devices of one person disagree about one other: whichever was last holds, and is counted once.
    Town::at_once(2, |n| if n == 0 { drop(ada.tries_to_like(&others[1])) } else { ada.passes(&others[1]) });
    let learned = learning(&ada);
    assert_eq!(learned["likes"].as_u64().unwrap() + learned["passes"].as_u64().unwrap(), 6, "{learned}");
    assert_eq!(counted(&ada), counted_again(&ada));
}

#[test]
fn unmatching_and_blocking_teach_nothing_and_neither_does_an_answer_without_a_profile() {
    let story = Story::in_peace();
    let (ada, bob, _) = story.couple();
    let (before, of_bob) = (learning(&ada), learning(&bob));
    assert_eq!((&before["likes"], &of_bob["likes"]), (&json!(1), &json!(1)));
    ada.deletes(&format!("/v1/connections/{}", bob.id)).expect(204);
    ada.blocks(&bob);
    assert_eq!((learning(&ada), learning(&bob)), (before, of_bob));
    let (shy, cem) = (story.newcomer("Shy"), story.resident("Cem"));
    shy.passes(&cem);
    assert_eq!(learning(&shy)["passes"], 0);
    ada.puts("/v1/learning", &json!({ "is_on": "no" })).expect_problem(422, "invalid_field");
}

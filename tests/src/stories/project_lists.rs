//! Which projects fit whom, and which of them people care for.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::{Person, Story, Town, eventually};

/// A project of a field in which no other story founds any, with skills of its own.
fn wish(title: &str, field: &str, skills: &Value) -> Value {
    json!({
        "title": title, "field": field, "stage": "idea", "needed_skills": skills, "languages": ["en"],
        "goals": ["collaborate"], "time_zone": "Europe/Berlin",
    })
}

fn matches(person: &Person<'_>) -> Vec<Value> {
    person.gets("/v1/projects/matches?limit=100").expect(200)["items"].as_array().unwrap().clone()
}

fn place_of(items: &[Value], project: &str) -> Option<usize> {
    items.iter().position(|item| item["project_id"] == project)
}

#[test]
fn a_project_and_a_person_see_the_same_score_from_both_sides() {
    let story = Story::in_peace();
    let (ada, bob) = (story.resident("Ada"), story.newcomer("Bob"));
    // Nobody else in the town can do what he can: lists are full of people who are all alike.
    let mut profile = Person::profile("Bob");
    profile["skills"] = json!(["Glassblowing", "Luthiery"]);
    bob.writes_profile(&profile);
    let fits = ada.founds(&wish("Needs craft", "technology", &json!(["Glassblowing", "Luthiery"])));
    let other = ada.founds(&wish("Needs owls", "crafts", &json!(["Falconry", "Owls"])));
    let (good, bad) = eventually("both projects in the list", || {
        let items = matches(&bob);
        Some((place_of(&items, &fits)?, place_of(&items, &other)?))
    });
    assert!(good < bad, "{good} {bad}");
    assert_eq!(place_of(&matches(&ada), &fits), None, "one's own are no matches");

    let item = eventually("a score of what both say", || {
        let item = bob.gets(&format!("/v1/projects/{fits}/match")).expect(200);
        (item["score"]["versions"]["embedding"] != Value::Null).then_some(item)
    });
    let listed = matches(&bob).into_iter().find(|listed| listed["project_id"] == fits).unwrap();
    assert_eq!(listed["score"], item["score"], "a list says what the project says");
    let reasons = item["score"]["components"][0]["reasons"].as_array().unwrap().clone();
    assert_eq!(reasons[0]["code"], "need_covered", "{reasons:?}");
    // Only those who were there lately are asked.
    bob.writes_profile(&profile);
    let candidates = eventually("Bob among the candidates", || {
        let items = ada.gets(&format!("/v1/projects/{fits}/candidates?limit=100")).expect(200)["items"].clone();
        items.as_array().unwrap().iter().find(|item| item["user_id"] == bob.id).cloned()
    });
    assert_eq!(candidates["score"], item["score"], "both sides see the same");
    bob.gets(&format!("/v1/projects/{fits}/candidates")).expect_problem(403, "forbidden");

    let falcon = bob.gets(&format!("/v1/projects/{other}/match")).expect(200);
    let skills = &falcon["score"]["components"][0];
    assert_eq!((&skills["value"], &skills["counter_reasons"][0]["code"]), (&json!(0.0), &json!("need_missing")));
}

#[test]
fn an_edit_is_not_compared_with_what_was_said_before() {
    let story = Story::in_peace();
    let (ada, bob) = (story.resident("Ada"), story.resident("Bob"));
    let mut said = wish("Wooden boats", "crafts", &json!([]));
    said["description"] = json!("We build wooden boats by hand.");
    let project = ada.founds(&said);
    let embedding = || bob.gets(&format!("/v1/projects/{project}/match")).expect(200)["score"].clone();
    let read = || {
        eventually("the words to be read", || {
            let score = embedding();
            (score["versions"]["embedding"] != Value::Null).then_some(score)
        })
    };
    read();
    said["description"] = json!("We file tax returns.");
    let path = format!("/v1/projects/{project}");
    ada.puts(&path, &json!({ "version": 1, "project": said })).expect(200);
    let stored = || story.town.item("Profiles", &format!("PROJECT#{project}"), "EMBEDDING").unwrap();
    let hash = |item: &Value| item["hash"]["S"].clone();
    read();
    let meta = story.town.item("Profiles", &format!("PROJECT#{project}"), "META").unwrap();
    assert_eq!((hash(&stored()), &stored()["project_version"]["N"]), (meta["text_hash"]["S"].clone(), &json!("2")));

    // Another order of the same needs is no new text.
    said["needed_skills"] = json!(["Rust"]);
    ada.puts(&path, &json!({ "version": 2, "project": said })).expect(200);
    assert_ne!(embedding()["versions"]["embedding"], Value::Null, "what was read still is what is said");
}

#[test]
fn pages_of_matches_are_whole_and_ones_own() {
    let story = Story::in_peace();
    let (ada, bob, eve) = (story.resident("Ada"), story.resident("Bob"), story.resident("Eve"));
    let founded: BTreeSet<String> =
        (0..5).map(|n| ada.founds(&wish(&format!("Page {n}"), "science", &json!(["Rust"])))).collect();
    eventually("all projects in the list, in the places that they keep", || {
        let items = matches(&bob);
        let is_read = |item: &Value| item["score"]["versions"]["embedding"] != Value::Null;
        founded.iter().all(|project| place_of(&items, project).is_some_and(|n| is_read(&items[n]))).then_some(())
    });
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = bob.gets(&format!("/v1/projects/matches?limit=2{cursor}")).expect(200);
        seen.extend(
            page["items"].as_array().unwrap().iter().map(|item| item["project_id"].as_str().unwrap().to_owned()),
        );
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    // What other stories found meanwhile may come and go.
    seen.retain(|project| founded.contains(project));
    assert_eq!(seen.len(), founded.len(), "nothing is left out, and nothing is listed twice");
    assert_eq!(seen.into_iter().collect::<BTreeSet<_>>(), founded);

    let next = bob.gets("/v1/projects/matches?limit=1").expect(200)["next_cursor"].as_str().unwrap().to_owned();
    eve.gets(&format!("/v1/projects/matches?limit=1&cursor={next}")).expect_problem(422, "invalid_field");
    bob.gets("/v1/projects/matches?cursor=%F0%9F%AA%B5").expect_problem(422, "invalid_field");
    bob.writes_profile(&Person::profile("Robert"));
    bob.gets(&format!("/v1/projects/matches?limit=1&cursor={next}")).expect_problem(409, "cursor_outdated");
}

#[test]
fn lists_leave_out_whom_one_may_not_meet_at_once() {
    let story = Story::in_peace();
    let (ada, bob) = (story.resident("Ada"), story.resident("Bob"));
    let project = ada.founds(&wish("Listed", "education", &json!(["Rust"])));
    let eve = story.resident("Eve");
    eve.looks_at(&project);
    let shown = |list: &str| {
        story.town.forgets("popular_projects");
        let items = bob.gets(&format!("/v1/projects/{list}")).expect(200)["items"].clone();
        place_of(items.as_array().unwrap(), &project).is_some()
    };
    let lists = ["matches?limit=100", "popular?field=education&limit=100", "trending?field=education&limit=100"];
    for list in lists {
        eventually(list, || shown(list).then_some(()));
    }
    bob.blocks(&ada);
    for list in lists {
        assert!(!shown(list), "{list}");
    }
    bob.deletes(&format!("/v1/blocks/{}", ada.id)).expect(204);
    for list in lists {
        assert!(shown(list), "{list}");
    }
    let mut row = story.town.item("Profiles", &format!("USER#{}", ada.id), "PROFILE").unwrap();
    row["hidden_until"] = json!({ "S": "9999-12-31T00:00:00.000Z" });
    story.town.put_item("Profiles", &row);
    for list in lists {
        assert!(!shown(list), "{list}");
    }
}

/// The points of a project's items, summed up as a list would.
fn points(story: &Story, project: &str, metric: &str) -> u128 {
    let rows = story.town.items("Profiles", &format!("PROJECT#{project}"));
    let is_of = |row: &&Value| row["sk"]["S"].as_str().unwrap().starts_with(&format!("HEAT#{metric}#"));
    rows.iter().filter(is_of).map(|row| row["heat"]["N"].as_str().unwrap().parse::<u128>().unwrap()).sum()
}

#[test]
fn everybody_who_cares_counts_once_a_day_and_nobody_is_lost() {
    let story = Story::in_peace();
    let ada = story.resident("Ada");
    let people: Vec<_> = (0..8).map(|n| story.resident(&format!("Fan{n}"))).collect();
    let project = ada.founds(&wish("Loved", "content", &json!(["Rust"])));
    let quiet = ada.founds(&wish("Quiet", "content", &json!(["Rust"])));
    ada.looks_at(&project);
    assert_eq!(points(&story, &project, "trending"), 0, "what members look at says nothing");
    let pest = story.resident("Pest");
    ada.blocks(&pest);
    pest.misses(&project);
    assert_eq!(points(&story, &project, "trending"), 0, "nor does what is refused");
    people[0].looks_at(&quiet);
    // Everybody looks twice at the same moment.
    Town::at_once(people.len() * 2, |n| people[n % people.len()].looks_at(&project));
    let heat = |list: &str, project: &str| {
        story.town.forgets("popular_projects");
        let items = ada.gets(&format!("/v1/projects/{list}?field=content&limit=100")).expect(200)["items"].clone();
        items
            .as_array()
            .unwrap()
            .iter()
            .find(|item| item["project_id"] == project)
            .map(|item| item["heat"].as_f64().unwrap())
    };
    for list in ["popular", "trending"] {
        assert!((heat(list, &project).unwrap() - 8.0).abs() < 0.05, "{list}: {:?}", heat(list, &project));
        assert!((heat(list, &quiet).unwrap() - 1.0).abs() < 0.05, "{list}");
        let (one, two) = (points(&story, &quiet, list), points(&story, &project, list));
        assert!(two > one * 79 / 10 && two < one * 81 / 10, "{list}: {one} and {two}");
    }
    people[0].joins(&quiet);
    assert!((heat("trending", &quiet).unwrap() - 11.0).abs() < 0.05, "{:?}", heat("trending", &quiet));
    people[0].tries_to_leave(&quiet).expect(204);
    people[0].joins(&quiet);
    assert!((heat("trending", &quiet).unwrap() - 11.0).abs() < 0.05, "coming back is not coming");
}

#[test]
fn no_page_of_people_names_whom_one_may_not_meet() {
    let story = Story::in_peace();
    let (ada, bob, cem) = (story.resident("Ada"), story.resident("Bob"), story.resident("Cem"));
    let (dan, eve, fay) = (story.resident("Dan"), story.resident("Eve"), story.resident("Fay"));
    let project = ada.founds(&Person::project("Choir"));
    for singer in [&bob, &cem, &dan, &eve, &fay] {
        singer.joins(&project);
    }
    bob.blocks(&eve);
    cem.blocks(&eve);
    let (mut seen, mut after) = (Vec::new(), String::new());
    loop {
        let page = eve.gets(&format!("/v1/projects/{project}/members?limit=1{after}")).expect(200).to_string();
        assert!(!page.contains(&bob.id) && !page.contains(&cem.id), "{page}");
        let page: Value = serde_json::from_str(&page).unwrap();
        seen.extend(page["items"].as_array().unwrap().iter().map(|item| item["user_id"].as_str().unwrap().to_owned()));
        let Some(next) = page["next_after"].as_str() else { break };
        after = format!("&after={next}");
    }
    seen.sort();
    let mut expected = [&ada, &dan, &eve, &fay].map(|person| person.id.clone());
    expected.sort();
    assert_eq!(seen, expected, "everybody else once");
}

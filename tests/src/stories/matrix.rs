//! The skill matrix: edited by admins, and held to by the very next score.

use serde_json::{Value, json};
use xtask::admin::Role;

use super::moderation::staff;
use crate::support::{Answer, Circle, Fault, On, Person, Story, Town};

const MATRIX: &str = "/v1/admin/matrix";
const IMPORT: &str = "/v1/admin/matrix/import";

/// Two skills that nobody else in the town has, in the order of the alphabet.
fn rare_skills(person: &Person<'_>) -> [String; 2] {
    let tail = &person.id[person.id.len() - 12..];
    [format!("falconry {tail}"), format!("Sailing/{tail}")]
}

fn states(admin: &Person<'_>, a: &str, b: &str, value: f64) -> Answer {
    admin.puts(MATRIX, &json!({ "a": a, "b": b, "value": value }))
}

fn stated_about(admin: &Person<'_>, skill: &str) -> Vec<Value> {
    let list = admin.gets(&format!("{MATRIX}?skill={}", encoded(skill))).expect(200);
    list["items"].as_array().unwrap().clone()
}

fn encoded(text: &str) -> String {
    text.replace(' ', "%20").replace('/', "%2F").replace('#', "%23")
}

/// What the score of the two says of skills, and by which version.
fn skills_of(score: &Value) -> (Option<f64>, Vec<String>, u64) {
    let components = score["components"].as_array().unwrap();
    let value = components.iter().find(|one| one["name"] == "skills").and_then(|one| one["value"].as_f64());
    let unknown = score["not_compared"].as_array().unwrap().iter().filter(|note| note["code"] == "skill_unknown");
    let unknown =
        unknown.flat_map(|note| note["items"].as_array().unwrap()).map(|item| item.as_str().unwrap().to_owned());
    (value, unknown.collect(), score["versions"]["matrix"].as_u64().unwrap())
}

fn acts_about(admin: &Person<'_>, skill: &str) -> Vec<Value> {
    let (mut found, mut after) = (Vec::new(), String::new());
    loop {
        let page = admin.gets(&format!("/v1/admin/audit?limit=100{after}")).expect(200);
        found.extend(page["items"].as_array().unwrap().iter().filter(|entry| entry["a"] == skill).cloned());
        let Some(next) = page["next_after"].as_str() else { return found };
        after = format!("&after={next}");
    }
}

#[test]
fn an_edit_of_the_matrix_is_in_the_very_next_answers() {
    let story = Story::in_peace();
    let admin = staff(&story, "Ann", Role::Admin);
    let [one, other] = rare_skills(&admin);
    // Nobody else is in their lists, however many people are in the town.
    let circle = Circle::of(&story);
    let knowing = |name: &str, skill: &String| circle.member(name, &json!({ "skills": [skill] }));
    let (ada, bob) = (knowing("Ada", &one), knowing("Bob", &other));
    let seen = || {
        let [by_ada, by_bob] = [(&ada, &bob), (&bob, &ada)].map(|(me, them)| {
            let explained = me.gets(&format!("/v1/matches/{}", them.id)).expect(200)["score"].clone();
            let list = circle.asks(me, "limit=100").expect(200)["items"].as_array().unwrap().clone();
            let listed = list.into_iter().find(|item| item["user_id"] == them.id).unwrap()["score"].clone();
            assert_eq!(skills_of(&explained), skills_of(&listed));
            skills_of(&explained)
        });
        assert_eq!(by_ada, by_bob, "a score is the same from both sides");
        by_ada
    };
    let both = vec![one.clone(), other.clone()];
    let (value, unknown, _) = seen();
    assert_eq!((value, &unknown), (None, &both), "unknown skills are kept, and said not to be compared");
    assert_eq!(ada.gets("/v1/me").expect(200)["unknown_skills"], json!([one]));
    // The order and the spelling do not matter.
    let first = states(&admin, &other.to_uppercase(), &one, 0.93).expect(200);
    assert_eq!((&first["a"], first["value"].as_f64(), first.get("builtin")), (&json!(one), Some(0.93), None));
    let (value, unknown, version) = seen();
    assert_eq!((value, unknown), (Some(0.93), vec![]));
    assert_eq!(ada.gets("/v1/me").expect(200)["unknown_skills"], json!([]));
    assert!(version >= first["version"].as_u64().unwrap(), "the answer names the version it was made with");
    let second = states(&admin, &one, &other, 0.2).expect(200);
    assert_eq!((seen().0, stated_about(&admin, &one).len()), (Some(0.2), 1));
    admin.deletes(&format!("{MATRIX}?a={}&b={}", encoded(&other), encoded(&one))).expect(204);
    let (value, unknown, version) = seen();
    assert_eq!((value, unknown), (None, both), "what holds without a statement holds again");
    assert!(version > second["version"].as_u64().unwrap());

    let acts = acts_about(&admin, &one);
    let told: Vec<_> = acts.iter().map(|act| (act["act"].as_str().unwrap(), act["before"].as_u64())).collect();
    assert_eq!(told, [("matrix.stated", None), ("matrix.stated", Some(93)), ("matrix.withdrawn", Some(20))]);
    assert!(acts.iter().all(|act| act["actor_id"] == admin.id && act.get("subject_id").is_none()), "{acts:?}");
    assert!(acts.is_sorted_by_key(|act| act["version"].as_u64()) && acts[0]["version"] == first["version"], "{acts:?}");
}

#[test]
fn a_statement_replaces_a_built_in_value_and_withdrawing_it_brings_that_back() {
    let story = Story::in_peace();
    let admin = staff(&story, "Ann", Role::Admin);
    // Nobody else in the town has these two.
    let stated = states(&admin, "Woodwork", "bookkeeping", 0.97).expect(200);
    let builtin = stated["builtin"].as_f64().unwrap_or_default();
    assert!((builtin - 0.97).abs() > 0.01, "{stated}");
    assert_eq!(stated_about(&admin, "woodworking")[0]["value"], 0.97);
    states(&admin, "woodworking", "Bookkeeping", 0.97).expect(200);
    let path = format!("{MATRIX}?a=woodworking&b=bookkeeping");
    admin.deletes(&path).expect(204);
    admin.deletes(&path).expect_problem(404, "statement_not_found");
}

#[test]
fn what_is_no_statement_is_refused_by_its_field() {
    let story = Story::in_peace();
    let admin = staff(&story, "Ann", Role::Admin);
    let bad = [
        (json!({ "a": "Rust", "b": "Go", "value": 1.01 }), vec!["value"]),
        (json!({ "a": "Rust", "b": "Go", "value": -0.001 }), vec!["value"]),
        (json!({ "a": "Rust", "b": "Go", "value": "0,5" }), vec!["value"]),
        (json!({ "a": "Rust", "b": "Go", "value": null }), vec!["value"]),
        (json!({ "a": "Node", "b": "node.js", "value": 0.5 }), vec!["b"]),
        (json!({ "a": "", "b": 7, "value": true }), vec!["a", "b", "value"]),
        (json!({ "a": "\u{202E}tsur", "b": "x".repeat(51), "value": 0.5 }), vec!["a", "b"]),
    ];
    for (body, fields) in bad {
        let problem = admin.puts(MATRIX, &body).expect_problem(422, "invalid_field");
        let named: Vec<_> = problem["errors"].as_array().unwrap().iter().map(|error| &error["field"]).collect();
        assert_eq!(named, fields.iter().map(|field| json!(field)).collect::<Vec<_>>().iter().collect::<Vec<_>>());
    }
    for number in ["NaN", "1e999", "Infinity"] {
        let body = format!("{{\"a\":\"Rust\",\"b\":\"Go\",\"value\":{number}}}");
        let answer = story.town.send_raw("PUT", Some(&admin.token()), MATRIX, "application/json", &body);
        answer.expect_problem(400, "malformed_body");
    }
    admin.gets(&format!("{MATRIX}?limit=0&skill=%20")).expect_problem(422, "invalid_field");
    admin.deletes(&format!("{MATRIX}?a=Rust&b=rust")).expect_problem(422, "invalid_field");
    admin.deletes(&format!("{MATRIX}?a=Rust")).expect_problem(400, "malformed_request");
}

#[test]
fn the_matrix_is_for_admins_alone() {
    let story = Story::in_peace();
    let (ada, moderator) = (story.newcomer("Ada"), staff(&story, "Mo", Role::Moderator));
    let body = json!({ "a": "Rust", "b": "Go", "value": 0.1 });
    for person in [&ada, &moderator] {
        person.gets(MATRIX).expect_problem(403, "forbidden");
        person.puts(MATRIX, &body).expect_problem(403, "forbidden");
        person.deletes(&format!("{MATRIX}?a=Rust&b=Go")).expect_problem(403, "forbidden");
        person.posts(IMPORT, &json!({ "statements": [body] })).expect_problem(403, "forbidden");
    }
}

fn imports(admin: &Person<'_>, query: &str, csv: &str) -> Answer {
    let path = format!("{IMPORT}{query}");
    admin.town().send_raw("POST", Some(&admin.token()), &path, "text/csv; charset=utf-8", csv)
}

#[test]
fn a_sheet_is_imported_and_its_bad_lines_are_named() {
    let story = Story::in_peace();
    let admin = staff(&story, "Ann", Role::Admin);
    let [one, other] = rare_skills(&admin);
    let sheet = format!(
        "\u{FEFF}a,b,value\r\n{one},Rust,0.1\r\n{one},Go,1.5\r\n\"{other}\",{one},0.7\r\nrust,{one},0.3\r\n{one},SEO,0,5\r\n"
    );
    let tried = imports(&admin, "?dry_run=true", &sheet).expect(200);
    let strict = imports(&admin, "?strict=true", &sheet).expect_problem(422, "invalid_field");
    let named: Vec<_> = strict["errors"].as_array().unwrap().iter().map(|error| error["field"].clone()).collect();
    assert_eq!(named, ["lines[3].value", "lines[6]"]);
    assert!(
        stated_about(&admin, &one).is_empty(),
        "neither a dry run nor a strict one with a bad line stores anything"
    );

    let report = imports(&admin, "", &sheet).expect(200);
    for (name, number) in [("stored", 2), ("unchanged", 0), ("refused", 2), ("superseded", 1)] {
        assert_eq!((&report[name], &tried[name]), (&json!(number), &json!(number)), "{name}");
    }
    assert_eq!((&report["problems"], &report["repetitions"]), (&tried["problems"], &tried["repetitions"]));
    assert_eq!(report["problems"][0], json!({ "line": 3, "field": "value", "detail": "value must be 0 to 1" }));
    assert_eq!(report["repetitions"], json!([{ "line": 2, "superseded_by": 5 }]));
    let stated = stated_about(&admin, &one);
    let values: Vec<_> = stated.iter().map(|one| one["value"].as_f64().unwrap()).collect();
    assert_eq!(values, [0.3, 0.7], "{stated:?}");
    assert!(stated.iter().all(|one| one["version"] == report["version"] && one["stated_by"] == admin.id), "{stated:?}");

    let statements =
        json!([{ "a": one, "b": "Rust", "value": 0.3 }, { "a": "rust", "b": one, "value": 0.4 }, { "a": "Rust" }]);
    let report = admin.posts(IMPORT, &json!({ "statements": statements })).expect(200);
    assert_eq!((&report["stored"], &report["superseded"], &report["refused"]), (&json!(1), &json!(1), &json!(1)));
    let again = admin.posts(&format!("{IMPORT}?strict=true"), &json!({ "statements": [statements[1]] })).expect(200);
    assert_eq!((&again["stored"], &again["unchanged"]), (&json!(0), &json!(1)), "{again}");
    let list = admin.gets(&format!("{MATRIX}?skill={}&limit=1", encoded(&one))).expect(200);
    let next = list["next_after"].as_str().unwrap();
    let rest = admin.gets(&format!("{MATRIX}?skill={}&limit=1&after={}", encoded(&one), encoded(next))).expect(200);
    let values = [&list, &rest].map(|page| page["items"][0]["value"].clone());
    assert_eq!(values, [json!(0.4), json!(0.7)], "one after the other");
}

#[test]
fn a_sheet_may_be_a_mebibyte_and_everything_else_less() {
    let story = Story::in_peace();
    let admin = staff(&story, "Ann", Role::Admin);
    let sheet = |bytes: usize| format!("a,b,value\n{}", "Rust,Rust,0.5\n".repeat(bytes / 14));
    let report = imports(&admin, "", &sheet(200_000)).expect(200);
    assert_eq!((&report["stored"], &report["refused"]), (&json!(0), &json!(200_000 / 14)));
    assert_eq!(report["problems"].as_array().unwrap().len(), 1_000);
    imports(&admin, "", &sheet(1_100_000)).expect_problem(413, "body_too_large");
    imports(&admin, "", &sheet(500_000)).expect_problem(422, "invalid_field");
    let long = "x".repeat(70_000);
    admin.puts(MATRIX, &json!({ "a": long, "b": "Go", "value": 0.5 })).expect_problem(413, "body_too_large");
    let text = story.town.send_raw("POST", Some(&admin.token()), IMPORT, "text/plain", "a,b,value\n");
    text.expect_problem(415, "unsupported_media_type");
}

#[test]
fn an_import_that_fails_half_way_says_so_and_goes_on_when_it_is_sent_again() {
    let story = Story::in_trouble();
    let admin = staff(&story, "Ann", Role::Admin);
    let tail = &admin.id[admin.id.len() - 12..];
    // The second hundred has a mark by which its transaction is told from the first one's.
    let skill = |n: usize| format!("{}{n:03} {tail}", if n < 97 { "a" } else { "zz" });
    let lines: Vec<_> = (0..120).map(|n| format!("Rust,{},0.4", skill(n))).collect();
    let sheet = format!("a,b,value\n{}\n", lines.join("\n"));
    let mark = format!("zz100 {tail}");
    story.town.faults().next(1_000, On::call("TransactWriteItems", &mark), Fault::Refuse);
    imports(&admin, "", &sheet).expect_problem(503, "unavailable");
    assert!(story.town.faults().befallen(&mark) > 0);
    story.town.faults().calm(&mark);
    let report = imports(&admin, "", &sheet).expect(200);
    assert_eq!((&report["unchanged"], &report["stored"]), (&json!(97), &json!(23)), "{report}");
    assert_eq!(stated_about(&admin, &skill(0)).len() + stated_about(&admin, &skill(119)).len(), 2);
}

#[test]
fn edits_at_the_same_moment_all_count_and_the_last_place_is_given_once() {
    let story = Story::alone();
    let admin = staff(&story, "Ann", Role::Admin);
    let version =
        |admin: &Person<'_>| admin.gets(&format!("{MATRIX}?limit=1")).expect(200)["version"].as_u64().unwrap();
    let before = version(&admin);
    let answers = Town::at_once(4, |n| {
        loop {
            let answer = states(&admin, "Rust", &format!("skill {n}"), 0.5);
            if answer.status != 409 {
                return answer.expect(200)["version"].as_u64().unwrap();
            }
        }
    });
    let mut versions = answers.clone();
    versions.sort_unstable();
    assert_eq!(versions, (before + 1..=before + 4).collect::<Vec<_>>(), "no two edits make the same version");
    assert_eq!(stated_about(&admin, "Rust").len(), 4);

    // All places but one are taken, by pairs of 150 skills.
    let pairs = (0..150).flat_map(|a| (a + 1..150).map(move |b| format!("s{a:03},s{b:03},0.5"))).take(9_995);
    let sheet = format!("a,b,value\n{}\n", pairs.collect::<Vec<_>>().join("\n"));
    let report = imports(&admin, "", &sheet).expect(200);
    assert_eq!(report["stored"], 9_995, "{report}");
    let answers = Town::at_once(2, |n| states(&admin, "Go", &format!("skill {n}"), 0.5));
    let mut told: Vec<_> = answers.iter().map(|answer| (answer.status, answer.body["code"].as_str())).collect();
    told.sort_unstable();
    assert_eq!(told, [(200, None), (409, Some("matrix_full"))]);
    let over = imports(&admin, "", "a,b,value\ns000,s001,0.6\ns140,s141,0.6\nGo,SEO,0.1\n").expect(200);
    assert_eq!(
        (&over["stored"], &over["refused"], &over["problems"][0]["line"]),
        (&json!(1), &json!(2), &json!(3)),
        "{over}"
    );
    assert_eq!(admin.gets(&format!("{MATRIX}?limit=1")).expect(200)["total"], 10_000);
}

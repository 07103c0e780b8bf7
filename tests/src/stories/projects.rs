//! Projects: founded, edited, joined, led, left and closed.

use serde_json::{Value, json};
use shared::domain::limit::{FOUND_PER_PERSON, Subject};

use crate::support::{Fault, On, Person, Story, Town};

fn meta(story: &Story, project: &str) -> Value {
    story.town.item("Profiles", &format!("PROJECT#{project}"), "META").unwrap()
}

#[test]
fn a_project_from_its_first_to_its_last_day() {
    let story = Story::in_peace();
    let (ada, bob) = (story.resident("Ada"), story.resident("Bob"));
    let project = ada.founds(&Person::project("Chess club"));
    let own = ada.looks_at(&project);
    assert_eq!((&own["role"], &own["member_count"], &own["version"]), (&json!("owner"), &json!(1), &json!(1)));
    assert_eq!(bob.looks_at(&project)["role"], Value::Null);

    bob.joins(&project);
    bob.joins(&project);
    assert_eq!(ada.looks_at(&project)["member_count"], 2, "joining twice counts once");
    assert_eq!(bob.gets("/v1/projects?mine").expect(200)["items"][0]["project_id"], project);
    let mut members = bob.members_of(&project);
    members.sort();
    let mut expected = vec![ada.id.clone(), bob.id.clone()];
    expected.sort();
    assert_eq!(members, expected);

    ada.posts(&format!("/v1/projects/{project}/close"), &json!({})).expect(204);
    ada.posts(&format!("/v1/projects/{project}/close"), &json!({})).expect(204);
    assert_eq!(bob.looks_at(&project)["is_closed"], true, "members remember");
    let eve = story.resident("Eve");
    eve.misses(&project);
    eve.tries_to_join(&project).expect_problem(404, "project_not_found");
    let edit = json!({ "version": 2, "project": Person::project("Chess club") });
    ada.puts(&format!("/v1/projects/{project}"), &edit).expect_problem(409, "project_closed");
    ada.tries_to_leave(&project).expect(204);
    bob.tries_to_leave(&project).expect(204);
    bob.tries_to_leave(&project).expect(204);
    bob.misses(&project);
}

#[test]
fn the_same_wish_founds_one_project() {
    let story = Story::in_peace();
    let ada = story.resident("Ada");
    let wish = Person::project("Once");
    let answers = Town::at_once(4, |_| ada.tries_to_found("once", &wish));
    let mut ids: Vec<_> = answers
        .into_iter()
        .filter(|answer| answer.status != 503)
        .map(|answer| answer.expect(201)["project_id"].as_str().unwrap().to_owned())
        .collect();
    story.remember(&ids[0]);
    ids.dedup();
    assert_eq!(ids.len(), 1);
    assert_eq!(ada.tries_to_found("once", &wish).expect(201)["project_id"], ids[0]);
    ada.tries_to_found("once", &Person::project("Twice")).expect_problem(409, "client_id_reused");
    assert_eq!(ada.gets("/v1/projects?mine=true").expect(200)["items"].as_array().unwrap().len(), 1);
}

#[test]
fn an_answer_that_is_lost_founds_nothing_twice() {
    let story = Story::in_trouble();
    let ada = story.resident("Ada");
    story.town.faults().next(1, On::call("TransactWriteItems", &ada.id), Fault::LoseAnswer);
    let wish = Person::project("Once");
    let first = ada.tries_to_found("lost", &wish);
    let again = ada.tries_to_found("lost", &wish).expect(201);
    story.remember(again["project_id"].as_str().unwrap());
    if first.status == 201 {
        assert_eq!(first.expect(201)["project_id"], again["project_id"]);
    }
    assert_eq!(ada.gets("/v1/projects?mine").expect(200)["items"].as_array().unwrap().len(), 1);
}

#[test]
fn two_edits_of_one_version_do_not_both_hold_and_members_are_no_edit() {
    let story = Story::in_peace();
    let (ada, bob) = (story.resident("Ada"), story.resident("Bob"));
    let project = ada.founds(&Person::project("Chess club"));
    bob.joins(&project);
    let path = format!("/v1/projects/{project}");
    let edit = |version: u64, title: &str| json!({ "version": version, "project": Person::project(title) });
    bob.puts(&path, &edit(1, "Bob's club")).expect_problem(403, "forbidden");
    assert_eq!(ada.puts(&path, &edit(1, "Chess and tea")).expect(200)["version"], 2);
    ada.puts(&path, &edit(1, "Chess and cake")).expect_problem(409, "version_conflict");
    let after = bob.looks_at(&project);
    assert_eq!((&after["title"], &after["member_count"]), (&json!("Chess and tea"), &json!(2)));
    ada.tries_to_appoint(&project, &bob, "maintainer").expect(204);
    assert_eq!(bob.puts(&path, &edit(2, "Bob's club")).expect(200)["title"], "Bob's club");
}

#[test]
fn one_asks_where_one_has_to_ask() {
    let story = Story::in_peace();
    let (ada, bob, eve, mia) =
        (story.resident("Ada"), story.resident("Bob"), story.resident("Eve"), story.resident("Mia"));
    let mut wish = Person::project("Choosy");
    wish["joining"] = json!("by-request");
    let project = ada.founds(&wish);
    let requests = format!("/v1/projects/{project}/requests");
    let words = json!({ "note": "I bring cake 🍰" });
    let asked = bob.puts(&format!("/v1/projects/{project}/members/me"), &words).expect(200);
    assert_eq!(asked["state"], "requested");
    assert_eq!(eve.tries_to_join(&project).expect(200)["state"], "requested");
    assert_eq!(mia.tries_to_join(&project).expect(200)["state"], "requested");
    bob.gets(&requests).expect_problem(403, "forbidden");
    let waiting = ada.gets(&requests).expect(200);
    assert_eq!(waiting["items"].as_array().unwrap().len(), 3);
    let of_bob = waiting["items"].as_array().unwrap().iter().find(|item| item["user_id"] == bob.id).unwrap();
    assert_eq!(of_bob["note"], "I bring cake 🍰");

    for _ in 0..2 {
        ada.puts(&format!("{requests}/{}", bob.id), &json!({})).expect(204);
    }
    assert_eq!(bob.looks_at(&project)["role"], "member");
    ada.deletes(&format!("{requests}/{}", eve.id)).expect(204);
    ada.puts(&format!("{requests}/{}", eve.id), &json!({})).expect_problem(404, "request_not_found");
    mia.blocks(&ada);
    ada.puts(&format!("{requests}/{}", mia.id), &json!({})).expect_problem(404, "request_not_found");
    assert_eq!(ada.gets(&requests).expect(200)["items"].as_array().unwrap().len(), 0);
    mia.tries_to_leave(&project).expect(204);
    ada.deletes(&format!("{requests}/{}", mia.id)).expect_problem(404, "request_not_found");
    assert_eq!(ada.looks_at(&project)["member_count"], 2);
}

#[test]
fn roles_say_who_may_do_what() {
    let story = Story::in_peace();
    let (ada, bob, eve) = (story.resident("Ada"), story.resident("Bob"), story.resident("Eve"));
    let project = ada.founds(&Person::project("Chess club"));
    bob.joins(&project);
    eve.joins(&project);
    let member = |person: &Person<'_>| format!("/v1/projects/{project}/members/{}", person.id);
    bob.tries_to_appoint(&project, &eve, "maintainer").expect_problem(403, "forbidden");
    bob.deletes(&member(&eve)).expect_problem(403, "forbidden");
    ada.tries_to_appoint(&project, &bob, "emperor").expect_problem(422, "invalid_field");
    ada.tries_to_appoint(&project, &bob, "maintainer").expect(204);
    bob.deletes(&member(&ada)).expect_problem(403, "forbidden");
    bob.deletes(&member(&eve)).expect(204);
    eve.gets(&format!("/v1/projects/{project}")).expect(200);
    assert_eq!(ada.looks_at(&project)["member_count"], 2);
    ada.tries_to_appoint(&project, &eve, "member").expect_problem(404, "member_not_found");

    // Handing over: the last owner stays until there is another.
    ada.tries_to_leave(&project).expect_problem(409, "last_owner");
    ada.tries_to_appoint(&project, &ada, "member").expect_problem(409, "last_owner");
    ada.tries_to_appoint(&project, &bob, "owner").expect(204);
    ada.tries_to_leave(&project).expect(204);
    assert_eq!(bob.looks_at(&project)["owner_ids"], json!([bob.id]));
    ada.tries_to_appoint(&project, &ada, "owner").expect_problem(403, "forbidden");
}

#[test]
fn two_owners_who_leave_at_the_same_moment_leave_one() {
    let story = Story::in_peace();
    let (ada, bob) = (story.resident("Ada"), story.resident("Bob"));
    let project = ada.founds(&Person::project("Chess club"));
    bob.joins(&project);
    ada.tries_to_appoint(&project, &bob, "owner").expect(204);
    let owners = [&ada, &bob];
    let statuses = Town::at_once(2, |n| owners[n].tries_to_leave(&project).status);
    let mut sorted = statuses.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, [204, 409], "one of them is the last");
    let stays = owners[usize::from(statuses[0] == 204)];
    assert_eq!(stays.looks_at(&project)["owner_ids"], json!([stays.id]));
}

#[test]
fn only_one_of_many_gets_the_last_place() {
    let story = Story::in_peace();
    let ada = story.resident("Ada");
    let people: Vec<_> = (0..4).map(|n| story.resident(&format!("Guest{n}"))).collect();
    let project = ada.founds(&Person::project("Nearly full"));
    let mut row = meta(&story, &project);
    row["member_count"] = json!({ "N": "499" });
    story.town.put_item("Profiles", &row);
    let answers = Town::at_once(people.len(), |n| people[n].tries_to_join(&project));
    let joined = answers.iter().filter(|answer| answer.status == 200).count();
    assert_eq!(joined, 1);
    for answer in answers.into_iter().filter(|answer| answer.status != 200) {
        answer.expect_problem(409, "project_full");
    }
    assert_eq!(meta(&story, &project)["member_count"]["N"], "500");
    assert_eq!(ada.members_of(&project).len(), 2, "the counted and the listed are the same, but for those made up");
}

#[test]
fn a_block_or_a_ban_hides_a_project_with_the_next_answer() {
    let story = Story::in_peace();
    let (ada, bob, eve) = (story.resident("Ada"), story.resident("Bob"), story.resident("Eve"));
    let project = ada.founds(&Person::project("Here and gone"));
    bob.joins(&project);
    eve.looks_at(&project);
    ada.blocks(&eve);
    eve.misses(&project);
    eve.tries_to_join(&project).expect_problem(404, "project_not_found");
    eve.gets(&format!("/v1/projects/{project}/members")).expect_problem(404, "project_not_found");
    eve.gets(&format!("/v1/projects/{project}/match")).expect_problem(404, "project_not_found");

    bob.blocks(&ada);
    bob.misses(&project);
    assert_eq!(bob.gets("/v1/projects?mine").expect(200)["items"], json!([]));
    assert_eq!(ada.looks_at(&project)["member_count"], 2);
    assert_eq!(ada.members_of(&project), std::slice::from_ref(&ada.id), "whom one may not meet is not listed");
    bob.tries_to_leave(&project).expect(204);
    assert_eq!(ada.looks_at(&project)["member_count"], 1);

    let mia = story.resident("Mia");
    mia.looks_at(&project);
    let mut row = story.town.item("Profiles", &format!("USER#{}", ada.id), "PROFILE").unwrap();
    row["hidden_until"] = json!({ "S": "9999-12-31T00:00:00.000Z" });
    story.town.put_item("Profiles", &row);
    mia.misses(&project);
}

#[test]
fn private_projects_are_for_members_and_unlisted_ones_for_who_knows_them() {
    let story = Story::in_peace();
    let (ada, bob) = (story.resident("Ada"), story.resident("Bob"));
    let mut wish = Person::project("Quiet");
    wish["visibility"] = json!("unlisted");
    let project = ada.founds(&wish);
    bob.looks_at(&project);
    wish["visibility"] = json!("private");
    ada.puts(&format!("/v1/projects/{project}"), &json!({ "version": 1, "project": wish })).expect(200);
    bob.misses(&project);
    bob.tries_to_join(&project).expect_problem(404, "project_not_found");
}

#[test]
fn what_cannot_be_is_refused_by_name() {
    let story = Story::in_peace();
    let ada = story.resident("Ada");
    let refused = |project: Value| {
        let problem = ada.tries_to_found("bad", &project).expect_problem(422, "invalid_field");
        let errors = problem["errors"].as_array().unwrap().clone();
        errors.into_iter().map(|error| error["field"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(refused(json!({})), ["project.title", "project.field", "project.stage"]);
    assert_eq!(refused(json!({ "title": 5, "field": "technology", "stage": "idea", "roles": [] })), ["project"]);
    let mut wish = Person::project("x");
    wish["description"] = json!("x".repeat(10_001));
    wish["needed_skills"] = json!(["", "Rust"]);
    wish["work_mode"] = json!("on-site");
    assert_eq!(refused(wish), ["project.title", "project.description", "project.needed_skills[0]", "project.place"]);
    ada.posts("/v1/projects", &json!({ "client_id": "a#b" })).expect_problem(422, "invalid_field");
    ada.posts("/v1/projects", &json!({ "client_id": "a", "owner": "me" })).expect_problem(400, "malformed_body");

    let mut wish = Person::project("🪵 לוח שח");
    wish["description"] = json!("שלום ".repeat(2_000));
    wish["needed_skills"] = json!(["Falconry"]);
    let project = ada.founds(&wish);
    let kept = ada.looks_at(&project);
    assert_eq!((&kept["title"], &kept["needed_skills"]), (&json!("🪵 לוח שח"), &json!(["Falconry"])));
    for limit in ["0", "101", "1000000000"] {
        for list in ["?mine&", "/popular?", "/matches?"] {
            ada.gets(&format!("/v1/projects{list}limit={limit}")).expect_problem(422, "invalid_field");
        }
    }
    ada.gets("/v1/projects").expect_problem(422, "invalid_field");
    ada.gets("/v1/projects/popular?field=magic").expect_problem(422, "invalid_field");
    ada.gets("/v1/projects/no-id").expect_problem(400, "malformed_request");
    let shy = story.newcomer("Shy");
    shy.tries_to_found("shy", &Person::project("Shy")).expect_problem(409, "profile_missing");
}

#[test]
fn a_person_founds_so_many_projects_a_day() {
    let story = Story::in_peace();
    let ada = story.resident("Ada");
    story.has_left(&FOUND_PER_PERSON, &Subject::person(ada.id.parse().unwrap()), 1);
    ada.founds(&Person::project("The last today"));
    ada.tries_to_found("more", &Person::project("One too many")).expect_problem(429, "too_many_requests");
}

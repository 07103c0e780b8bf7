//! What admins see and do about the caches, and lists that are made ahead.

use serde_json::{Value, json};
use shared::domain::cache::Family;
use xtask::admin::Role;

use super::moderation::staff;
use crate::support::{Fault, FaultProxy, On, Person, Story, Town, eventually};

const CACHE: &str = "/v1/admin/cache";

/// What is counted of lists by now.
fn of_lists(admin: &Person<'_>) -> Value {
    let statistics = admin.gets(&format!("{CACHE}?hours=2")).expect(200);
    let families = statistics["families"].as_array().unwrap();
    assert_eq!(families.len(), Family::ALL.len(), "{statistics}");
    families.iter().find(|family| family["family"] == "list").unwrap().clone()
}

/// How much of each is counted while `act` runs in an environment of `matching` that begins with it. It writes down what
/// it counted with its first list after ten seconds: `person` looks until then.
fn counted(admin: &Person<'_>, person: &Person<'_>, act: impl FnOnce()) -> [u64; 3] {
    let numbers = |lists: &Value| ["misses", "hits", "local_hits"].map(|name| lists[name].as_u64().unwrap());
    admin.town().restart("matching");
    let before = numbers(&of_lists(admin));
    act();
    eventually("the environment to write down what it counted", || {
        person.suggestions();
        let after = numbers(&of_lists(admin));
        let grown: [u64; 3] = std::array::from_fn(|index| after[index] - before[index]);
        (grown.iter().sum::<u64>() > 0).then_some(grown)
    })
}

fn clears(admin: &Person<'_>) {
    admin.posts(&format!("{CACHE}/list/clear"), &json!({})).expect(204);
}

fn warms(town: &Town) {
    assert_eq!(town.stack.invoke("cache-warm", &json!({})).unwrap(), Value::Null);
}

#[test]
fn lists_are_hits_until_they_are_cleared() {
    let story = Story::alone();
    let (admin, ada) = (staff(&story, "Root", Role::Admin), story.resident("Ada"));
    ada.suggestions();
    // A cache that did not answer in time costs a hit: the next environment has it.
    eventually("an environment that begins to find the list that another one made", || {
        let [misses, hits, _] = counted(&admin, &ada, || drop(ada.suggestions()));
        ((misses, hits) == (0, 1)).then_some(())
    });
    let generation = of_lists(&admin)["generation"].as_u64().unwrap();
    let [misses, hits, _] = counted(&admin, &ada, || {
        clears(&admin);
        ada.suggestions();
    });
    assert_eq!((misses, hits), (1, 0), "what is cleared is made anew, once");
    let lists = of_lists(&admin);
    assert_eq!(lists["generation"], generation + 1);
    assert!((0.0..1.0).contains(&lists["hit_rate"].as_f64().unwrap()), "{lists}");
    // An environment that has the list in its memory heeds it, too.
    let [misses, ..] = counted(&admin, &ada, || {
        ada.suggestions();
        clears(&admin);
        ada.suggestions();
    });
    assert_eq!(misses, 1);
    let audit = admin.gets("/v1/admin/audit?limit=100").expect(200);
    let is_hers = |act: &&Value| act["act"] == "cache.cleared" && act["actor_id"] == admin.id;
    let acts: Vec<_> = audit["items"].as_array().unwrap().iter().filter(is_hers).collect();
    assert!(acts.len() == 2 && acts.iter().all(|act| act["family"] == "list"), "{acts:?}");
}

#[test]
fn lists_of_those_who_come_and_of_those_who_are_wished_for_are_made_ahead() {
    let story = Story::alone();
    let (admin, ada, wes) = (staff(&story, "Root", Role::Admin), story.resident("Ada"), story.resident("Wes"));
    // Ada was here, and Wes was not.
    ada.suggestions();
    clears(&admin);
    warms(story.town);
    let [misses, hits, _] = counted(&admin, &ada, || drop(ada.suggestions()));
    assert_eq!((misses, hits), (0, 1), "the list of one who came");
    let [misses, hits, _] = counted(&admin, &wes, || drop(wes.suggestions()));
    assert_eq!((misses, hits), (1, 0), "the list of one who did not come");

    let dan = story.resident("Dan");
    admin.puts(&format!("{CACHE}/warm/{}", dan.id), &json!({})).expect(204);
    warms(story.town);
    let [misses, hits, _] = counted(&admin, &dan, || drop(dan.suggestions()));
    assert_eq!((misses, hits), (0, 1), "the list of one for whom it was wished");
    let audit = admin.gets("/v1/admin/audit?limit=100").expect(200);
    let mut acts = audit["items"].as_array().unwrap().iter();
    assert!(acts.any(|act| act["act"] == "cache.warm-wished" && act["subject_id"] == dan.id), "{audit}");
}

#[test]
fn a_visit_that_cannot_be_noted_keeps_nobody_from_their_list() {
    let story = Story::alone();
    let town = story.town;
    let (ada, ben) = (story.resident("Ada"), story.resident("Ben"));
    let proxy = FaultProxy::before(town.stack.endpoint());
    town.stack.set_function_env("matching", &[("AWS_ENDPOINT_URL_DYNAMODB", proxy.url())]).unwrap();
    let (lost, refused) = (On::call("PutItem", &ada.id), On::call("PutItem", &ben.id));
    proxy.next(1_000, lost, Fault::Stall(std::time::Duration::from_mins(1)));
    proxy.next(1_000, refused, Fault::ServerError);
    let statuses = [&ada, &ben].map(|person| person.gets("/v1/matches").status);
    town.stack.remove_function_env("matching", &["AWS_ENDPOINT_URL_DYNAMODB"]).unwrap();
    assert_eq!(statuses, [200, 200]);
    assert!([&ada, &ben].iter().all(|person| proxy.befallen(&person.id) > 0), "nothing went wrong");
}

#[test]
fn the_caches_are_for_admins_alone_and_only_those_that_there_are() {
    let story = Story::in_peace();
    let (ada, moderator) = (story.newcomer("Ada"), staff(&story, "Mo", Role::Moderator));
    for person in [&ada, &moderator] {
        person.gets(CACHE).expect_problem(403, "forbidden");
        person.posts(&format!("{CACHE}/list/clear"), &json!({})).expect_problem(403, "forbidden");
        person.puts(&format!("{CACHE}/warm/{}", ada.id), &json!({})).expect_problem(403, "forbidden");
    }
    let admin = staff(&story, "Root", Role::Admin);
    for family in ["lists", "pair", "embedding", "List", "*"] {
        let problem = admin.posts(&format!("{CACHE}/{family}/clear"), &json!({})).expect_problem(422, "invalid_field");
        assert_eq!(problem["field"], "family");
        assert!(problem["detail"].as_str().unwrap().contains("popular_projects"), "{problem}");
    }
    for hours in ["0", "49"] {
        let problem = admin.gets(&format!("{CACHE}?hours={hours}")).expect_problem(422, "invalid_field");
        assert_eq!(problem["field"], "hours");
    }
    admin.gets(&format!("{CACHE}?hours=many")).expect_problem(400, "malformed_request");
    admin.puts(&format!("{CACHE}/warm/nobody"), &json!({})).expect_problem(400, "malformed_request");
    // Somebody without a profile has no list to be made.
    admin.puts(&format!("{CACHE}/warm/{}", ada.id), &json!({})).expect(204);
    warms(story.town);
}

//! Settings: who sees that one is there, and which mails one wants.

use serde_json::{Value, json};

use crate::support::{Circle, Person, Story};

fn settings(person: &Person<'_>) -> Value {
    person.gets("/v1/me/settings").expect(200)
}

#[test]
fn settings_are_the_default_ones_until_they_are_set_and_follow_the_time_zone_of_the_profile() {
    let story = Story::in_peace();
    let ada = story.newcomer("Ada");
    let digest = json!({
        "kinds": ["match", "message", "like"], "cadence": "daily", "hour": 18, "weekday": "monday",
        "quiet_from": 22, "quiet_until": 8, "time_zone": "UTC",
    });
    assert_eq!(settings(&ada), json!({ "presence": "everyone", "digest": digest, "version": 0 }));
    ada.writes_profile(&Person::profile("Ada"));
    let first = settings(&ada);
    assert_eq!((&first["version"], &first["digest"]["time_zone"]), (&json!(1), &json!("Europe/Berlin")));

    let wished =
        json!({ "presence": "connections", "digest": { "cadence": "weekly", "weekday": "sunday", "kinds": ["like"] } });
    let changed = ada.sets(&wished);
    assert_eq!((&changed["presence"], &changed["version"]), (&json!("connections"), &json!(2)));
    assert_eq!((&changed["digest"]["kinds"], &changed["digest"]["hour"]), (&json!(["like"]), &json!(18)));
    assert_eq!(settings(&ada), changed);

    // Who moves is written to by the clocks there; another edit of the profile leaves the settings alone.
    let mut moved = Person::profile("Ada");
    moved["time_zone"] = json!("Asia/Kathmandu");
    ada.writes_profile(&moved);
    ada.writes_profile(&moved);
    let after = settings(&ada);
    assert_eq!((&after["version"], &after["digest"]["time_zone"]), (&json!(3), &json!("Asia/Kathmandu")));
    assert_eq!((&after["presence"], &after["digest"]["kinds"]), (&json!("connections"), &json!(["like"])));
    assert_eq!(due(&ada).map(|due| due[11..16].to_owned()).as_deref(), Some("12:15"), "18 o'clock in Kathmandu");
    ada.sets(&json!({ "digest": { "cadence": "never" } }));
    assert_eq!(due(&ada), None, "who wants none is in no index");
}

/// When the next digest is due, as the index has it.
fn due(person: &Person<'_>) -> Option<String> {
    let item = person.town().item("Profiles", &format!("USER#{}", person.id), "SETTINGS").unwrap();
    item["digest_pk"]["S"].as_str().and(item["digest_sk"]["S"].as_str()).map(str::to_owned)
}

#[test]
fn settings_that_make_no_sense_are_named() {
    let story = Story::in_peace();
    let ada = story.resident("Ada");
    let refused = |body: &Value| ada.puts("/v1/me/settings", body).expect_problem(422, "invalid_field");
    let night = refused(&json!({ "digest": { "hour": 23 } }));
    assert_eq!(night["field"], "digest.hour");
    let all =
        refused(&json!({ "presence": "friends", "digest": { "kinds": ["gossip"], "cadence": 7, "quiet_from": 24 } }));
    assert_eq!(all["errors"].as_array().unwrap().len(), 4, "{all}");
    ada.puts("/v1/me/settings", &json!({ "version": 1 })).expect_problem(400, "malformed_body");
    assert_eq!(settings(&ada)["version"], 1);
}

#[test]
fn who_hides_that_they_are_online_is_in_no_list_of_those_who_are() {
    let story = Story::in_peace();
    let circle = Circle::of(&story);
    let (ada, mia) = (circle.member("Ada", &json!({})), circle.member("Mia", &json!({})));
    let _socket = mia.connects();
    assert_eq!(circle.names(&ada, "online_now=true"), ["Mia"]);
    for presence in ["connections", "nobody"] {
        mia.sets(&json!({ "presence": presence }));
        assert_eq!(circle.names(&ada, "online_now=true"), [""; 0], "{presence}");
        assert_eq!(circle.names(&ada, ""), ["Mia"], "only that she is there is hidden");
    }
    mia.sets(&json!({}));
    assert_eq!(circle.names(&ada, "online_now=true"), ["Mia"]);
}

//! What operators and client developers ask first.

use serde_json::{Value, json};
use shared::domain::time::Timestamp;

use crate::support::{Story, eventually};

#[test]
fn a_ready_service_names_its_dependencies() {
    let story = Story::in_peace();
    assert_eq!(story.town.get(None, "/health/live").expect(200)["status"], "ok");
    let ready = story.town.get(None, "/health/ready").expect(200);
    assert_eq!(ready["dependencies"]["dynamodb"]["status"], "ok");
    assert_eq!(ready["dependencies"]["s3"]["status"], "ok");
}

#[test]
fn the_api_document_is_served() {
    let story = Story::in_peace();
    let document = story.town.get(None, "/v1/openapi.json").expect(200);
    assert!(document["paths"]["/v1/auth/register"]["post"].is_object());
}

#[test]
fn a_service_without_its_cache_is_ready_and_says_so() {
    let story = Story::alone();
    let cache = story.town.stack.cache().unwrap();
    let of_the_cache = || story.town.get(None, "/health/ready").expect(200)["cache"].clone();
    eventually("the cache to be seen", || (of_the_cache()["status"] == "ok").then_some(()));
    cache.freeze().unwrap();
    let frozen = of_the_cache();
    cache.thaw().unwrap();
    assert_eq!(frozen["status"], "failed", "{frozen}");
    eventually("the cache to be seen again", || (of_the_cache()["status"] == "ok").then_some(()));
}

#[test]
fn readiness_tells_how_often_the_cache_is_hit() {
    let story = Story::in_trouble();
    let now = Timestamp::from_unix_millis(u64::try_from(std::time::UNIX_EPOCH.elapsed().unwrap().as_millis()).unwrap());
    let number = |count: u32| json!({ "N": count.to_string() });
    let hour = json!({
        "pk": { "S": "CACHE#stats" }, "sk": { "S": now.to_string()[..13] },
        "matrix.hits": number(2), "matrix.local_hits": number(1), "matrix.misses": number(1), "matrix.computed": number(1),
    });
    story.town.put_item("Ops", &hour);
    let cache = story.town.get(None, "/health/ready").expect(200)["cache"].clone();
    assert_eq!(cache["hit_rates"]["matrix"], 0.75);
    // There is none in this town, and a deployment without one says so.
    assert_eq!((&cache["status"], &cache["duration_ms"]), (&json!("off"), &Value::Null));
}

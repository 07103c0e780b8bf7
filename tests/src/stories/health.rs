//! What operators and client developers ask first.

use crate::support::Story;

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

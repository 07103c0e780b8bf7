//! Photos: what is uploaded, what becomes of it, and who sees it.

use std::time::Duration;

use serde_json::{Value, json};
use shared::domain::limit::{PHOTO_PER_PERSON, Subject};
use ureq::Agent;
use ureq::http::HeaderMap;

use crate::support::{Person, Story, Town, eventually};

pub(super) const PICTURE: &[u8] = include_bytes!("../../../shared/pictures/src/tests/files/baseline.jpg");
const PNG: &[u8] = include_bytes!("../../../shared/pictures/src/tests/files/rgb.png");
const CANARY: &str = "CANARY-51.4934N-0.0098W";

fn agent() -> Agent {
    let config = Agent::config_builder().http_status_as_error(false).timeout_global(Some(Duration::from_mins(1)));
    config.build().into()
}

/// A picture with a place in its comment, and one behind its end.
fn telling_picture() -> Vec<u8> {
    let length = u16::try_from(CANARY.len() + 2).unwrap().to_be_bytes();
    [&PICTURE[..2], &[0xff, 0xfe], &length, CANARY.as_bytes(), &PICTURE[2..], CANARY.as_bytes()].concat()
}

pub(crate) fn asks_for_a_form(person: &Person<'_>, content_type: &str) -> Value {
    person.posts("/v1/me/photos", &json!({ "content_type": content_type })).expect(201)
}

/// Posts a file as a browser does, with these fields before it, and answers the status of S3.
pub(super) fn posts(form: &Value, file: &[u8]) -> u16 {
    posts_from("", form, file).0
}

/// The same from a page of an origin, and of which origin scripts may read the answer.
fn posts_from(origin: &str, form: &Value, file: &[u8]) -> (u16, Option<String>) {
    let boundary = "----boundary7MA4YWxkTrZu0gW";
    let mut body = Vec::new();
    for (name, value) in form["fields"].as_object().unwrap() {
        let part = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{}\r\n",
            value.as_str().unwrap()
        );
        body.extend(part.into_bytes());
    }
    let head = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"photo\"\r\nContent-Type: application/octet-stream\r\n\r\n"
    );
    body.extend([head.as_bytes(), file, format!("\r\n--{boundary}--\r\n").as_bytes()].concat());
    let request = agent().post(form["url"].as_str().unwrap());
    let request = request.header("content-type", format!("multipart/form-data; boundary={boundary}"));
    let request = if origin.is_empty() { request } else { request.header("origin", origin) };
    let answer = request.send(&body[..]).unwrap();
    (answer.status().as_u16(), allowed_origin(answer.headers()))
}

fn allowed_origin(headers: &HeaderMap) -> Option<String> {
    Some(headers.get("access-control-allow-origin")?.to_str().unwrap().to_owned())
}

pub(super) fn photos(person: &Person<'_>) -> Vec<Value> {
    person.gets("/v1/me/photos").expect(200)["items"].as_array().unwrap().clone()
}

fn photo(person: &Person<'_>, form: &Value) -> Option<Value> {
    photos(person).into_iter().find(|photo| photo["photo_id"] == form["photo_id"])
}

pub(super) fn settled(person: &Person<'_>, form: &Value) -> Value {
    eventually("a verdict", || photo(person, form).filter(|photo| photo["state"] != "checking"))
}

/// Uploads a picture and waits for it.
pub(crate) fn uploads(person: &Person<'_>) -> Value {
    let form = asks_for_a_form(person, "image/jpeg");
    assert_eq!(posts(&form, PICTURE), 204);
    let photo = settled(person, &form);
    assert_eq!(photo["state"], "ready", "{photo}");
    photo
}

pub(super) fn fetch(url: &Value) -> (u16, Vec<u8>) {
    let mut answer = agent().get(url.as_str().unwrap()).call().unwrap();
    (answer.status().as_u16(), answer.body_mut().read_to_vec().unwrap())
}

/// What lies in the bucket below a prefix.
pub(super) fn objects(person: &Person<'_>, prefix: &str) -> Vec<String> {
    let stack = &person.town().stack;
    let bucket = stack.output("PhotosBucketName").unwrap();
    stack.client().object_names(bucket, prefix).unwrap()
}

/// The prefix of a photo's copies, from one of its links.
pub(super) fn prefix_of(photo: &Value) -> String {
    let url = photo["copies"][0]["url"].as_str().unwrap();
    let path = url.split_once("/photos/").unwrap().1;
    format!("photos/{}/", path.split('/').next().unwrap())
}

#[test]
fn a_photo_is_checked_and_then_others_see_it_but_not_who_is_blocked() {
    let story = Story::in_peace();
    let (ada, bob, eve) = (story.resident("Ada"), story.resident("Bob"), story.resident("Eve"));
    ada.blocks(&eve);
    let seen = |person: &Person<'_>| person.gets(&format!("/v1/profiles/{}", ada.id)).expect(200)["photos"].clone();

    let form = asks_for_a_form(&ada, "image/jpeg");
    assert_eq!(photo(&ada, &form).unwrap()["state"], "checking");
    assert_eq!(seen(&bob), json!([]));
    let uploaded = telling_picture();
    assert_eq!(posts(&form, &uploaded), 204);
    let ready = settled(&ada, &form);
    assert_eq!((&ready["state"], &ready["reason"]), (&json!("ready"), &Value::Null), "{ready}");

    let shown = seen(&bob);
    assert_eq!((&shown[0]["photo_id"], &shown[0]["blurhash"]), (&form["photo_id"], &ready["blurhash"]));
    let copies = shown[0]["copies"].as_array().unwrap();
    assert_eq!(copies.len(), 3);
    for copy in copies {
        assert_eq!((&copy["width"], &copy["height"]), (&json!(48), &json!(32)));
        let (status, file) = fetch(&copy["url"]);
        assert_eq!(status, 200, "{copy}");
        assert!(file.starts_with(&[0xff, 0xd8, 0xff, 0xe0]) && file.ends_with(&[0xff, 0xd9]));
        assert!(!file.windows(CANARY.len()).any(|piece| piece == CANARY.as_bytes()), "it says where it was taken");
        assert_ne!(file, uploaded);
        let url = copy["url"].as_str().unwrap();
        assert!(url.contains("X-Amz-Expires=600") && !url.contains(&ada.id), "{url}");
        assert_ne!(fetch(&json!(url.split('?').next().unwrap())).0, 200, "the link works without its signature");
    }
    eve.gets(&format!("/v1/profiles/{}", ada.id)).expect_problem(404, "profile_not_found");
    assert_eq!(objects(&ada, &format!("quarantine/{}/", ada.id)), [""; 0], "the upload is thrown away");

    // The form is still good, but its slot is taken.
    assert_eq!(posts(&form, PNG), 204);
    eventually("the second upload to be thrown away", || {
        objects(&ada, &format!("quarantine/{}/", ada.id)).is_empty().then_some(())
    });
    assert_eq!(settled(&ada, &form)["blurhash"], ready["blurhash"]);
}

#[test]
fn a_hostile_file_is_refused_and_says_why() {
    let story = Story::in_peace();
    let ada = story.resident("Ada");
    let mut flood = PNG.to_vec();
    flood[16..24].fill(0x7f);
    let files: [(&[u8], &str); 3] = [
        (b"<html><script>alert(1)</script></html>", "photo_type"),
        (&flood, "photo_dimensions"),
        (&PICTURE[..PICTURE.len() - 40], "photo_damaged"),
    ];
    for (file, reason) in files {
        let form = asks_for_a_form(&ada, "image/jpeg");
        assert_eq!(posts(&form, file), 204);
        let refused = settled(&ada, &form);
        assert_eq!((&refused["state"], &refused["reason"]), (&json!("refused"), &json!(reason)));
        assert!(refused["detail"].as_str().unwrap().len() > 20 && refused["copies"] == json!([]), "{refused}");
    }
    let bob = story.resident("Bob");
    assert_eq!(bob.gets(&format!("/v1/profiles/{}", ada.id)).expect(200)["photos"], json!([]));
    assert_eq!(objects(&ada, &format!("quarantine/{}/", ada.id)), [""; 0]);
}

#[test]
fn what_the_form_does_not_allow_never_gets_in() {
    let story = Story::in_peace();
    let ada = story.resident("Ada");
    let form = asks_for_a_form(&ada, "image/png");
    assert_eq!(form["max_bytes"], 10_000_000);
    assert!(posts(&form, &vec![0; 10_000_001]) >= 400, "too large");
    assert!(posts(&form, b"") >= 400, "empty");
    let other = |name: &str, value: &str| {
        let mut forged = form.clone();
        forged["fields"][name] = json!(value);
        posts(&forged, PNG)
    };
    assert_eq!(other("content-type", "text/html"), 403);
    let elsewhere = form["fields"]["key"].as_str().unwrap().replace(&ada.id, &story.resident("Bob").id);
    assert_eq!(other("key", &elsewhere), 403);
    assert_eq!(other("key", "photos/0123/1080.jpg"), 403);
    assert_eq!(other("x-amz-signature", &"0".repeat(64)), 403);
    assert_eq!(objects(&ada, "quarantine/").iter().filter(|name| name.contains(&ada.id)).count(), 0);
    assert_eq!(photo(&ada, &form).unwrap()["state"], "checking");
    assert_eq!(posts(&form, PNG), 204, "the form itself is good");
    assert_eq!(settled(&ada, &form)["state"], "ready");

    ada.posts("/v1/me/photos", &json!({ "content_type": "image/gif" })).expect_problem(422, "invalid_field");
    ada.posts("/v1/me/photos", &json!({ "content_type": "image/png", "key": "x" }))
        .expect_problem(400, "malformed_body");
}

#[test]
fn scripts_of_the_client_app_see_how_an_upload_went_and_no_others() {
    let story = Story::in_peace();
    let ada = story.resident("Ada");
    let stack = &ada.town().stack;
    let (ours, others) = ("http://localhost:3000", "https://elsewhere.example");
    let forms = [0, 1].map(|_| asks_for_a_form(&ada, "image/jpeg"));
    let form = forms[0]["url"].as_str().unwrap().to_owned();
    let export = format!("{}/{}/a", stack.client().endpoint(), stack.output("ExportsBucketName").unwrap());
    let asks = |origin: &str, method: &str, url: &str| {
        let request = agent().options(url).header("origin", origin).header("access-control-request-method", method);
        // Only a form has a type.
        let wanted = if method == "POST" { "content-type" } else { "" };
        let answer = request.header("access-control-request-headers", wanted).call().unwrap();
        (answer.status().as_u16(), allowed_origin(answer.headers()))
    };
    for (method, url) in [("POST", &form), ("GET", &form), ("GET", &export)] {
        assert_eq!(asks(ours, method, url), (200, Some(ours.to_owned())), "{method} {url}");
        assert_eq!(asks(others, method, url), (403, None), "{method} {url}");
    }
    assert_eq!(asks(ours, "DELETE", &form), (403, None));

    // No browser asks before it sends a form or loads a picture: the answers themselves say who may read them.
    assert_eq!(posts_from(ours, &forms[0], PICTURE), (204, Some(ours.to_owned())));
    assert_eq!(posts_from(others, &forms[1], PICTURE), (204, None), "it is sent all the same");
    let copy = settled(&ada, &forms[0])["copies"][0]["url"].as_str().unwrap().to_owned();
    let loads = |origin: &str| allowed_origin(agent().get(&copy).header("origin", origin).call().unwrap().headers());
    assert_eq!((loads(ours), loads(others)), (Some(ours.to_owned()), None));
    settled(&ada, &forms[1]);
}

#[test]
fn photos_are_ordered_and_deleted_with_everything_that_was_made_of_them() {
    let story = Story::in_peace();
    let (ada, bob) = (story.resident("Ada"), story.resident("Bob"));
    let (first, second) = (uploads(&ada), uploads(&ada));
    let ids = |list: &[&Value]| json!({ "photo_ids": list.iter().map(|photo| photo["photo_id"].clone()).collect::<Vec<_>>() });
    let ordered = ada.puts("/v1/me/photos", &ids(&[&second, &first])).expect(200);
    assert_eq!(ordered["items"][0]["photo_id"], second["photo_id"]);
    let seen = || bob.gets(&format!("/v1/profiles/{}", ada.id)).expect(200)["photos"].clone();
    assert_eq!(seen()[0]["photo_id"], second["photo_id"]);
    for wrong in [ids(&[&first]), ids(&[&first, &first]), ids(&[])] {
        ada.puts("/v1/me/photos", &wrong).expect_problem(422, "invalid_field");
    }

    let link = seen()[0]["copies"][0]["url"].clone();
    assert_eq!((fetch(&link).0, objects(&ada, &prefix_of(&second)).len()), (200, 3));
    let path = format!("/v1/me/photos/{}", second["photo_id"].as_str().unwrap());
    bob.deletes(&path).expect_problem(404, "photo_not_found");
    ada.deletes(&path).expect(204);
    ada.deletes(&path).expect_problem(404, "photo_not_found");
    assert_eq!(objects(&ada, &prefix_of(&second)), [""; 0]);
    assert_ne!(fetch(&link).0, 200, "who had a link has it for nothing");
    assert_eq!((photos(&ada).len(), seen().as_array().unwrap().len()), (1, 1));
    assert_eq!(fetch(&seen()[0]["copies"][2]["url"]).0, 200, "the other one stays");
}

#[test]
fn seven_photos_are_enough_and_uploads_are_counted() {
    let story = Story::in_peace();
    let ada = story.resident("Ada");
    for _ in 0..7 {
        asks_for_a_form(&ada, "image/webp");
    }
    ada.posts("/v1/me/photos", &json!({ "content_type": "image/webp" })).expect_problem(409, "photos_full");
    let first = photos(&ada)[0]["photo_id"].as_str().unwrap().to_owned();
    ada.deletes(&format!("/v1/me/photos/{first}")).expect(204);
    asks_for_a_form(&ada, "image/webp");
    let ids: Vec<_> = photos(&ada).iter().map(|photo| photo["photo_id"].as_str().unwrap().to_owned()).collect();
    let gone = Town::at_once(ids.len(), |n| ada.deletes(&format!("/v1/me/photos/{}", ids[n])).status);
    assert_eq!(gone, [204; 7], "all at once");

    let bob = story.resident("Bob");
    story.has_left(&PHOTO_PER_PERSON, &Subject::person(bob.id.parse().unwrap()), 1);
    asks_for_a_form(&bob, "image/webp");
    bob.posts("/v1/me/photos", &json!({ "content_type": "image/webp" })).expect_problem(429, "too_many_requests");
}

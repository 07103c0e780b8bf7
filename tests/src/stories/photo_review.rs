//! Photos that staff looks at.

use serde_json::{Value, json};
use xtask::admin::Role;

use super::moderation::staff;
use super::photos::{PICTURE, asks_for_a_form, fetch, objects, photos, posts, prefix_of, settled, uploads};
use crate::support::{Person, Story};

const QUEUE: &str = "/v1/admin/photos";

/// All pages of what waits, those of one person.
fn waiting(staff: &Person<'_>, owner: &Person<'_>) -> Vec<Value> {
    let (mut found, mut after) = (Vec::new(), String::new());
    loop {
        let page = staff.gets(&format!("{QUEUE}?limit=100{after}")).expect(200);
        let items = page["items"].as_array().unwrap().iter();
        found.extend(items.filter(|item| item["user_id"] == owner.id).cloned());
        let Some(next) = page["next_after"].as_str() else { return found };
        after = format!("&after={next}");
    }
}

fn rules(staff: &Person<'_>, owner: &Person<'_>, photo: &Value, ruling: &str) -> u16 {
    let id = photo["photo_id"].as_str().unwrap();
    staff.posts(&format!("{QUEUE}/{}/{id}/{ruling}", owner.id), &json!({})).status
}

fn shown(reader: &Person<'_>, owner: &Person<'_>) -> usize {
    let profile = reader.gets(&format!("/v1/profiles/{}", owner.id)).expect(200);
    profile["photos"].as_array().unwrap().len()
}

/// The row of a photo in the queue.
pub(super) fn waits(story: &Story, photo_id: &str) -> Option<Value> {
    story.town.item("Profiles", "REVIEW#photos", photo_id)
}

#[test]
fn staff_looks_at_what_is_shown_and_takes_away_what_should_not_be() {
    let story = Story::in_peace();
    let (ada, bob) = (story.resident("Ada"), story.resident("Bob"));
    let moderator = staff(&story, "Mod", Role::Moderator);
    ada.gets(QUEUE).expect_problem(403, "forbidden");
    let (fine, rude, gone) = (uploads(&ada), uploads(&ada), uploads(&ada));
    assert_eq!(shown(&bob, &ada), 3);
    assert_eq!(rules(&ada, &ada, &fine, "approve"), 403);
    let queue = waiting(&moderator, &ada);
    assert_eq!(queue.len(), 3);
    assert_eq!((queue[0]["photo_id"].as_str(), &queue[0]["is_shown"]), (fine["photo_id"].as_str(), &json!(true)));
    assert_eq!(fetch(&queue[0]["url"]), fetch(&fine["copies"][0]["url"]), "staff sees what others see");

    assert_eq!(rules(&moderator, &ada, &fine, "approve"), 204);
    assert_eq!([rules(&moderator, &ada, &rude, "refuse"), rules(&moderator, &ada, &rude, "refuse")], [204, 204]);
    assert_eq!(rules(&moderator, &ada, &rude, "approve"), 404, "what is gone is gone");
    let foreign = format!("{QUEUE}/{}/{}/approve", bob.id, fine["photo_id"].as_str().unwrap());
    let problem = moderator.posts(&foreign, &json!({})).expect_problem(404, "photo_not_found");
    assert_eq!(problem["title"], "There is no such photo", "it need not be the reader's own");
    let gone = gone["photo_id"].as_str().unwrap();
    assert!(waits(&story, gone).is_some());
    ada.deletes(&format!("/v1/me/photos/{gone}")).expect(204);
    assert_eq!(waits(&story, gone), None, "nobody has to read the queue for that");
    assert!(waiting(&moderator, &ada).is_empty());
    assert_eq!(shown(&bob, &ada), 1);
    assert!(objects(&ada, &prefix_of(&rude)).is_empty());
    let own = photos(&ada).into_iter().find(|photo| photo["photo_id"] == rude["photo_id"]).unwrap();
    assert_eq!((&own["state"], &own["reason"]), (&json!("refused"), &json!("photo_moderated")));

    // One's own photos are for others to judge.
    moderator.writes_profile(&Person::profile("Mod"));
    let own = uploads(&moderator);
    assert_eq!(rules(&moderator, &moderator, &own, "approve"), 403);
}

#[test]
fn where_staff_looks_first_nobody_sees_a_photo_before() {
    let story = Story::alone();
    let town = story.town;
    let (ada, bob) = (story.resident("Ada"), story.resident("Bob"));
    let moderator = staff(&story, "Mod", Role::Moderator);
    town.stack.set_function_env("photo-validate", &[("APP_PHOTOS_REVIEW", "before")]).unwrap();
    let form = asks_for_a_form(&ada, "image/jpeg");
    assert_eq!(posts(&form, PICTURE), 204);
    let photo = settled(&ada, &form);
    town.stack.set_function_env("photo-validate", &[("APP_PHOTOS_REVIEW", "after")]).unwrap();
    assert_eq!((&photo["state"], shown(&bob, &ada)), (&json!("held"), 0));
    let queue = waiting(&moderator, &ada);
    assert_eq!((queue.len(), &queue[0]["is_shown"]), (1, &json!(false)));
    photos_that_are_gone_hide_none(&story, &moderator, photo["photo_id"].as_str().unwrap());
    assert_eq!(rules(&moderator, &ada, &photo, "approve"), 204);
    assert_eq!(shown(&bob, &ada), 1);
}

/// Rows without a photo, as earlier versions have left them before it.
fn photos_that_are_gone_hide_none(story: &Story, moderator: &Person<'_>, photo_id: &str) {
    let row = waits(story, photo_id).unwrap();
    let gone: Vec<String> = (0..8).map(|number| format!("00000000-0000-7000-8000-00000000000{number}")).collect();
    let plant = |id: &String| {
        let mut gone = row.clone();
        (gone["sk"], gone["photo_id"]) = (json!({ "S": id }), json!({ "S": id }));
        story.town.put_item("Profiles", &gone);
    };
    gone[..7].iter().for_each(plant);
    let page = moderator.gets(&format!("{QUEUE}?limit=1")).expect(200);
    assert_eq!((&page["items"][0]["photo_id"], &page["next_after"]), (&json!(photo_id), &json!(photo_id)));
    gone[7..].iter().for_each(plant);
    let short = moderator.gets(&format!("{QUEUE}?limit=1")).expect(200);
    assert_eq!(short, json!({ "items": [], "next_after": gone[7] }), "a page reads a bounded number of rows");
    for id in &gone {
        assert!(waits(story, id).is_some(), "reading takes nothing away");
        story.town.remove_item("Profiles", "REVIEW#photos", id);
    }
}

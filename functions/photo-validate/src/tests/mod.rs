//! Messages and what becomes of uploads, with a bucket and an album in memory.

mod world;

use serde_json::json;
use shared::domain::id::{Id, PhotoId};
use world::{NOW, World, photo, place, user};

use super::*;

const ANOTHER: &[u8] = include_bytes!("../../../../shared/pictures/src/tests/files/grey.jpg");
const PICTURE: &[u8] = include_bytes!("../../../../shared/pictures/src/tests/files/baseline.jpg");

#[tokio::test]
async fn an_upload_becomes_three_copies_and_is_thrown_away() {
    let world = World::with(PICTURE);
    world.hears_of_the_upload().await.unwrap();
    assert!(world.is_ready());
    assert_eq!((world.names().len(), world.names()), (3, world.copies()));
    let objects = world.objects.lock().unwrap();
    assert!(objects.values().all(|copy| copy != PICTURE), "what was uploaded is never passed on");
}

#[tokio::test]
async fn a_refused_upload_leaves_its_reason() {
    let world = World::with(b"<html>");
    world.hears_of_the_upload().await.unwrap();
    assert_eq!(world.state(), Some(State::Refused { reason: Refusal::Type, key: None }));
    assert_eq!(world.names(), [""; 0]);
    assert!(world.reviews.lock().unwrap().is_empty(), "nobody needs to look at what cannot be shown");
}

#[tokio::test]
async fn a_message_that_comes_again_changes_nothing() {
    let world = World::with(PICTURE);
    world.hears_of_the_upload().await.unwrap();
    let before = world.album.lock().unwrap().clone();
    let published = world.objects.lock().unwrap().clone();
    // The form is still good, and somebody uses it again for something else.
    for other in [b"<html>", ANOTHER] {
        world.is_uploaded_again(other);
        world.hears_of_the_upload().await.unwrap();
        assert_eq!(*world.album.lock().unwrap(), before);
        assert_eq!(*world.objects.lock().unwrap(), published, "the second upload is gone, and nothing was made of it");
    }
}

#[tokio::test]
async fn a_run_that_died_half_way_is_taken_up() {
    let world = World::with(PICTURE);
    *world.publishing_fails.lock().unwrap() = true;
    world.hears_of_the_upload().await.unwrap_err();
    assert_eq!((world.state(), world.names().len()), (Some(State::Checking), 1), "nothing is lost");
    *world.publishing_fails.lock().unwrap() = false;
    world.hears_of_the_upload().await.unwrap();
    assert!(world.is_ready());
    assert_eq!((world.names().len(), world.names()), (3, world.copies()));
}

#[tokio::test]
async fn what_is_deleted_meanwhile_leaves_nothing() {
    let world = World::with(PICTURE);
    *world.interruption.lock().unwrap() = Some(Box::new(|world| Box::pin(async move { world.is_deleted() })));
    world.hears_of_the_upload().await.unwrap();
    assert_eq!((world.state(), world.names(), world.drafts.lock().unwrap().len()), (None, Vec::new(), 0));
}

#[tokio::test]
async fn what_was_deleted_before_is_not_even_read() {
    let world = World::with(PICTURE);
    world.is_deleted();
    world.hears_of_the_upload().await.unwrap();
    assert_eq!(world.names(), [""; 0]);
}

#[tokio::test]
async fn an_album_that_is_edited_meanwhile_keeps_both_changes() {
    let world = World::with(PICTURE);
    let other = PhotoId::from_parts(NOW, [9; 10]);
    *world.interruption.lock().unwrap() = Some(Box::new(move |world| {
        Box::pin(async move {
            let mut album = world.album.lock().unwrap();
            *album = album.with_slot(other, NOW).unwrap();
        })
    }));
    world.hears_of_the_upload().await.unwrap();
    assert!(world.is_ready());
    assert!(world.album.lock().unwrap().find(other).is_some());
}

#[tokio::test]
async fn strange_names_are_not_heard_nor_what_more_is_told_than_a_name() {
    let world = World::with(PICTURE);
    world.hears(json!({ "name": "quarantine/x" })).await.unwrap_err();
    assert_eq!(world.state(), Some(State::Checking));
    let name = place().to_string();
    for message in [
        json!({}),
        json!({ "name": name, "address": "203.0.113.7" }),
        json!({ "Records": [{ "s3": { "object": { "key": name } } }] }),
    ] {
        assert!(serde_json::from_value::<Uploaded>(message.clone()).is_err(), "{message}");
    }
}

#[tokio::test]
async fn of_two_runs_side_by_side_one_publishes_and_the_other_leaves_nothing() {
    for (other, is_early) in [(ANOTHER, true), (ANOTHER, false), (b"<html>", true), (b"<html>", false)] {
        let world = World::with(PICTURE);
        *world.screening.lock().unwrap() = Screening::Hold;
        // The second one begins when the first one has looked at its picture, or has stored its copies, and is done before.
        let place = if is_early { &world.early_interruption } else { &world.interruption };
        *place.lock().unwrap() = Some(Box::new(move |world| {
            Box::pin(async move {
                world.is_uploaded_again(other);
                *world.screening.lock().unwrap() = Screening::Show;
                world.hears_of_the_upload().await.unwrap();
            })
        }));
        world.hears_of_the_upload().await.unwrap();
        assert_eq!(world.is_ready(), other == ANOTHER, "the verdict is that of the faster one");
        assert_eq!(world.names(), world.copies(), "and so are the copies");
        let made = pictures::process(other, &SIZES).map_or_else(|_| Vec::new(), |photo| photo.renditions);
        let mut made: Vec<_> = made.into_iter().map(|copy| copy.jpeg).collect();
        let mut stored: Vec<_> = world.objects.lock().unwrap().values().cloned().collect();
        made.sort();
        stored.sort();
        assert!(made == stored, "copies of one upload under the verdict on another");
        assert!(world.drafts.lock().unwrap().is_empty());
    }
}

#[tokio::test]
async fn a_verdict_that_stands_although_its_answer_was_lost_keeps_its_copies() {
    let world = World::with(PICTURE);
    *world.answer_is_lost.lock().unwrap() = true;
    world.hears_of_the_upload().await.unwrap();
    assert!(world.is_ready());
    assert_eq!((world.names().len(), world.names()), (3, world.copies()));
}

#[tokio::test]
async fn an_album_of_which_all_photos_change_at_once_gets_its_verdict() {
    let world = World::with(PICTURE);
    *world.faster.lock().unwrap() = ALBUM_ROUNDS - 1;
    world.hears_of_the_upload().await.unwrap();
    assert!(world.is_ready());
    let stuck = World::with(PICTURE);
    *stuck.faster.lock().unwrap() = ALBUM_ROUNDS;
    assert!(stuck.hears_of_the_upload().await.unwrap_err().retryable());
    assert_eq!(stuck.state(), Some(State::Checking));
}

#[tokio::test]
async fn what_can_be_shown_is_for_staff_to_look_at_and_held_where_that_comes_first() {
    let shown = World::with(PICTURE);
    shown.hears_of_the_upload().await.unwrap();
    let review = Review { photo_id: photo(), user_id: user(), since: NOW };
    assert_eq!((shown.is_ready(), &shown.reviews.lock().unwrap()[..]), (true, &[review][..]));

    let held = World::with(PICTURE);
    *held.screening.lock().unwrap() = Screening::Hold;
    held.hears_of_the_upload().await.unwrap();
    held.hears_of_the_upload().await.unwrap();
    assert!(matches!(held.state(), Some(State::Held(_))));
    let asked = held.reviews.lock().unwrap().len();
    assert_eq!((held.names().len(), asked), (3, 1), "its copies wait, and it is asked about once");
}

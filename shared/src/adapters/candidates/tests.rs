//! What is found, when, and at what cost.

use std::sync::atomic::Ordering;

use serde_json::json;

use super::world::{START, Stage, id};
use super::*;
use crate::domain::profile::Field;
use crate::domain::retrieval::Region;
use crate::ports::ambient::Clock;

const DESIGN: Shard = Shard { field: Field::Design, region: Region::None };
const CRAFTS: Shard = Shard { field: Field::Crafts, region: Region::None };

#[tokio::test]
async fn without_segments_the_newest_are_found() {
    let stage = Stage::with([2, 3]);
    assert_eq!(stage.found().await, [2, 3]);
    let found = stage.search().await;
    assert_eq!((found.searched, found.of, found.fresh_as_of), (2, 2, START));
}

#[tokio::test]
async fn an_edit_is_seen_within_the_promise_and_the_directory_is_not_asked_more_often() {
    let stage = Stage::with([2]);
    stage.world.builds(DESIGN);
    assert_eq!(stage.found().await, [2]);
    let queries = stage.world.queries.load(Ordering::Relaxed);
    stage.world.passes(19);
    stage.world.writes(3, &json!({}));
    stage.world.writes(4, &json!({"field": "crafts"}));
    assert_eq!(stage.found().await, [2], "nobody was asked");
    assert_eq!(stage.world.queries.load(Ordering::Relaxed), queries);
    stage.world.passes(1);
    assert_eq!(stage.found().await, [2, 3, 4]);
    let found = stage.search().await;
    assert_eq!((found.searched, found.of), (3, 3));
    assert_eq!(stage.world.lists.load(Ordering::Relaxed), 1, "the bucket was listed less than a minute ago");
}

#[tokio::test]
async fn who_moves_or_edits_is_found_as_they_are_now_and_once() {
    let stage = Stage::with([2, 3]);
    stage.world.builds(DESIGN);
    stage.world.passes(1_000);
    stage.world.writes(2, &json!({"field": "crafts", "filters": {"fields": ["data"]}}));
    assert_eq!(stage.found().await, [3], "the filter of the newer row counts");
    stage.world.passes(20);
    stage.world.writes(2, &json!({"field": "crafts"}));
    stage.world.passes(20);
    assert_eq!(stage.found().await, [2, 3]);
    assert_eq!(stage.search().await.searched, 2, "the row in the segment is skipped");
}

#[tokio::test]
async fn an_edit_that_the_directory_shows_late_is_not_missed() {
    let stage = Stage::with([2]);
    stage.world.builds(DESIGN);
    stage.found().await;
    stage.world.passes(5);
    stage.world.writes(3, &json!({}));
    stage.world.late.lock().unwrap().push(id(3));
    stage.world.passes(20);
    assert_eq!(stage.found().await, [2]);
    stage.world.late.lock().unwrap().clear();
    stage.world.passes(20);
    assert_eq!(stage.found().await, [2, 3], "the directory is read with an overlap");
}

#[tokio::test]
async fn an_edit_during_the_build_is_not_missed() {
    let mut stage = Stage::with([2]);
    stage.world.writes(3, &json!({}));
    stage.world.late.lock().unwrap().push(id(3));
    // What was under way when the segment was built is not in it.
    let person = stage.world.person(3);
    stage.world.leaves(3);
    stage.world.builds(DESIGN);
    stage.world.writes(3, &json!({}));
    assert_eq!(stage.world.person(3).profile.updated_at, person.profile.updated_at);
    stage.world.late.lock().unwrap().clear();
    stage.world.passes(300);
    stage.restarts();
    assert_eq!(stage.found().await, [2, 3]);
}

#[tokio::test]
async fn a_vector_that_comes_late_is_asked_for_again() {
    let mut stage = Stage::with([2, 3]);
    stage.world.passes(600);
    stage.world.writes(2, &json!({"bio": "boats"}));
    stage.world.writes(3, &json!({"bio": "trains"}));
    stage.world.embeds(3, 8);
    stage.world.builds(DESIGN);
    // One row waits in the segment, where the directory will not speak of it again.
    stage.world.passes(600);
    stage.restarts();
    let before = stage.search().await.ids;
    assert_eq!(before.len(), 2);
    stage.world.embeds(2, 7);
    stage.world.passes(20);
    assert_eq!(stage.search().await.ids, [id(2), id(3)], "whoever speaks of the same comes first");
    let read = stage.world.people_read.load(Ordering::Relaxed);
    stage.world.passes(20);
    stage.found().await;
    assert_eq!(stage.world.people_read.load(Ordering::Relaxed), read, "nobody is waited for any more");
}

#[tokio::test]
async fn a_vector_is_not_waited_for_for_ever() {
    let stage = Stage::with([]);
    stage.world.writes(2, &json!({"bio": "boats"}));
    stage.found().await;
    stage.world.passes(3_599);
    stage.found().await;
    let read = stage.world.people_read.load(Ordering::Relaxed);
    stage.world.passes(20);
    stage.found().await;
    assert_eq!(stage.world.people_read.load(Ordering::Relaxed), read);
}

#[tokio::test]
async fn a_new_segment_takes_over_and_the_overlay_is_forgotten() {
    let stage = Stage::with([2]);
    stage.world.builds(DESIGN);
    stage.found().await;
    stage.world.passes(100);
    stage.world.writes(3, &json!({}));
    assert_eq!(stage.found().await, [2, 3]);
    assert_eq!(stage.index.snapshot().overlay.len(), 1);
    stage.world.passes(100);
    stage.world.builds(DESIGN);
    stage.world.passes(60);
    assert_eq!(stage.found().await, [2, 3]);
    assert_eq!(stage.index.snapshot().overlay.len(), 0, "the segment knows as much");
    assert_eq!(stage.world.reads.load(Ordering::Relaxed), 2);
    stage.world.passes(60);
    stage.found().await;
    assert_eq!(stage.world.reads.load(Ordering::Relaxed), 2, "the same content is not read again");
}

#[tokio::test]
async fn a_wave_of_edits_is_read_in_steps_until_all_are_known() {
    let stage = Stage::with([2]);
    stage.world.builds(DESIGN);
    stage.found().await;
    stage.world.passes(100);
    for number in 10..1_300 {
        stage.world.writes(number, &json!({}));
        if number % 300 == 0 {
            stage.world.passes(1);
        }
    }
    let found = stage.search().await;
    assert!(found.searched < 700, "{}", found.searched);
    assert!(found.fresh_as_of < Clock::now(&*stage.world));
    for _ in 0..12 {
        stage.world.passes(20);
        stage.found().await;
    }
    assert_eq!(stage.search().await.searched, 1_291);
    assert_eq!(stage.search().await.fresh_as_of, Clock::now(&*stage.world));
}

#[tokio::test]
async fn what_does_not_fit_is_left_out_and_said_so() {
    let mut stage = Stage::of(3, [2, 3, 4]);
    stage.world.writes(5, &json!({"field": "crafts"}));
    stage.world.writes(6, &json!({"field": "crafts"}));
    stage.world.builds(DESIGN);
    stage.world.builds(CRAFTS);
    stage.world.passes(1_000);
    // For a designer designers gain less than craftspeople do.
    let found = stage.search().await;
    assert_eq!((stage.found().await, found.searched, found.of), (vec![5, 6], 2, 5));
    stage.world.writes(1, &json!({"field": "marketing", "visible": false}));
    stage.seeker = stage.world.person(1);
    assert_eq!(stage.found().await, [2, 3, 4], "another seeker, other segments");
    assert_eq!(stage.index.snapshot().loaded.len(), 1);
}

#[tokio::test]
async fn changes_are_told_with_what_another_process_may_not_have_seen() {
    let stage = Stage::with([2, 3]);
    stage.world.builds(DESIGN);
    stage.world.passes(1_000);
    stage.found().await;
    let changed = async |since: Timestamp| stage.index.changed_since(since).await.unwrap();
    let now = Clock::now(&*stage.world);
    assert_eq!(changed(now).await, Some(vec![]));
    stage.world.writes(2, &json!({}));
    stage.world.passes(30);
    assert_eq!(changed(now).await, Some(vec![id(2)]));
    assert_eq!(
        changed(now + Duration::from_secs(30)).await,
        Some(vec![id(2)]),
        "within a minute it may have been missed"
    );
    assert_eq!(changed(now + Duration::from_secs(61)).await, Some(vec![]));
    assert_eq!(changed(START - Duration::from_secs(1)).await, None, "nobody knows what was before the segments");
    stage.world.passes(3 * 3_600);
    assert_eq!(changed(now).await, None, "too long ago");
}

#[tokio::test]
async fn an_edit_that_a_new_segment_has_already_is_told_to_older_lists() {
    let stage = Stage::with([2]);
    stage.world.builds(DESIGN);
    stage.world.passes(1_000);
    stage.found().await;
    let made_at = Clock::now(&*stage.world);
    stage.world.passes(10);
    stage.world.writes(3, &json!({}));
    stage.world.passes(70);
    stage.world.builds(DESIGN);
    stage.world.passes(70);
    assert_eq!(stage.index.changed_since(made_at).await.unwrap(), Some(vec![id(3)]));
    assert_eq!(stage.found().await, [2, 3]);
}

#[tokio::test]
async fn many_at_once_refresh_once() {
    let stage = Stage::with([2]);
    let all = futures::future::join_all((0..8).map(|_| stage.search())).await;
    assert!(all.iter().all(|found| found.ids == [id(2)]));
    assert_eq!(stage.world.queries.load(Ordering::Relaxed), Field::ALL.len());
}

#[tokio::test]
async fn who_hides_is_skipped_once_the_index_hears_of_it() {
    let stage = Stage::with([2, 3]);
    stage.world.writes(2, &json!({"bio": "boats"}));
    stage.world.builds(DESIGN);
    stage.found().await;
    // Whoever waits for a vector is looked at again, and gone.
    stage.world.writes(2, &json!({"bio": "boats", "visible": false}));
    stage.world.passes(20);
    assert_eq!(stage.found().await, [3]);
}

//! What is found when segments are broken and services do not answer.

use std::sync::atomic::Ordering;

use serde_json::json;

use super::world::Stage;
use super::*;
use crate::domain::profile::Field;
use crate::domain::retrieval::Region;

const DESIGN: Shard = Shard { field: Field::Design, region: Region::None };
const CRAFTS: Shard = Shard { field: Field::Crafts, region: Region::None };

#[tokio::test]
async fn a_broken_segment_is_told_of_once_and_its_field_read_from_the_directory() {
    for cut in [0, 10, 200] {
        let stage = Stage::with([2, 3]);
        stage.world.writes(4, &json!({"field": "crafts"}));
        stage.world.builds(DESIGN);
        stage.world.builds(CRAFTS);
        let mut bytes = stage.world.stored(DESIGN);
        bytes.truncate(bytes.len().saturating_sub(cut));
        if cut == 0 {
            bytes[100] ^= 1;
        }
        stage.world.stores(DESIGN, bytes);
        stage.world.passes(10_000);
        assert_eq!(stage.found().await, [2, 3, 4]);
        stage.world.passes(100);
        assert_eq!(stage.found().await, [2, 3, 4]);
        assert_eq!(stage.world.reads.load(Ordering::Relaxed), 2, "what cannot be read is not tried again");
        stage.world.builds(DESIGN);
        stage.world.passes(100);
        assert_eq!(stage.found().await, [2, 3, 4]);
        assert_eq!(stage.world.reads.load(Ordering::Relaxed), 3);
    }
}

#[tokio::test]
async fn a_segment_that_breaks_later_leaves_the_one_before_it_in_use() {
    let stage = Stage::with([2]);
    stage.world.builds(DESIGN);
    assert_eq!(stage.found().await, [2]);
    stage.world.stores(DESIGN, b"nonsense".to_vec());
    stage.world.passes(100);
    stage.world.writes(3, &json!({}));
    assert_eq!(stage.found().await, [2, 3]);
}

#[tokio::test]
async fn a_segment_in_the_place_of_another_is_refused() {
    let stage = Stage::with([2]);
    stage.world.writes(3, &json!({"field": "crafts"}));
    stage.world.builds(DESIGN);
    let design = stage.world.stored(DESIGN);
    stage.world.stores(CRAFTS, design);
    stage.world.passes(1_000);
    assert_eq!(stage.found().await, [2, 3]);
}

#[tokio::test]
async fn a_bucket_that_does_not_answer_changes_nothing() {
    let mut stage = Stage::with([2]);
    stage.world.builds(DESIGN);
    stage.found().await;
    *stage.world.bucket_is_down.lock().unwrap() = true;
    stage.world.passes(1_000);
    stage.world.writes(3, &json!({}));
    assert_eq!(stage.found().await, [2, 3]);
    stage.restarts();
    assert_eq!(stage.found().await, [2, 3], "who starts now asks the directory alone");
    *stage.world.bucket_is_down.lock().unwrap() = false;
    stage.world.passes(60);
    assert_eq!(stage.found().await, [2, 3]);
    assert_eq!(stage.index.snapshot().loaded.len(), 1);
}

#[tokio::test]
async fn without_the_directory_what_is_known_serves_for_a_minute_and_no_longer() {
    let stage = Stage::with([2]);
    stage.found().await;
    *stage.world.directory_is_down.lock().unwrap() = true;
    stage.world.passes(59);
    assert_eq!(stage.found().await, [2]);
    stage.world.passes(1);
    let late = stage.index.search(&stage.seeker, &Model::default(), &Wanted::default(), 300).await;
    assert!(late.is_err(), "an old answer would break the promise");
}

#[tokio::test]
async fn a_bucket_that_is_silent_keeps_nobody_waiting() {
    let stage = Stage::with([2, 3]);
    stage.world.builds(DESIGN);
    *stage.world.bucket_is_silent.lock().unwrap() = true;
    let found = tokio::time::timeout(Duration::from_secs(8), stage.found()).await;
    assert_eq!(found.expect("a search should not wait for the bucket"), [2, 3], "the directory knows them");
    // It was asked for the list, and is not asked again for a while.
    stage.world.passes(20);
    assert_eq!(stage.found().await, [2, 3]);
    assert_eq!(stage.world.lists.load(Ordering::Relaxed), 1);
    // Nor does a bucket that falls silent later.
    *stage.world.bucket_is_silent.lock().unwrap() = false;
    stage.world.passes(60);
    stage.found().await;
    assert_eq!(stage.index.snapshot().loaded.len(), 1);
    *stage.world.bucket_is_silent.lock().unwrap() = true;
    stage.world.passes(60);
    let found = tokio::time::timeout(Duration::from_secs(8), stage.found()).await;
    assert_eq!(found.expect("a search should not wait for the bucket"), [2, 3]);
    assert_eq!(stage.index.snapshot().loaded.len(), 1, "what is loaded stays in use");
}

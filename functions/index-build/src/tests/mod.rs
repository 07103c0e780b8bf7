//! Runs over a population in memory.

mod world;

use serde_json::{Value, json};
use shared::domain::retrieval::{Segment, Shard};
use shared::ports::ambient::Clock;
use world::{World, id};

use super::*;

const ALL: Order = Order { all: true };
const USUAL: Order = Order { all: false };

fn lives(country: &str) -> Value {
    json!({"place": {"city": "Somewhere", "country": country}})
}

#[tokio::test]
async fn a_field_is_cut_by_region_and_nobody_who_hides_is_in_it() {
    let world = World::new();
    world.writes(1, &lives("DE"));
    world.writes(2, &lives("FR"));
    world.writes(3, &lives("JP"));
    world.writes(4, &json!({}));
    world.writes(5, &json!({"visible": false}));
    world.writes(6, &json!({"field": "crafts"}));
    world.runs(ALL).await.unwrap();
    let expected = [("crafts/none", 1), ("design/asia", 1), ("design/europe", 2), ("design/none", 1)];
    assert_eq!(world.stored(), expected.map(|(path, people)| (path.to_owned(), people)));
}

#[tokio::test]
async fn only_fields_in_which_enough_has_changed_are_built() {
    let world = World::new();
    (1..50).for_each(|number| world.writes(number, &json!({})));
    world.writes(1_000, &json!({"field": "crafts"}));
    world.runs(USUAL).await.unwrap();
    assert_eq!(world.written(), [""; 0]);
    world.writes(50, &json!({}));
    // What was edited within a minute before a build may not be in it, and counts as newer.
    world.passes(61);
    world.runs(USUAL).await.unwrap();
    assert_eq!(world.written(), ["design/none"]);
    world.passes(100);
    (1..50).for_each(|number| world.writes(number, &json!({})));
    world.runs(USUAL).await.unwrap();
    assert_eq!(world.written(), [""; 0]);
    world.passes(86_400);
    world.runs(USUAL).await.unwrap();
    assert_eq!(world.written(), ["design/none"], "once a day in any case");
}

#[tokio::test]
async fn new_regions_are_written_first_and_empty_ones_removed_last() {
    let world = World::new();
    world.writes(1, &lives("DE"));
    world.writes(2, &lives("DE"));
    world.runs(ALL).await.unwrap();
    world.written();
    world.writes(1, &lives("US"));
    world.runs(ALL).await.unwrap();
    assert_eq!(world.written(), ["design/north-america", "design/europe"], "whoever moves is never in none");
    world.writes(2, &lives("US"));
    world.runs(ALL).await.unwrap();
    assert_eq!(world.stored(), [("design/north-america".to_owned(), 2)]);
}

#[tokio::test]
async fn of_two_runs_at_once_one_gives_way() {
    let world = World::new();
    world.writes(1, &lives("DE"));
    world.writes(2, &lives("US"));
    world.runs(ALL).await.unwrap();
    world.written();
    *world.rival.lock().unwrap() = Shard::parse("design/europe");
    world.runs(ALL).await.unwrap();
    assert_eq!(world.written(), [""; 0], "the rival writes the rest, too");
    world.runs(ALL).await.unwrap();
    assert_eq!(world.stored().len(), 2);
}

#[tokio::test]
async fn a_segment_that_was_cut_short_is_built_anew() {
    let world = World::new();
    world.writes(1, &json!({}));
    world.runs(ALL).await.unwrap();
    world.written();
    world.runs(USUAL).await.unwrap();
    assert_eq!(world.written(), [""; 0]);
    for length in [0, 20, 100] {
        world.objects.lock().unwrap().get_mut("design/none").unwrap().1.truncate(length);
        world.runs(USUAL).await.unwrap();
        assert_eq!(world.written(), ["design/none"], "{length}");
    }
    assert_eq!(world.stored(), [("design/none".to_owned(), 1)]);
}

#[tokio::test]
async fn a_run_without_time_leaves_the_rest_to_the_next() {
    let world = World::new();
    for (number, field) in [(1, "design"), (2, "crafts"), (3, "data")] {
        world.writes(number, &json!({"field": field}));
    }
    world.runs(ALL).await.unwrap();
    world.written();
    *world.slowness.lock().unwrap() = 100;
    world.passes(86_400);
    world.runs(USUAL).await.unwrap();
    assert_eq!(world.written().len(), 2);
    world.runs(USUAL).await.unwrap();
    assert_eq!(world.written().len(), 1, "the one that was left");
}

#[tokio::test]
async fn a_field_that_fails_keeps_no_other_from_being_built() {
    let world = World::new();
    world.writes(1, &json!({"field": "crafts"}));
    *world.broken_field.lock().unwrap() = Some(Field::Design);
    assert!(world.runs(ALL).await.is_err());
    assert_eq!(world.written(), ["crafts/none"]);
}

#[tokio::test]
async fn who_is_kept_out_for_a_while_stays_in_the_segment() {
    let world = World::new();
    world.writes(1, &json!({}));
    world.people.lock().unwrap().get_mut(&id(1)).unwrap().hidden_until = Some(Timestamp::from_unix_seconds(9_000_000));
    world.runs(ALL).await.unwrap();
    assert_eq!(world.stored(), [("design/none".to_owned(), 1)]);
}

#[tokio::test]
async fn who_hides_or_moves_between_the_directory_and_the_reading_is_left_out() {
    let world = World::new();
    (1..=3).for_each(|number| world.writes(number, &json!({})));
    *world.meanwhile.lock().unwrap() = vec![(2, json!({"visible": false})), (3, json!({"field": "crafts"}))];
    world.runs(ALL).await.unwrap();
    let people = world.stored().into_iter().find(|(path, _)| path == "design/none").map(|(_, people)| people);
    assert_eq!(people, Some(1));
}

#[tokio::test]
async fn a_segment_is_as_old_as_the_first_look_at_its_people() {
    let world = World::new();
    world.writes(1, &json!({}));
    *world.slowness.lock().unwrap() = 100;
    let began = Clock::now(&*world);
    world.runs(ALL).await.unwrap();
    let bytes = world.objects.lock().unwrap()["design/none"].1.clone();
    assert_eq!(Segment::from_bytes(&bytes).unwrap().built_at, began, "what is written while it is read is newer");
}

//! What is found where, what is right whatever the store does, and how it is counted.

use std::sync::atomic::Ordering;
use std::time::Duration;

use super::{ListOf, World, counted};
use crate::domain::cache::{Event, Family, Key, Tier};

const HOUR: Duration = Duration::from_hours(1);

#[tokio::test]
async fn a_value_is_computed_once_and_found_in_memory_and_in_the_store() {
    let world = World::new();
    let (here, there) = (world.cache(), world.cache());
    let first = here.get_or_compute(&ListOf("ada"), 1, async { Ok(vec![1, 2]) }).await.unwrap();
    let again = here.get_or_compute(&ListOf("ada"), 1, async { panic!("it is in memory") }).await.unwrap();
    let elsewhere = there.get_or_compute(&ListOf("ada"), 1, async { panic!("it is in the store") }).await.unwrap();
    assert_eq!((first.as_slice(), &first, &first), ([1, 2].as_slice(), &again, &elsewhere));
    assert_eq!(counted(&here, Family::List), [(Event::LocalHit, 1), (Event::Miss, 1), (Event::Computed, 1)]);
    assert_eq!(counted(&there, Family::List), [(Event::Hit, 1)]);
    assert!(world.leases.lock().unwrap().is_empty());
}

#[tokio::test]
async fn another_generation_and_another_key_are_other_values() {
    let world = World::new();
    let cache = world.cache();
    for (key, generation, value) in [("ada", 1, 10), ("ada", 2, 20), ("ben", 1, 30)] {
        let found = cache.get_or_compute(&ListOf(key), generation, async { Ok(vec![value]) }).await.unwrap();
        assert_eq!(*found, [value]);
    }
    assert_eq!(world.values.lock().unwrap().len(), 3);
}

#[tokio::test]
async fn a_frozen_environment_looks_at_the_wall_clock() {
    let world = World::new();
    let cache = world.cache();
    cache.put(&ListOf("ada"), 1, vec![1]).await;
    // Later than any jitter of an hour, and nothing but the wall clock has moved.
    world.pass(HOUR * 2);
    let found = cache.get_or_compute(&ListOf("ada"), 1, async { Ok(vec![2]) }).await.unwrap();
    assert_eq!(*found, [2]);
}

#[tokio::test]
async fn memory_asks_the_store_again_after_a_while() {
    let world = World::new();
    let (here, there) = (world.cache(), world.cache());
    here.put(&ListOf("ada"), 1, vec![1]).await;
    there.put(&ListOf("ada"), 1, vec![2]).await;
    let value = async || here.get_many(&[ListOf("ada")], 1).await.pop().flatten().unwrap();
    assert_eq!(*value().await, [1]);
    world.pass(Tier::Short.base());
    assert_eq!(*value().await, [2]);
}

#[tokio::test]
async fn a_dead_store_changes_nothing_but_the_counters() {
    let world = World::new();
    world.is_down.store(true, Ordering::Relaxed);
    let cache = world.cache();
    for _ in 0..2 {
        let found = cache.get_or_compute(&ListOf("ada"), 1, async { Ok(vec![7]) }).await.unwrap();
        assert_eq!(*found, [7]);
    }
    assert_eq!(*cache.put(&ListOf("ben"), 1, vec![8]).await, [8]);
    let found = cache.get_many(&[ListOf("ada"), ListOf("cleo"), ListOf("ben")], 1).await;
    assert_eq!(
        found.iter().map(|value| value.as_ref().map(|list| list[0])).collect::<Vec<_>>(),
        [Some(7), None, Some(8)]
    );
    let events = [(Event::LocalHit, 3), (Event::Miss, 2), (Event::Computed, 1), (Event::FailOpen, 4)];
    assert_eq!(counted(&cache, Family::List), events);
}

#[tokio::test]
async fn garbage_is_a_miss_and_is_counted() {
    let world = World::new();
    let key = ListOf("ada");
    world.cache().put(&key, 1, vec![1]).await;
    let sealed = world.value(&key.text(1)).unwrap();
    let mut other_schema = sealed.clone();
    other_schema[4] = 2;
    for garbage in [b"".to_vec(), b"garbage".to_vec(), sealed[..sealed.len() - 1].to_vec(), other_schema] {
        world.values.lock().unwrap().insert(key.text(1).as_str().to_owned(), garbage.clone());
        let cache = world.cache();
        let found = cache.get_or_compute(&key, 1, async { Ok(vec![9]) }).await.unwrap();
        assert_eq!(*found, [9], "{garbage:?}");
        assert!(cache.counted().get(Family::List, Event::BadValue) >= 1);
        // It is mended for everybody.
        assert_eq!(world.cache().get_many(&[ListOf("ada")], 1).await[0].as_deref(), Some(&vec![9]));
    }
}

#[tokio::test]
async fn counters_are_written_rarely_and_lost_rather_than_written_twice() {
    let world = World::new();
    let cache = world.cache();
    cache.get_many(&[ListOf("ada")], 1).await;
    cache.flush().await;
    assert!(world.written.lock().unwrap().is_empty());
    world.pass(Duration::from_secs(10));
    cache.flush().await;
    cache.flush().await;
    assert_eq!(world.written.lock().unwrap().len(), 1);
    assert_eq!(world.written.lock().unwrap()[0].get(Family::List, Event::Miss), 1);
    // Nothing to write is not written, and a table that does not answer does not matter.
    world.pass(Duration::from_secs(10));
    cache.flush().await;
    cache.get_many(&[ListOf("ada")], 1).await;
    world.is_down.store(true, Ordering::Relaxed);
    world.pass(Duration::from_secs(10));
    cache.flush().await;
    assert_eq!(world.written.lock().unwrap().len(), 1);
    assert!(cache.counted().is_empty());
}

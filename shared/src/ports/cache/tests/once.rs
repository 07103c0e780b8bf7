//! How often a value is computed, and who waits for whom.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures::future::join_all;

use super::{Cache, LeaseToken, ListOf, Trends, World, counted};
use crate::domain::cache::{Event, Family, Key, Tally, Tier};
use crate::error::Error;

#[tokio::test]
async fn of_those_who_want_the_same_at_once_one_computes() {
    let world = World::new();
    let caches = [world.cache(), world.cache(), world.cache()];
    let computed = AtomicU64::new(0);
    let askers = (0..300).map(|n| {
        let computed = &computed;
        caches[n % 3].get_or_compute(&ListOf("ada"), 1, async move {
            tokio::time::sleep(Duration::from_millis(20)).await;
            Ok(vec![computed.fetch_add(1, Ordering::Relaxed)])
        })
    });
    for value in join_all(askers).await {
        assert_eq!(*value.unwrap(), [0]);
    }
    let mut tally = Tally::default();
    for cache in &caches {
        tally.merge(&cache.counted());
    }
    let of = |event| tally.get(Family::List, event);
    assert_eq!((of(Event::Computed), of(Event::Waited), of(Event::Miss)), (1, 299, 300));
}

#[tokio::test]
async fn a_process_computes_once_without_any_store() {
    let world = World::new();
    world.is_down.store(true, Ordering::Relaxed);
    let cache = world.cache();
    let computed = AtomicU64::new(0);
    let askers = (0..100).map(|_| {
        let computed = &computed;
        cache.get_or_compute(&ListOf("ada"), 1, async move {
            tokio::task::yield_now().await;
            Ok(vec![computed.fetch_add(1, Ordering::Relaxed)])
        })
    });
    for value in join_all(askers).await {
        assert_eq!(*value.unwrap(), [0]);
    }
}

#[tokio::test]
async fn a_failure_is_not_shared_and_gives_the_lease_back() {
    let world = World::new();
    let (here, there) = (world.cache(), world.cache());
    let fails = async |cache: &Cache| {
        let failing = async {
            tokio::task::yield_now().await;
            Err(Error::unavailable("the table"))
        };
        cache.get_or_compute(&ListOf("ada"), 1, failing).await.is_err()
    };
    assert_eq!(futures::join!(fails(&here), fails(&here), fails(&there)), (true, true, true));
    assert!(world.leases.lock().unwrap().is_empty());
    let found = here.get_or_compute(&ListOf("ada"), 1, async { Ok(vec![1]) }).await.unwrap();
    assert_eq!(*found, [1]);
}

#[tokio::test]
async fn who_is_cancelled_leaves_the_work_to_another() {
    let world = World::new();
    let cache = world.cache();
    let stuck = cache.get_or_compute(&ListOf("ada"), 1, std::future::pending());
    let patient = cache.get_or_compute(&ListOf("ada"), 1, async { Ok(vec![1]) });
    let cancelled = async {
        tokio::time::timeout(Duration::from_millis(20), stuck).await.unwrap_err();
        // The lease of a process that died ends by itself.
        world.leases.lock().unwrap().clear();
    };
    let ((), value) = futures::join!(cancelled, patient);
    assert_eq!(*value.unwrap(), [1]);
}

#[tokio::test]
async fn nobody_waits_for_a_lease_for_ever() {
    let world = World::new();
    world.leases.lock().unwrap().insert(ListOf("ada").text(1).lease(), LeaseToken([0; 16]));
    let cache = world.cache();
    let found = cache.get_or_compute(&ListOf("ada"), 1, async { Ok(vec![1]) }).await.unwrap();
    assert_eq!(*found, [1]);
    assert_eq!(counted(&cache, Family::List), [(Event::Miss, 1), (Event::Computed, 1)]);
}

#[tokio::test]
async fn an_old_value_is_shown_while_one_computes_it_anew() {
    let world = World::new();
    world.cache().put(&Trends, 1, 1).await;
    world.pass(Tier::Short.base() * 2);
    let (renewing, others) = (world.cache(), world.cache());
    let renew = renewing.get_or_compute(&Trends, 1, async {
        // While this goes on, the others get the old one, without waiting and without computing.
        for _ in 0..3 {
            let shown = others.get_or_compute(&Trends, 1, async { panic!("one is enough") }).await;
            assert_eq!(*shown.unwrap(), 1);
        }
        Ok(2)
    });
    assert_eq!(*renew.await.unwrap(), 2);
    assert_eq!(counted(&others, Family::PopularProjects), [(Event::Stale, 3)]);
    let found = world.cache().get_or_compute(&Trends, 1, async { panic!("it is new") }).await.unwrap();
    assert_eq!(*found, 2);
}

#[tokio::test]
async fn an_old_value_outlives_a_failure_to_renew_it_but_not_its_end() {
    let world = World::new();
    world.cache().put(&Trends, 1, 1).await;
    world.pass(Tier::Short.base() * 2);
    let failing = async || world.cache().get_or_compute(&Trends, 1, async { Err(Error::unavailable("down")) }).await;
    assert_eq!(*failing().await.unwrap(), 1);
    world.pass(Tier::PopularProjects.base() * 2);
    assert!(failing().await.is_err());
}

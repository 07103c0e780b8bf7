//! What the server is told to keep.

use std::collections::HashSet;
use std::time::Duration;

use shared::adapters::system;
use shared::domain::cache::{Envelope, Event, Family, Key, Parts, Tier};
use shared::ports::cache::{CacheStore, LeaseToken};

use super::{Note, environment, finish, patient, server, start, store};

#[test]
fn a_value_travels_from_one_environment_to_another() {
    let (here, there) = (environment(&server().url()), environment(&server().url()));
    let key = Note::named("ünïcödé {and} braces: everything");
    finish(async {
        here.put(&key, 7, "a note \u{1F4DD}".to_owned()).await;
        let found = there.get_or_compute(&key, 7, async { panic!("the server has it") }).await.unwrap();
        assert_eq!(*found, "a note \u{1F4DD}");
        assert_eq!(there.get_many(&[key], 8).await, [None], "that was another generation");
    });
    assert_eq!(there.counted().get(Family::List, Event::Hit), 1);
}

/// The same thing in the next version of the code.
struct NextNote(Note);

impl Key for NextNote {
    type Value = (String, u64);
    const FAMILY: Family = Note::FAMILY;
    const TIER: Tier = Note::TIER;
    const SCHEMA: u16 = Note::SCHEMA + 1;

    fn parts(&self, parts: &mut Parts) {
        self.0.parts(parts);
    }
}

#[test]
fn two_versions_of_the_code_share_the_server_and_no_value() {
    let (old, new) = (environment(&server().url()), environment(&server().url()));
    finish(async {
        for _ in 0..2 {
            // Neither overwrites what the other one wrote.
            old.get_or_compute(&Note::named("shared"), 1, async { Ok("old".to_owned()) }).await.unwrap();
            let next = NextNote(Note::named("shared"));
            new.get_or_compute(&next, 1, async { Ok(("new".to_owned(), 2)) }).await.unwrap();
        }
    });
    for cache in [&old, &new] {
        assert_eq!(cache.counted().get(Family::List, Event::Computed), 1);
        assert_eq!(cache.counted().get(Family::List, Event::BadValue), 0);
    }
}

#[test]
fn garbage_in_the_server_is_a_miss_that_is_counted_and_mended() {
    let key = Note::named("garbage");
    let text = key.text(1);
    let now = system::ambient().now();
    let envelope = Envelope {
        written_at: now,
        fresh_until: now + Duration::from_mins(1),
        good_until: now + Duration::from_mins(1),
    };
    let of_another_schema = envelope.seal(Note::SCHEMA + 1, &"a note").unwrap();
    let of_another_type = envelope.seal(Note::SCHEMA, &7).unwrap();
    for garbage in [b"".to_vec(), b"garbage".to_vec(), vec![0xff; 5_000], of_another_schema, of_another_type] {
        finish(async {
            let raw = store(&patient(&server().url()), system::ambient());
            raw.put(&text, &garbage, Duration::from_mins(1)).await.unwrap();
            let cache = environment(&server().url());
            let found = cache.get_or_compute(&key, 1, async { Ok("mended".to_owned()) }).await.unwrap();
            assert_eq!(*found, "mended");
            assert!(cache.counted().get(Family::List, Event::BadValue) >= 1);
            let found = environment(&server().url()).get_many(std::slice::from_ref(&key), 1).await;
            assert_eq!(found[0].as_deref().map(String::as_str), Some("mended"));
        });
    }
}

#[test]
fn a_key_that_holds_no_text_at_all_is_mended_too() {
    let key = Note::named("a list");
    server().command(&["RPUSH", key.text(1).as_str(), "a", "b"]).unwrap();
    finish(async {
        let cache = environment(&server().url());
        let found = cache.get_or_compute(&key, 1, async { Ok("mended".to_owned()) }).await.unwrap();
        assert_eq!((found.as_str(), cache.counted().get(Family::List, Event::FailOpen)), ("mended", 1));
        assert!(environment(&server().url()).get_many(&[key], 1).await[0].is_some());
    });
}

/// Something of each tier.
struct Tiered<const INDEX: usize>(usize);

impl<const INDEX: usize> Key for Tiered<INDEX> {
    type Value = u8;
    const FAMILY: Family = Family::PopularProjects;
    const TIER: Tier = Tier::ALL[INDEX];
    const SCHEMA: u16 = 1;

    fn parts(&self, parts: &mut Parts) {
        parts.add(INDEX).add(self.0);
    }
}

#[test]
fn every_key_ends_within_a_tenth_of_its_tier_and_not_all_at_once() {
    let server = start("test-cache-ends");
    let cache = environment(&server.url());
    finish(async {
        for n in 0..20 {
            cache.put(&Tiered::<0>(n), 1, 0).await;
            cache.put(&Tiered::<1>(n), 1, 0).await;
            cache.put(&Tiered::<4>(n), 1, 0).await;
            cache.get_or_compute(&Tiered::<5>(n), 1, async { Ok(0) }).await.unwrap();
            cache.get_or_compute(&Tiered::<7>(n), 1, async { Ok(0) }).await.unwrap();
        }
        // Whoever holds a lease and dies leaves nothing that stays.
        let held = store(&patient(&server.url()), system::ambient());
        held.claim(&Note::named("held").text(1), LeaseToken([1; 16]), Duration::from_secs(3)).await.unwrap();
    });
    let left = |key: &str| server.command(&["PTTL", key]).unwrap().number().unwrap();
    let keys = server.command(&["KEYS", "*"]).unwrap().text();
    assert_eq!(keys.lines().count(), 101);
    assert!(keys.lines().all(|key| left(key) > 0), "something never ends");
    for (index, tier) in [0, 1, 4, 5, 7].map(|index| (index, Tier::ALL[index])) {
        let exact = i64::try_from(tier.base().as_millis()).unwrap();
        let of_tier: Vec<i64> = keys.lines().filter(|key| key.contains(&format!(":1:1:{index}:"))).map(left).collect();
        assert_eq!(of_tier.len(), 20);
        // A minute is what reading may have taken.
        assert!(
            of_tier.iter().all(|left| (exact * 9 / 10 - 60_000..=exact * 11 / 10).contains(left)),
            "{tier:?}: {of_tier:?}"
        );
        let spread = of_tier.iter().max().unwrap() - of_tier.iter().min().unwrap();
        assert!(spread > exact / 50, "{tier:?} ends all at once: {of_tier:?}");
    }
}

#[test]
fn a_batch_of_many_slots_comes_back_in_order() {
    let keys: Vec<Note> = (0..64).map(|n| Note::named(format!("slot-{n}"))).collect();
    let slots: HashSet<_> = keys
        .iter()
        .map(|key| server().command(&["CLUSTER", "KEYSLOT", key.text(1).as_str()]).unwrap().text())
        .collect();
    assert!(slots.len() > 60, "the keys lie in {} slots", slots.len());
    finish(async {
        let cache = environment(&server().url());
        for (n, key) in keys.iter().enumerate().filter(|(n, _)| n % 3 != 0) {
            cache.put(key, 1, n.to_string()).await;
        }
        let elsewhere = environment(&server().url());
        let found = elsewhere.get_many(&keys, 1).await;
        for (n, value) in found.iter().enumerate() {
            let expected = (n % 3 != 0).then(|| n.to_string());
            assert_eq!(value.as_deref(), expected.as_ref());
        }
        assert_eq!(elsewhere.counted().get(Family::List, Event::Hit), 42);
        assert_eq!(elsewhere.counted().get(Family::List, Event::Miss), 22);
    });
}

#[test]
fn a_lease_is_held_by_one_and_given_back_by_its_holder_only() {
    let key = Note::named("lease").text(1);
    let (first, second, long) = (LeaseToken([1; 16]), LeaseToken([2; 16]), Duration::from_mins(5));
    finish(async {
        let store = store(&patient(&server().url()), system::ambient());
        assert!(store.claim(&key, first, long).await.unwrap().is_ours);
        let held = store.claim(&key, second, long).await.unwrap();
        assert!(!held.is_ours && held.value.is_none());
        // The second one does not hold it, so it gives nothing back.
        store.settle(&key, second, None).await.unwrap();
        assert!(!store.claim(&key, second, long).await.unwrap().is_ours);
        store.settle(&key, first, Some((b"value", long))).await.unwrap();
        let free = store.claim(&key, second, long).await.unwrap();
        assert!(free.is_ours);
        assert_eq!(free.value.as_deref(), Some(b"value".as_slice()));
        // The first one comes late: the lease is another's by now.
        store.settle(&key, first, None).await.unwrap();
        assert!(!store.claim(&key, first, long).await.unwrap().is_ours);
    });
}

//! A server that is frozen, dead, or full: counted, cheap, and mended by itself.

use std::io::Read;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use shared::adapters::cache;
use shared::adapters::system;
use shared::domain::cache::{Breaker, Event, Family, Key, KeyText};
use shared::domain::time::Timestamp;
use shared::ports::ambient::{Ambient, Clock, Rng};
use shared::ports::cache::CacheStore;
use tokio::runtime::Runtime;
use xtask::local::LocalCache;

use super::{Note, PATIENCE, Unread, config, environment, finish, start, store};
use crate::support::eventually;

/// A clock that stands still until it is moved.
struct Hands(AtomicU64);

impl Hands {
    fn new() -> Arc<Self> {
        Arc::new(Self(AtomicU64::new(1_800_000_000_000)))
    }

    fn pass(&self, time: Duration) {
        self.0.fetch_add(u64::try_from(time.as_millis()).unwrap(), Ordering::Relaxed);
    }

    fn ambient(self: &Arc<Self>) -> Ambient {
        Ambient::new(self.clone(), self.clone())
    }
}

impl Clock for Hands {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix_millis(self.0.load(Ordering::Relaxed))
    }
}

impl Rng for Hands {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(7);
    }
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

fn key() -> KeyText {
    Note::named("outage").text(1)
}

/// Why a call failed, for the log.
fn why<T>(outcome: shared::error::Result<T>) -> String {
    outcome.err().and_then(|error| error.cause_chain()).unwrap_or_else(|| "it did not fail".to_owned())
}

/// Waits until the store answers, moving the clock past every pause.
fn recovers(runtime: &Runtime, hands: &Hands, store: &impl CacheStore) {
    eventually("the cache to be used again", || {
        hands.pass(Breaker::LONGEST_PAUSE);
        runtime.block_on(store.get(&[key()])).ok()
    });
}

#[test]
fn a_frozen_server_is_asked_three_times_then_tried_now_and_then_and_used_when_it_is_back() {
    let server = start("test-cache-frozen");
    let (hands, runtime) = (Hands::new(), runtime());
    let store = store(&config(&server.url()), hands.ambient());
    recovers(&runtime, &hands, &store);
    server.freeze().unwrap();
    let asked =
        |times: usize| -> Vec<String> { (0..times).map(|_| why(runtime.block_on(store.get(&[key()])))).collect() };
    let closed = "the cache did not answer before, and is not asked for a while";
    assert!(asked(3).iter().all(|why| why != closed && why.starts_with("the cache")));
    // The clock stands still: nobody asks again, however often somebody would like to.
    assert!(asked(1_000).iter().all(|why| why == closed));
    hands.pass(Breaker::FIRST_PAUSE);
    let tried = asked(100);
    assert!(tried[0] != closed, "nobody tried");
    assert!(tried[1..].iter().all(|why| why == closed));
    server.thaw().unwrap();
    recovers(&runtime, &hands, &store);
    assert_eq!(asked(1), ["it did not fail"]);
}

#[test]
fn a_server_that_was_killed_is_used_again_by_itself() {
    let server = start("test-cache-killed");
    let (hands, runtime) = (Hands::new(), runtime());
    let store = store(&config(&server.url()), hands.ambient());
    recovers(&runtime, &hands, &store);
    for _ in 0..2 {
        server.kill().unwrap();
        for _ in 0..10 {
            assert!(runtime.block_on(store.get(&[key()])).is_err());
        }
        server.start_again().unwrap();
        recovers(&runtime, &hands, &store);
        eventually("a value to be kept", || {
            hands.pass(Breaker::LONGEST_PAUSE);
            runtime.block_on(store.put(&key(), b"again", PATIENCE)).ok()
        });
        assert_eq!(runtime.block_on(store.get(&[key()])).unwrap(), [Some(b"again".to_vec())]);
    }
}

#[test]
fn a_full_server_is_read_and_everything_else_goes_on_without_it() {
    let server = start("test-cache-full");
    let cache = environment(&server.url());
    finish(async {
        environment(&server.url()).put(&Note::named("before"), 1, "kept".to_owned()).await;
        server.fill().unwrap();
        for n in 0..10 {
            let value =
                cache.get_or_compute(&Note::named(format!("{n}")), 1, async { Ok("computed".to_owned()) }).await;
            assert_eq!(*value.unwrap(), "computed");
        }
        // It did not answer ten times what was hoped for, but it answered: the breaker stays closed.
        assert!(cache.counted().get(Family::List, Event::FailOpen) >= 10);
        assert!(cache.get_many(&[Note::named("before")], 1).await[0].is_some());
        assert_eq!(cache.counted().get(Family::List, Event::Hit), 1);
        server.make_room().unwrap();
        cache.put(&Note::named("after"), 1, "kept".to_owned()).await;
        assert!(environment(&server.url()).get_many(&[Note::named("after")], 1).await[0].is_some());
    });
}

/// What a cache says and does while its server is in some state; whatever it is, every value is right.
fn every_value_is_right(server: &LocalCache, state: &str) {
    let cache = cache::open(&config(&server.url()), Arc::new(Unread), system::ambient()).unwrap();
    finish(async {
        for n in 0..50 {
            let key = Note::named(format!("{state} {n}"));
            let value = cache.get_or_compute(&key, 1, async { Ok(n.to_string()) }).await.unwrap();
            assert_eq!(*value, n.to_string());
        }
    });
    let counted = cache.counted();
    assert_eq!(counted.get(Family::List, Event::Computed), 50, "{state}");
    // Every lookup that could not ask is counted, the many that did not even try included.
    assert!(counted.get(Family::List, Event::FailOpen) >= 50, "{state}: {counted:?}");
}

#[test]
fn whatever_the_server_does_the_values_are_right_and_every_failure_is_counted() {
    let server = start("test-cache-troubled");
    server.fill().unwrap();
    every_value_is_right(&server, "full");
    server.freeze().unwrap();
    every_value_is_right(&server, "frozen");
    server.thaw().unwrap();
    server.kill().unwrap();
    every_value_is_right(&server, "dead");
}

#[test]
fn an_encrypted_cache_hears_no_word_in_the_clear() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("rediss://someone:secret@{}", listener.local_addr().unwrap());
    let heard = std::thread::spawn(move || {
        let mut beginning = [0; 3];
        listener.accept().unwrap().0.read_exact(&mut beginning).unwrap();
        beginning
    });
    let (runtime, store) = (runtime(), store(&config(&url), system::ambient()));
    eventually("the handshake to begin", || {
        runtime.block_on(store.get(&[key()])).unwrap_err();
        heard.is_finished().then_some(())
    });
    // A handshake of TLS: the provider of the cryptography is found, and Amazon's roots can be read.
    assert_eq!(heard.join().unwrap()[..2], [0x16, 0x03]);
}

#[test]
fn no_error_names_the_server() {
    finish(async {
        // Nothing listens there.
        for url in ["redis://someone:secret@127.0.0.1:1", "rediss://someone:secret@127.0.0.1:1"] {
            let store = store(&config(url), system::ambient());
            for _ in 0..5 {
                let error = store.get(&[key()]).await.unwrap_err();
                let said = format!("{error} {error:?} {:?} {store:?} {:?}", error.cause_chain(), config(url));
                assert!(
                    !["someone", "secret", "127.0.0.1", "redis://someone"].iter().any(|part| said.contains(part)),
                    "{said}"
                );
            }
        }
    });
}

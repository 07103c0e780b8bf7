//! Looks values up or computes them, so often, and prints how long each lookup took, in nanoseconds, a line each.
//!
//! It is built like the functions and run by `cargo xtask bench cache`, which also freezes the server.

#![expect(clippy::print_stdout, reason = "the figures are what it is for")]

use std::error::Error;
use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use shared::adapters::{cache, system};
use shared::config::{CacheConfig, Vars};
use shared::domain::cache::{Event, Family, Key, Parts, Tally, Tier};
use shared::domain::time::Timestamp;
use shared::ports::cache::Cache;
use shared::ports::cache_stats::CacheStats;

/// What a computation takes that is worth caching.
const WORK: Duration = Duration::from_millis(5);

/// A ranked list as long as the longest.
struct List(usize);

impl Key for List {
    type Value = Vec<(String, f64)>;
    const FAMILY: Family = Family::List;
    const TIER: Tier = Tier::RankedLists;
    const SCHEMA: u16 = 1;

    fn parts(&self, parts: &mut Parts) {
        parts.add("bench").add(self.0);
    }
}

struct Unread;

#[async_trait]
impl CacheStats for Unread {
    async fn add(&self, _: &Tally) -> shared::error::Result<()> {
        Ok(())
    }

    async fn read(&self, _: Timestamp) -> shared::error::Result<Tally> {
        Ok(Tally::default())
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["compute", count, ..] => {
            compute(count.parse()?);
            Ok(())
        }
        ["frozen", count, url, ..] => runtime.block_on(frozen(count.parse()?, url)),
        ["memory", count, ..] => runtime.block_on(hits(count.parse()?, "", true)),
        ["redis", count, url, ..] => runtime.block_on(hits(count.parse()?, url, false)),
        // `cargo bench` runs every benchmark, with arguments of its own.
        _ => {
            compute(1);
            Ok(())
        }
    }
}

fn environment(url: &str) -> Result<Cache, Box<dyn Error>> {
    let mut vars = Vars::from_iter([("APP_CACHE_URL", url)]);
    let config = CacheConfig::read(&mut vars);
    vars.finish()?;
    Ok(cache::open(&config, Arc::new(Unread), system::ambient())?)
}

/// Works for the whole time, on the processor: sleeping would be as exact as the timer.
fn work() -> Vec<(String, f64)> {
    let started = Instant::now();
    while started.elapsed() < WORK {
        std::hint::spin_loop();
    }
    Vec::new()
}

/// Without any cache.
fn compute(count: usize) {
    for _ in 0..count {
        let started = Instant::now();
        black_box(work());
        println!("{}", started.elapsed().as_nanos());
    }
}

/// With a cache that does not answer, from the moment at which the breaker is open.
async fn frozen(count: usize, url: &str) -> Result<(), Box<dyn Error>> {
    let cache = environment(url)?;
    for number in 0..3 {
        cache.get_many(&[List(usize::MAX - number)], 1).await;
    }
    for number in 0..count {
        let started = Instant::now();
        black_box(cache.get_or_compute(&List(number), 1, async { Ok(work()) }).await?);
        println!("{}", started.elapsed().as_nanos());
    }
    let failed = cache.counted().get(Family::List, Event::FailOpen);
    if failed < u64::try_from(count)? {
        Err(format!("only {failed} lookups failed: it is not frozen").into())
    } else {
        Ok(())
    }
}

/// Hits of values that another environment has just put there, or this one if they are to be in its memory.
async fn hits(count: usize, url: &str, from_memory: bool) -> Result<(), Box<dyn Error>> {
    let list: Vec<_> =
        (0..300_u32).map(|n| (format!("01a1fc65-e9a2-749a-8ccf-{n:012}"), 1.0 / f64::from(n + 1))).collect();
    let here = environment(url)?;
    let there = environment(url)?;
    let writer = if from_memory { &here } else { &there };
    here.get_many(&[List(usize::MAX)], 1).await;
    for number in 0..count {
        writer.put(&List(number), 1, list.clone()).await;
        let started = Instant::now();
        let missed = async { Err(shared::error::Error::internal("it should be there")) };
        black_box(here.get_or_compute(&List(number), 1, missed).await?);
        println!("{}", started.elapsed().as_nanos());
    }
    Ok(())
}

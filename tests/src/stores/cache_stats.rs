//! What caches count, added up over environments and hours.

use std::time::Duration;

use shared::adapters::dynamo::DynamoCacheStats;
use shared::config::TableName;
use shared::domain::cache::{Event, Family, Tally};
use shared::domain::time::Timestamp;
use shared::ports::cache_stats::CacheStats;

use super::{finish, table, today};
use crate::support::Town;

fn counted(counts: &[(Family, Event, u64)]) -> Tally {
    let mut tally = Tally::default();
    for (family, event, count) in counts {
        tally.add(*family, *event, *count);
    }
    tally
}

#[test]
fn environments_add_to_the_same_counters_which_end_after_two_days() {
    let (one, other) = (DynamoCacheStats::new(table(TableName::Ops)), DynamoCacheStats::new(table(TableName::Ops)));
    let read = || finish(one.read(today())).unwrap();
    let before = read();
    let every: Vec<_> = Family::ALL.into_iter().flat_map(|family| Event::ALL.map(|event| (family, event, 1))).collect();
    finish(one.add(&counted(&every))).unwrap();
    finish(other.add(&counted(&[(Family::List, Event::BadValue, 41)]))).unwrap();
    let after = read();
    // Functions of this town may count, too, but none of them these.
    let grown = |family, event| after.get(family, event) - before.get(family, event);
    assert_eq!(grown(Family::List, Event::BadValue), 42);
    for family in Family::ALL {
        assert!(Event::ALL.iter().all(|event| grown(family, *event) >= 1), "{family:?}");
    }
    let items = Town::peaceful().items("Ops", "CACHE#stats");
    let ends = items.iter().map(|item| item["expires_at"]["N"].as_str().unwrap().parse::<u64>().unwrap());
    let two_days = (today() + Duration::from_hours(48)).unix_seconds();
    assert!(ends.clone().all(|end| end.abs_diff(two_days) < 3_600), "{:?}", ends.collect::<Vec<_>>());
}

#[test]
fn hours_that_are_over_are_not_counted_with_the_present_one() {
    let stats = DynamoCacheStats::new(table(TableName::Ops));
    finish(stats.add(&counted(&[(Family::PopularProjects, Event::Stale, 1)]))).unwrap();
    let now = today();
    let hours_away = |hours: u64| Timestamp::from_unix_seconds(now.unix_seconds() + hours * 3_600);
    assert!(finish(stats.read(now)).unwrap().get(Family::PopularProjects, Event::Stale) >= 1);
    assert!(finish(stats.read(hours_away(2))).unwrap().is_empty());
}

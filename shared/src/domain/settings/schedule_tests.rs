//! Due times in all zones, around changes of the clocks and elsewhere.

use proptest::prelude::*;

use super::super::{Hour, QuietHours, Weekday};
use super::*;

fn zone(name: &str) -> TimeZone {
    TimeZone::parse(name).unwrap()
}

fn hour(hour: u8) -> Hour {
    Hour::parse("hour", hour.into()).unwrap()
}

fn wishes(cadence: Cadence, at: u8, quiet: (u8, u8)) -> DigestWishes {
    let quiet = QuietHours { from: hour(quiet.0), until: hour(quiet.1) };
    DigestWishes { cadence, hour: hour(at), weekday: Weekday::Sunday, quiet, ..DigestWishes::default() }
}

/// The next `count` due times after a moment.
fn due(wishes: &DigestWishes, name: &str, after: &str, count: usize) -> Vec<String> {
    let next = |at: &Timestamp| wishes.next(zone(name), *at);
    let all = std::iter::successors(next(&after.parse().unwrap()), next);
    all.take(count).map(|at| at.to_string()[..16].to_owned()).collect()
}

#[test]
fn a_daily_digest_keeps_its_hour_when_clocks_change() {
    let evening = wishes(Cadence::Daily, 18, (22, 8));
    assert_eq!(
        due(&evening, "Europe/Berlin", "2027-03-26T12:00:00Z", 4),
        ["2027-03-26T17:00", "2027-03-27T17:00", "2027-03-28T16:00", "2027-03-29T16:00"]
    );
    assert_eq!(
        due(&evening, "Europe/Berlin", "2027-10-30T12:00:00Z", 3),
        ["2027-10-30T16:00", "2027-10-31T17:00", "2027-11-01T17:00"]
    );
    // The moment itself has passed.
    assert_eq!(due(&evening, "Asia/Kathmandu", "2027-01-01T12:15:00Z", 1), ["2027-01-02T12:15"]);
}

#[test]
fn an_hour_that_comes_twice_or_not_at_all_is_one_digest() {
    let at_two = wishes(Cadence::Daily, 2, (12, 13));
    assert_eq!(
        due(&at_two, "Europe/Berlin", "2027-10-30T12:00:00Z", 2),
        ["2027-10-31T00:00", "2027-11-01T01:00"],
        "clocks are put back from three to two"
    );
    assert_eq!(
        due(&at_two, "Europe/Berlin", "2027-03-27T12:00:00Z", 2),
        ["2027-03-28T01:00", "2027-03-29T00:00"],
        "clocks go from two to three"
    );
    // Quiet hours are kept even then: this day has no hour left for it.
    let only_two = wishes(Cadence::Daily, 2, (3, 2));
    assert_eq!(due(&only_two, "Europe/Berlin", "2027-03-27T12:00:00Z", 1), ["2027-03-29T00:00"]);
}

#[test]
fn a_weekly_digest_comes_on_its_day_where_the_person_lives() {
    let weekly = wishes(Cadence::Weekly, 9, (22, 8));
    // Sunday begins in Auckland while it is Saturday in UTC.
    assert_eq!(due(&weekly, "Pacific/Auckland", "2026-11-21T12:00:00Z", 2), ["2026-11-21T20:00", "2026-11-28T20:00"]);
    let lost = wishes(Cadence::Weekly, 2, (3, 2));
    assert_eq!(due(&lost, "Europe/Berlin", "2027-03-22T12:00:00Z", 1), ["2027-04-04T00:00"]);
}

#[test]
fn an_hourly_digest_sleeps_at_night() {
    let hourly = wishes(Cadence::Hourly, 18, (22, 8));
    assert_eq!(
        due(&hourly, "Europe/Berlin", "2026-11-21T19:40:00Z", 3),
        ["2026-11-21T20:40", "2026-11-22T07:00", "2026-11-22T08:00"]
    );
    assert_eq!(wishes(Cadence::Never, 18, (22, 8)).next(zone("UTC"), Timestamp::default()), None);
}

/// Zones with whole, half and quarter hours, changes at odd times, and none at all.
const ZONES: [&str; 12] = [
    "UTC",
    "Europe/Berlin",
    "Europe/Dublin",
    "America/New_York",
    "America/St_Johns",
    "America/Nuuk",
    "America/Santiago",
    "Africa/Casablanca",
    "Asia/Gaza",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Chatham",
];

prop_compose! {
    fn any_wishes()(
        cadence in prop::sample::select(vec![Cadence::Hourly, Cadence::Daily, Cadence::Weekly]),
        weekday in prop::sample::select(Weekday::ALL.to_vec()),
        (at, from, until) in (0..24_u8, 0..24_u8, 0..24_u8),
    ) -> DigestWishes {
        DigestWishes { weekday, ..wishes(cadence, at, (from, until)) }
    }
}

/// Any time of the next sixty years, and, as often, one within two days of a change of the clocks in Berlin and New York.
fn any_time() -> impl Strategy<Value = u64> {
    let changes = vec![1_806_195_600_u64, 1_805_007_600, 1_824_944_400, 1_825_567_200];
    let near = (prop::sample::select(changes), 0..345_600_u64).prop_map(|(change, shift)| change - 172_800 + shift);
    prop_oneof![1_790_000_000..3_680_000_000_u64, near]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_due_time_lies_ahead_and_never_in_quiet_hours(
        wishes in any_wishes(),
        name in prop::sample::select(ZONES.to_vec()),
        at in any_time(),
    ) {
        let after = Timestamp::from_unix_seconds(at);
        // An hour that the quiet hours leave no room for is refused when it is wished; a stored one finds none.
        let Some(next) = wishes.next(zone(name), after) else {
            prop_assert!((wishes.hour.get()..24).all(|each| wishes.quiet.contain(each)));
            return Ok(());
        };
        prop_assert!(next > after);
        prop_assert!(!wishes.is_quiet(zone(name), next), "{next}");
        let local = zone(name).clocks().unwrap().show(next);
        match wishes.cadence {
            Cadence::Hourly => prop_assert!(next.since(after) >= Duration::from_hours(1)),
            Cadence::Weekly => prop_assert_eq!(local.weekday(), wishes.weekday.index()),
            _ => prop_assert!(local.hour() >= wishes.hour.get()),
        }
    }

    #[test]
    fn whoever_looks_later_finds_no_earlier_time(
        wishes in any_wishes(),
        name in prop::sample::select(ZONES.to_vec()),
        at in any_time(),
        wait in 0..900_000_u64,
    ) {
        let [first, second] = [at, at + wait].map(|at| wishes.next(zone(name), Timestamp::from_unix_seconds(at)));
        if let (Some(first), Some(second)) = (first, second) {
            prop_assert!(first <= second);
            // Whatever moment before a due time is asked about, it is the same one.
            let is_before = Timestamp::from_unix_seconds(at + wait) < first;
            prop_assert!(wishes.cadence == Cadence::Hourly || !is_before || first == second);
        }
    }

    #[test]
    fn daily_is_once_on_every_date_and_weekly_once_in_every_week(
        name in prop::sample::select(ZONES.to_vec()),
        at in any_time(),
        wished in 4..22_u8,
        cadence in prop::sample::select(vec![Cadence::Daily, Cadence::Weekly]),
    ) {
        // Clocks change at night, so that these hours come on every date.
        let wishes = wishes(cadence, wished, (23, 3));
        let clocks = zone(name).clocks().unwrap();
        let next = |at: &Timestamp| wishes.next(zone(name), *at);
        let due = std::iter::successors(next(&Timestamp::from_unix_seconds(at)), next).take(5);
        let dates: Vec<_> = due.map(|at| clocks.show(at)).collect();
        for pair in dates.windows(2) {
            let step = if cadence == Cadence::Daily { 1 } else { 7 };
            prop_assert_eq!(pair[1].day - pair[0].day, step);
            prop_assert_eq!((pair[1].hour(), pair[1].minute % 60), (wished, 0));
        }
    }
}

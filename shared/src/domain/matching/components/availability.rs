//! Availability: shared working time of two time zones and, if both say so, similar hours for joint work.
//!
//! Working time is 9:00 to 18:00 local time. Because clocks change on different dates, the overlap is the mean of
//! January and July, and it does not depend on today.

use super::super::features::Features;
use super::super::reason::{Explanation, Notes, ReasonCode};
use super::ascending;
use crate::domain::profile::TimeZone;

const MINUTES_PER_DAY: i32 = 24 * 60;
pub(in super::super) const WORKING_DAY: i32 = 9 * 60;
/// How much of the value is shared time, and how much is similar hours, when both say how many they have.
pub(in super::super) const SHARES: [f64; 2] = [0.7, 0.3];
/// Two thirds of a working day are as good as the whole.
const PLENTY: i32 = 6 * 60;
/// Less than this is a counter-reason.
const LITTLE: i32 = 3 * 60;
/// One gives at least this part of the other's hours, or the difference is a counter-reason.
const SIMILAR: f64 = 0.5;

pub(super) fn measure(a: &Features<'_>, b: &Features<'_>, notes: &mut Notes) -> f64 {
    let zones = (a.time_zone, b.time_zone);
    let minutes = shared_minutes(zones.0.offsets(), zones.1.offsets());
    let hours = a.hours.zip(b.hours).map(|(a, b)| ascending(a.get(), b.get()));
    notes.explain(|explanation| {
        explain_time(explanation, zones, minutes);
        if let Some(hours) = hours {
            explain_hours(explanation, hours);
        }
    });
    let time = time_value(minutes);
    hours.map_or(time, |hours| SHARES[0] * time + SHARES[1] * similarity(hours))
}

/// What shared minutes are worth.
pub(in super::super) fn time_value(minutes: i32) -> f64 {
    f64::from(minutes.min(PLENTY)) / f64::from(PLENTY)
}

/// Minutes a day during which both work, as the mean of January and July.
pub(in super::super) fn shared_minutes(a: [i16; 2], b: [i16; 2]) -> i32 {
    let overlaps = a.into_iter().zip(b).map(|(a, b)| {
        let apart = (i32::from(a) - i32::from(b)).rem_euclid(MINUTES_PER_DAY);
        (WORKING_DAY - apart.min(MINUTES_PER_DAY - apart)).max(0)
    });
    overlaps.sum::<i32>() / 2
}

/// How alike hours a week are, given the fewer first.
pub(in super::super) fn similarity((fewer, more): (u8, u8)) -> f64 {
    f64::from(fewer) / f64::from(more)
}

pub(in super::super) fn explain_time(explanation: &mut Explanation, (a, b): (TimeZone, TimeZone), minutes: i32) {
    let (first, second) = ascending(a.as_str(), b.as_str());
    let items = vec![first.to_owned(), second.to_owned()];
    if minutes >= LITTLE {
        let text = format!("{} of shared working time a day", duration(minutes));
        explanation.reason(ReasonCode::WorkingTimeShared, text, items);
    } else {
        let text = match minutes {
            0 => "No shared working time".to_owned(),
            _ => format!("Only {} of shared working time a day", duration(minutes)),
        };
        explanation.counter(ReasonCode::WorkingTimeDistant, text, items);
    }
}

fn explain_hours(explanation: &mut Explanation, (fewer, more): (u8, u8)) {
    let items = vec![fewer.to_string(), more.to_string()];
    if similarity((fewer, more)) >= SIMILAR {
        let text = format!("Both have at least {fewer} h a week");
        explanation.reason(ReasonCode::HoursSimilar, text, items);
    } else {
        let text = format!("One has {fewer} h a week, the other {more} h");
        explanation.counter(ReasonCode::HoursDistant, text, items);
    }
}

fn duration(minutes: i32) -> String {
    match (minutes / 60, minutes % 60) {
        (hours, 0) => format!("{hours} h"),
        (0, minutes) => format!("{minutes} min"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minutes(a: &str, b: &str) -> i32 {
        shared_minutes(TimeZone::parse(a).unwrap().offsets(), TimeZone::parse(b).unwrap().offsets())
    }

    #[test]
    fn working_time_overlaps_around_the_globe_and_the_year() {
        assert_eq!(minutes("Europe/Berlin", "Europe/Berlin"), 9 * 60);
        assert_eq!(minutes("Europe/Berlin", "Asia/Kolkata"), 5 * 60);
        assert_eq!(minutes("Europe/Berlin", "Australia/Sydney"), 30);
        assert_eq!(minutes("Europe/Berlin", "Pacific/Honolulu"), 0);
        // These two are 25 hours apart by the clock, and one hour by the sun.
        assert_eq!(minutes("Pacific/Kiritimati", "Pacific/Pago_Pago"), 8 * 60);
        assert_eq!(duration(90), "1 h 30 min");
    }
}

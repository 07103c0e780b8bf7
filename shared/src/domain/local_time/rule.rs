//! Standing rules of time zones: POSIX TZ strings, such as `CET-1CEST,M3.5.0,M10.5.0/3`.

use chrono::{Datelike, NaiveDate, Weekday};

const HOUR: i32 = 3_600;
const DAY: i64 = 86_400;

/// Offsets are seconds ahead of UTC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rule {
    standard: i32,
    daylight: Option<Daylight>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Daylight {
    offset: i32,
    start: Change,
    end: Change,
}

/// A day such as the last Sunday of March, and a time of it by the clocks before the change.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Change {
    month: u32,
    /// 1 to 5, where 5 is the last one.
    week: u8,
    weekday: Weekday,
    /// Seconds after midnight; negative, or more than a day, where the day itself says less.
    time: i32,
}

impl Rule {
    /// Reads `std offset [dst [offset] , start , end]`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (zone, seasons) = text.split_once(',').map_or((text, None), |(zone, seasons)| (zone, Some(seasons)));
        let (westward, rest) = time(after_abbreviation(zone)?)?;
        let standard = -westward;
        let (Some(seasons), false) = (seasons, rest.is_empty()) else {
            return rest.is_empty().then_some(Self { standard, daylight: None });
        };
        let offset = match after_abbreviation(rest)? {
            "" => standard + HOUR,
            explicit => -time(explicit)?.0,
        };
        let (start, end) = seasons.split_once(',')?;
        let daylight = Daylight { offset, start: Change::parse(start)?, end: Change::parse(end)? };
        Some(Self { standard, daylight: Some(daylight) })
    }

    pub(super) fn offset(&self, seconds: i64) -> i32 {
        let Some(daylight) = &self.daylight else { return self.standard };
        let days = (seconds + i64::from(self.standard)).div_euclid(DAY);
        // Clocks do not change around the turn of the year, so that it does not matter by which of them it is reckoned.
        let year = date(days).map_or(1970, |date| date.year());
        let start = daylight.start.in_year(year).map(|local| local - i64::from(self.standard));
        let end = daylight.end.in_year(year).map(|local| local - i64::from(daylight.offset));
        let (Some(start), Some(end)) = (start, end) else { return self.standard };
        let is_daylight = if start < end {
            (start..end).contains(&seconds)
        } else {
            // In the south, daylight saving time spans the turn of the year.
            !(end..start).contains(&seconds)
        };
        if is_daylight { daylight.offset } else { self.standard }
    }

    /// The offset in the middle of a month.
    pub(super) fn offset_in(&self, year: i32, month: u32) -> i32 {
        let middle = NaiveDate::from_ymd_opt(year, month, 15).unwrap_or_default();
        self.offset(days_of(middle) * DAY)
    }
}

impl Change {
    /// Reads `M3.5.0/2`; the other two forms of POSIX are in no zone of the database.
    fn parse(text: &str) -> Option<Self> {
        let (day, clock) = text.split_once('/').map_or((text, None), |(day, clock)| (day, Some(clock)));
        let mut parts = day.strip_prefix('M')?.split('.');
        let mut part = || parts.next()?.parse::<u8>().ok();
        let (month, week, weekday) = (part()?, part()?, part()?);
        let from_sunday = weekday.checked_sub(1).unwrap_or(6);
        let time = clock.map_or(Some(2 * HOUR), |clock| Some(time(clock)?.0))?;
        Some(Self { month: month.into(), week, weekday: Weekday::try_from(from_sunday).ok()?, time })
    }

    /// Seconds since 1970 by the clocks before the change.
    fn in_year(&self, year: i32) -> Option<i64> {
        let nth = |week| NaiveDate::from_weekday_of_month_opt(year, self.month, self.weekday, week);
        // Not every month has a fifth one.
        let day = nth(self.week).or_else(|| nth(4))?;
        Some(days_of(day) * DAY + i64::from(self.time))
    }
}

fn date(days: i64) -> Option<NaiveDate> {
    NaiveDate::default().checked_add_signed(chrono::TimeDelta::try_days(days)?)
}

/// Days since 1970-01-01, which is chrono's default date.
fn days_of(date: NaiveDate) -> i64 {
    date.signed_duration_since(NaiveDate::default()).num_days()
}

/// Skips a zone's abbreviation: letters, or anything in angle brackets.
fn after_abbreviation(text: &str) -> Option<&str> {
    match text.strip_prefix('<') {
        Some(quoted) => quoted.split_once('>').map(|(_, rest)| rest),
        None => Some(text.trim_start_matches(|c: char| c.is_ascii_alphabetic())),
    }
}

/// Reads `[+-]h[:mm[:ss]]` as seconds, and returns what follows it.
fn time(text: &str) -> Option<(i32, &str)> {
    let (sign, unsigned) = match text.strip_prefix('-') {
        Some(unsigned) => (-1, unsigned),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let end = unsigned.find(|c: char| !c.is_ascii_digit() && c != ':').unwrap_or(unsigned.len());
    let (digits, rest) = unsigned.split_at(end);
    let mut parts = digits.split(':');
    let hours: i32 = parts.next()?.parse().ok()?;
    let mut part = || parts.next().map_or(Some(0), |part| part.parse::<i32>().ok().filter(|part| *part < 60));
    let (minutes, seconds) = (part()?, part()?);
    // RFC 9636 lets a time reach a week in either direction.
    (hours <= 167).then_some((sign * (hours * HOUR + minutes * 60 + seconds), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_that_the_database_uses_is_read() {
        let rule = |text: &str| Rule::parse(text).unwrap();
        assert_eq!(rule("UTC0"), Rule { standard: 0, daylight: None });
        assert_eq!(rule("<+0545>-5:45").standard, 5 * HOUR + 45 * 60);
        let gaza = rule("EET-2EEST,M3.4.4/50,M10.4.4/50").daylight.unwrap();
        assert_eq!((gaza.offset, gaza.start.time), (3 * HOUR, 50 * HOUR));
        let nuuk = rule("<-02>2<-01>,M3.5.0/-1,M10.5.0/0").daylight.unwrap();
        assert_eq!((nuuk.offset, nuuk.start.time, nuuk.start.weekday), (-HOUR, -HOUR, Weekday::Sun));
        assert_eq!(rule("IST-1GMT0,M10.5.0,M3.5.0/1").daylight.unwrap().offset, 0);
        for text in ["", "CET", "CET-1CEST", "CET-1CEST,M3.5.0", "CET-1CEST,J60,J300", "CET-200"] {
            assert_eq!(Rule::parse(text), None, "{text}");
        }
    }
}

//! Hours of the day, and those in which somebody wants to be left alone.

use crate::domain::fields::Refusal;
use crate::domain::profile::within;

/// A full hour on the clock, 0 to 23.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hour(u8);

impl Hour {
    pub(super) const EVENING: Self = Self(18);
    pub(super) const NIGHT: Self = Self(22);
    pub(super) const MORNING: Self = Self(8);

    /// `field` is what the client calls it.
    pub fn parse(field: &str, hour: i64) -> Result<Self, Refusal> {
        within(field, hour, 0..=23).map(Self)
    }

    pub const fn get(self) -> u8 {
        self.0
    }
}

/// From one full hour until another, also across midnight; from and until the same hour is never.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuietHours {
    pub from: Hour,
    pub until: Hour,
}

impl QuietHours {
    pub fn contain(self, hour: u8) -> bool {
        let (from, until) = (self.from.0, self.until.0);
        if from <= until { (from..until).contains(&hour) } else { hour >= from || hour < until }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quiet_hours_may_span_midnight_and_may_be_none() {
        let hour = |hour| Hour::parse("hour", hour).unwrap();
        let quiet = |from, until| {
            let quiet = QuietHours { from: hour(from), until: hour(until) };
            (0..24).filter(|each| quiet.contain(*each)).collect::<Vec<_>>()
        };
        assert_eq!(quiet(1, 4), [1, 2, 3]);
        assert_eq!(quiet(22, 2), [0, 1, 22, 23]);
        assert_eq!(quiet(23, 0), [23]);
        assert_eq!(quiet(7, 7), [0; 0]);
        assert!(Hour::parse("quiet_from", 24).unwrap_err().starts_with("quiet_from must be 0 to 23"));
    }
}

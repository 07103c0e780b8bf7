//! The bounded numbers of a profile.

use std::ops::RangeInclusive;

use crate::domain::fields::Refusal;

macro_rules! numbers {
    ($($(#[$doc:meta])* $name:ident = $field:literal, $range:expr;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub struct $name(u8);

        impl $name {
            pub fn parse(value: i64) -> Result<Self, Refusal> {
                $crate::domain::profile::within($field, value, $range).map(Self)
            }

            pub const fn get(self) -> u8 {
                self.0
            }
        }
    )+};
}

pub(in crate::domain) use numbers;

numbers! {
    /// Years of professional experience.
    ExperienceYears = "experience_years", 0..=60;
    /// Hours a week that the person can give to joint work.
    HoursPerWeek = "availability_hours_per_week", 1..=80;
}

pub(in crate::domain) fn within(field: &str, value: i64, range: RangeInclusive<u8>) -> Result<u8, Refusal> {
    let refusal = || format!("{field} must be {} to {}", range.start(), range.end());
    u8::try_from(value).ok().filter(|value| range.contains(value)).ok_or_else(|| refusal().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_hold_and_are_named() {
        assert_eq!(ExperienceYears::parse(60).unwrap().get(), 60);
        for value in [-1, 61, i64::MIN, i64::MAX, 256] {
            assert_eq!(ExperienceYears::parse(value).unwrap_err(), "experience_years must be 0 to 60");
        }
        assert!(HoursPerWeek::parse(0).is_err());
    }
}

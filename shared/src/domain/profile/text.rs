//! The free texts of a profile.

use crate::domain::fields::Refusal;
use crate::domain::text;

macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident = $parse:path, $field:literal, $length:expr;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name(String);

        impl $name {
            pub fn parse(value: &str) -> Result<Self, Refusal> {
                $parse($field, value, $length).map(Self)
            }

            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
    )+};
}

pub(in crate::domain) use texts;

texts! {
    /// What others call the person.
    Name = text::line, "name", 2..=100;
    /// One line below the name.
    Headline = text::line, "headline", 0..=120;
    /// The person in their own words.
    Bio = text::paragraph, "bio", 0..=10_000;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_in_characters() {
        assert_eq!(Name::parse(" Zoë ").unwrap().as_str(), "Zoë");
        assert!(Name::parse("Z").is_err());
        assert!(Name::parse(&"é".repeat(100)).is_ok());
        assert!(Name::parse(&"é".repeat(101)).is_err());
        assert!(Headline::parse(&"a".repeat(121)).is_err());
        assert!(Bio::parse(&"a\n".repeat(5_000)).is_ok());
        assert_eq!(Bio::parse(&"a".repeat(10_001)).unwrap_err(), "bio must have at most 10000 characters");
    }
}

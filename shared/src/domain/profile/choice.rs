//! The closed lists of a profile: professional fields and goals.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::fields::Refusal;

macro_rules! choices {
    ($($(#[$doc:meta])* $name:ident $field:literal { $($variant:ident = $text:literal,)+ })+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
        #[serde(rename_all = "kebab-case")]
        pub enum $name { $($variant,)+ }

        impl $name {
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            pub fn parse(text: &str) -> Result<Self, Refusal> {
                match text.trim() {
                    $($text => Ok(Self::$variant),)+
                    _ => Err(Refusal::Borrowed(concat!($field, " must be one of:" $(, " ", $text)+))),
                }
            }

            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }

            /// The position in [`Self::ALL`], for tables.
            pub const fn index(self) -> usize {
                self as usize
            }
        }
    )+};
}

pub(in crate::domain) use choices;

choices! {
    /// The professional field that describes a person best.
    Field "field" {
        Technology = "technology",
        Design = "design",
        Product = "product",
        Marketing = "marketing",
        Business = "business",
        Data = "data",
        Content = "content",
        Crafts = "crafts",
        Science = "science",
        Education = "education",
        Other = "other",
    }
    /// What a person is here for.
    Goal "goal" {
        CoFounder = "co-founder",
        Collaborate = "collaborate",
        Hire = "hire",
        FindWork = "find-work",
        Mentor = "mentor",
        BeMentored = "be-mentored",
        Learn = "learn",
        Network = "network",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use utoipa::PartialSchema;

    #[test]
    fn texts_read_back_and_agree_with_serde_and_the_api_document() {
        let documented = serde_json::to_value(Goal::schema()).unwrap();
        for (index, goal) in Goal::ALL.iter().enumerate() {
            assert_eq!(Goal::parse(goal.as_str()).unwrap(), *goal);
            assert_eq!(serde_json::to_value(goal).unwrap(), goal.as_str());
            assert_eq!(documented["enum"][index], goal.as_str());
            assert_eq!(goal.index(), index);
        }
        for field in Field::ALL {
            assert_eq!(Field::parse(field.as_str()).unwrap(), *field);
            assert_eq!(serde_json::to_value(field).unwrap(), field.as_str());
        }
    }

    #[test]
    fn a_refusal_lists_the_choices() {
        let refusal = Goal::parse("conquer").unwrap_err();
        assert!(refusal.starts_with("goal must be one of: co-founder collaborate"), "{refusal}");
    }
}

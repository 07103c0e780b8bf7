//! The languages that mails are written in.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Locale {
    #[default]
    En,
    De,
}

impl Locale {
    pub const ALL: [Self; 2] = [Self::En, Self::De];

    /// As in RFC 5646.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::De => "de",
        }
    }

    /// The one that a browser likes best, by what it says in `Accept-Language` (RFC 9110, 12.5.4).
    pub fn preferred(accept_language: &str) -> Self {
        let wishes = accept_language.split(',').filter_map(|range| {
            let (tag, weight) = range.split_once(';').unwrap_or((range, "q=1"));
            let weight: f32 = weight.trim().strip_prefix("q=")?.parse().ok()?;
            let language = tag.trim().split('-').next()?;
            let locale = Self::ALL.into_iter().find(|locale| locale.as_str().eq_ignore_ascii_case(language))?;
            (weight > 0.0).then_some((locale, weight))
        });
        // Of those that are liked alike, the first one counts.
        let best = wishes.reduce(|best, next| if next.1 > best.1 { next } else { best });
        best.map_or_else(Self::default, |(locale, _)| locale)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_browser_gets_the_language_that_it_likes_best() {
        for (header, expected) in [
            ("de", Locale::De),
            ("de-AT,de;q=0.9,en;q=0.8", Locale::De),
            ("en-GB,de;q=0.9", Locale::En),
            ("fr,DE;q=0.3,en;q=0.2", Locale::De),
            ("de;q=0,en", Locale::En),
            ("de;q=0", Locale::En),
            ("fr", Locale::En),
            ("*", Locale::En),
            ("", Locale::En),
            ("de;q=,;,;;q", Locale::En),
        ] {
            assert_eq!(Locale::preferred(header), expected, "{header}");
        }
    }

    proptest! {
        #[test]
        fn nothing_that_a_client_sends_is_too_strange(header in ".{0,200}") {
            Locale::preferred(&header);
        }
    }
}

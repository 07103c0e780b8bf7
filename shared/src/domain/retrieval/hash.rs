//! The numbers that stand for words in a row. They are stored: what gives other numbers is a new version of the format.

use crate::domain::profile::{Country, Goal, Language, Place};

/// Offsets of time zones are kept in quarters of an hour.
pub(in crate::domain) const QUARTER: i16 = 15;

/// Widespread languages, each with a bit of its own; all others share those that are left.
const LANGUAGES: [&str; 56] = [
    "ar", "bg", "bn", "ca", "cs", "da", "de", "el", "en", "es", "et", "eu", "fa", "fi", "fr", "ga", "gu", "he", "hi",
    "hr", "hu", "id", "is", "it", "ja", "ka", "ko", "lt", "lv", "mr", "ms", "nb", "nl", "no", "pa", "pl", "pt", "ro",
    "ru", "sk", "sl", "sr", "sv", "sw", "ta", "te", "th", "tr", "uk", "ur", "vi", "zh", "hy", "sq", "mk", "tl",
];

/// FNV-1a.
fn fnv(text: &str) -> u32 {
    text.bytes().fold(0x811C_9DC5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// A skill or an interest, by its canonical form; never zero.
pub(in crate::domain) fn term(canonical: &str) -> u16 {
    let hash = fnv(canonical);
    let [low, high] = [hash & 0xFFFF, hash >> 16];
    u16::try_from(low ^ high).unwrap_or(1).max(1)
}

pub(super) fn language(language: Language) -> u64 {
    let tag = language.as_str();
    let own = LANGUAGES.iter().position(|known| *known == tag);
    let shared = || LANGUAGES.len() + usize::from(term(tag)) % (64 - LANGUAGES.len());
    1 << own.unwrap_or_else(shared)
}

pub(in crate::domain) fn goal(goal: Goal) -> u8 {
    1 << goal.index()
}

/// One to 676; zero is no country.
pub(super) fn country(country: Country) -> u16 {
    let letter = |byte: u8| u16::from(byte.wrapping_sub(b'A') % 26);
    match *country.as_str().as_bytes() {
        [first, second] => letter(first) * 26 + letter(second) + 1,
        _ => 0,
    }
}

/// The bit that a country shares with some others; none for no country.
pub(in crate::domain) fn country_bit(country: u16) -> u64 {
    if country == 0 { 0 } else { 1 << (country % 64) }
}

/// A city with its country; never zero.
pub(super) fn city(place: &Place) -> u32 {
    fnv(&format!("{} {}", place.country().as_str(), place.canonical_city())).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Segments that are stored hold these.
    #[test]
    fn numbers_stay_what_they_are() {
        assert_eq!([term("rust"), term("open source"), term("")], [0xA0D8, 0x26F0, 0x1CD9]);
        let bits = |tag| language(Language::parse(tag).unwrap()).trailing_zeros();
        assert_eq!([bits("ar"), bits("en"), bits("tl")], [0, 8, 55]);
        assert!((56..64).contains(&bits("gsw")));
        let number = |code| country(Country::parse(code).unwrap());
        assert_eq!([number("AD"), number("DE"), number("ZW")], [4, 83, 673]);
    }
}

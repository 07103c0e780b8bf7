//! Text from strangers: normalised, without invisible mischief, and bounded in characters.

use std::ops::RangeInclusive;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use super::fields::Refusal;

/// One line of text: normalised to NFC, trimmed, no control or bidirectional override characters.
pub fn line(field: &'static str, text: &str, length: RangeInclusive<usize>) -> Result<String, Refusal> {
    bounded(field, text, length, char::is_control)
}

/// Text with line breaks and tabs, otherwise as strict as [`line`].
pub fn paragraph(field: &'static str, text: &str, length: RangeInclusive<usize>) -> Result<String, Refusal> {
    bounded(field, text, length, |c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
}

fn bounded(
    field: &'static str,
    text: &str,
    length: RangeInclusive<usize>,
    refused: impl Fn(char) -> bool,
) -> Result<String, Refusal> {
    // A character is at most four bytes, and normalising to NFC triples a text at worst: the bound keeps a huge body
    // from being normalised before it is refused.
    if text.len() > length.end().saturating_mul(12) {
        return Err(length_refusal(field, &length));
    }
    if text.chars().any(|c| refused(c) || is_bidi_override(c)) {
        return Err(format!("{field} must not contain control or text direction characters").into());
    }
    let text = nfc(text.trim());
    if !text.is_empty() && text.chars().all(is_invisible) {
        return Err(format!("{field} must have something to see").into());
    }
    if length.contains(&text.chars().count()) { Ok(text) } else { Err(length_refusal(field, &length)) }
}

/// Nearly every text is in this form already, which costs less to find out than to bring about: hundreds of profiles are
/// read for one list.
fn nfc(text: &str) -> String {
    let is_nfc = text.is_ascii() || is_nfc_quick(text.chars()) == IsNormalized::Yes;
    if is_nfc { text.to_owned() } else { text.nfc().collect() }
}

fn length_refusal(field: &str, length: &RangeInclusive<usize>) -> Refusal {
    match (length.start(), length.end()) {
        (0, end) => format!("{field} must have at most {end} characters").into(),
        (start, end) => format!("{field} must have {start} to {end} characters").into(),
    }
}

/// White space, and what Unicode lets fonts show nothing for (`Default_Ignorable_Code_Point`), with the blank of Braille.
fn is_invisible(c: char) -> bool {
    c.is_whitespace()
        || matches!(c,
            '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}'..='\u{1160}' | '\u{17B4}'..='\u{17B5}' | '\u{180B}'..='\u{180F}'
            | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{2800}' | '\u{3164}'
            | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFF8}' | '\u{1BCA0}'..='\u{1BCA3}'
            | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E0FFF}')
}

/// Embedding, override and isolate characters can make a text read as another one.
fn is_bidi_override(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn trims_normalises_and_counts_characters_not_bytes() {
        assert_eq!(line("name", "  Zoe\u{308}  ", 2..=4).unwrap(), "Zoë");
        assert_eq!(line("name", "日本語", 3..=3).unwrap(), "日本語");
        assert_eq!(line("name", "a", 2..=100).unwrap_err(), "name must have 2 to 100 characters");
    }

    proptest! {
        #[test]
        fn texts_are_in_the_composed_form_whether_or_not_they_were(text in "[a-zé가-각\u{41}\u{308}\u{327}\u{1100}\u{1161}\u{fb01}]{1,20}") {
            let expected: String = text.trim().nfc().collect();
            prop_assert_eq!(line("name", &text, 1..=100).unwrap(), expected);
        }
    }

    #[test]
    fn refuses_what_nobody_sees() {
        for text in
            ["\u{200B}\u{200B}", "\u{2800} \u{2800}", "\u{3164}\u{AD}", "\u{E0041}\u{E0042}", "\u{200D}\u{FE0F}"]
        {
            assert_eq!(line("name", text, 2..=100).unwrap_err(), "name must have something to see", "{text:?}");
        }
        assert!(line("name", "👩\u{200D}🚀", 2..=100).is_ok());
    }

    #[test]
    fn refuses_nul_and_direction_overrides() {
        for text in ["a\0b", "a\u{202E}b", "a\nb"] {
            assert!(line("name", text, 1..=100).is_err(), "{text:?}");
        }
        assert!(paragraph("bio", "a\nb", 1..=100).is_ok());
    }
}

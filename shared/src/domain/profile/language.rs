//! Languages that a person works in, as BCP 47 primary tags.

use crate::domain::fields::Refusal;

/// A primary language tag of two or three letters, in lower case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Language([u8; 3]);

impl Language {
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let tag = text.trim().as_bytes();
        if !matches!(tag.len(), 2 | 3) || !tag.iter().all(u8::is_ascii_alphabetic) {
            return Err("language must be a BCP 47 primary tag of two or three letters, such as en".into());
        }
        let mut bytes = [b' '; 3];
        for (byte, letter) in bytes.iter_mut().zip(tag) {
            *byte = letter.to_ascii_lowercase();
        }
        Ok(Self(bytes))
    }

    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default().trim_end()
    }

    /// The English name of a widespread language, the tag of any other.
    pub fn english_name(&self) -> &str {
        let tag = self.as_str();
        NAMES.binary_search_by(|(known, _)| (*known).cmp(tag)).map_or(tag, |found| NAMES[found].1)
    }
}

#[rustfmt::skip]
const NAMES: &[(&str, &str)] = &[
    ("ar", "Arabic"), ("bg", "Bulgarian"), ("bn", "Bengali"), ("ca", "Catalan"), ("cs", "Czech"), ("da", "Danish"),
    ("de", "German"), ("el", "Greek"), ("en", "English"), ("es", "Spanish"), ("et", "Estonian"), ("eu", "Basque"),
    ("fa", "Persian"), ("fi", "Finnish"), ("fr", "French"), ("ga", "Irish"), ("gu", "Gujarati"), ("he", "Hebrew"),
    ("hi", "Hindi"), ("hr", "Croatian"), ("hu", "Hungarian"), ("id", "Indonesian"), ("is", "Icelandic"),
    ("it", "Italian"), ("ja", "Japanese"), ("ka", "Georgian"), ("ko", "Korean"), ("lt", "Lithuanian"),
    ("lv", "Latvian"), ("mr", "Marathi"), ("ms", "Malay"), ("nb", "Norwegian"), ("nl", "Dutch"), ("no", "Norwegian"),
    ("pa", "Punjabi"), ("pl", "Polish"), ("pt", "Portuguese"), ("ro", "Romanian"), ("ru", "Russian"),
    ("sk", "Slovak"), ("sl", "Slovenian"), ("sr", "Serbian"), ("sv", "Swedish"), ("sw", "Swahili"), ("ta", "Tamil"),
    ("te", "Telugu"), ("th", "Thai"), ("tr", "Turkish"), ("uk", "Ukrainian"), ("ur", "Urdu"), ("vi", "Vietnamese"),
    ("zh", "Chinese"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_lower_case_and_have_names() {
        assert!(NAMES.is_sorted());
        let german = Language::parse(" DE ").unwrap();
        assert_eq!((german.as_str(), german.english_name()), ("de", "German"));
        let swiss_german = Language::parse("gsw").unwrap();
        assert_eq!((swiss_german.as_str(), swiss_german.english_name()), ("gsw", "gsw"));
    }

    #[test]
    fn regions_words_and_other_scripts_are_refused() {
        for text in ["", "d", "de-AT", "german", "д", "d1"] {
            assert!(Language::parse(text).is_err(), "{text}");
        }
    }
}

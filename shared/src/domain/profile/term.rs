//! Skills and interests: the text as the person wrote it, and a canonical form by which terms are compared.
//!
//! "Node.JS", "node js" and "nodejs" are one skill. The canonical form is compatibility-normalised, lower-case, with
//! hyphens, underscores, slashes and runs of whitespace folded to one space, and common aliases resolved.

use unicode_normalization::UnicodeNormalization;

use crate::domain::fields::Refusal;
use crate::domain::text;

macro_rules! terms {
    ($($(#[$doc:meta])* $name:ident $field:literal $aliases:ident)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name {
            text: String,
            canonical: String,
        }

        impl $name {
            pub fn parse(value: &str) -> Result<Self, Refusal> {
                let text = text::line($field, value, 1..=50)?;
                let canonical = resolve($aliases, fold(&text));
                if canonical.is_empty() {
                    return Err(Refusal::Borrowed(concat!($field, " must contain a letter, digit or symbol")));
                }
                Ok(Self { text, canonical })
            }

            /// The text as the person wrote it.
            pub fn as_str(&self) -> &str {
                &self.text
            }

            /// The form by which two terms are the same.
            pub fn canonical(&self) -> &str {
                &self.canonical
            }
        }
    )+};
}

terms! {
    /// Something the person can do.
    Skill "skill" SKILL_ALIASES
    /// Something the person likes.
    Interest "interest" INTEREST_ALIASES
}

/// Makes texts comparable that differ only in case, spacing, hyphens or compatibility characters.
pub(super) fn fold(text: &str) -> String {
    // ASCII has no compatibility characters, and hundreds of profiles are read for one list.
    if text.is_ascii() {
        spaced(text.len(), text.chars().map(|c| c.to_ascii_lowercase()))
    } else {
        spaced(text.len(), text.nfkc().flat_map(char::to_lowercase))
    }
}

/// The characters with all that parts words folded to one space.
fn spaced(capacity: usize, chars: impl Iterator<Item = char>) -> String {
    let mut folded = String::with_capacity(capacity);
    for c in chars {
        if !(c.is_whitespace() || matches!(c, '-' | '_' | '/')) {
            folded.push(c);
        } else if !folded.is_empty() && !folded.ends_with(' ') {
            folded.push(' ');
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}

fn resolve(aliases: &[(&str, &str)], folded: String) -> String {
    match aliases.binary_search_by(|(alias, _)| (*alias).cmp(&folded)) {
        Ok(found) => aliases[found].1.to_owned(),
        Err(_) => folded,
    }
}

/// Folded alias → canonical skill, sorted for the binary search.
#[rustfmt::skip]
const SKILL_ALIASES: &[(&str, &str)] = &[
    ("3d modeling", "3d modelling"), ("a b testing", "experimentation"), ("a11y", "accessibility"),
    ("ai", "machine learning"), ("amazon web services", "aws"), ("android", "android development"),
    ("backend", "backend development"), ("biz dev", "business development"), ("bizdev", "business development"),
    ("c sharp", "c#"), ("ci cd", "devops"), ("copy writing", "copywriting"), ("cpp", "c++"), ("css3", "css"),
    ("cyber security", "security"), ("cybersecurity", "security"), ("data science", "data analysis"),
    ("data visualization", "data visualisation"), ("dataviz", "data visualisation"), ("dl", "deep learning"),
    ("embedded", "embedded systems"), ("film making", "filmmaking"), ("front end", "frontend development"),
    ("front end development", "frontend development"), ("frontend", "frontend development"), ("go lang", "go"),
    ("golang", "go"), ("graphics design", "graphic design"), ("html5", "html"), ("information security", "security"),
    ("ios", "ios development"), ("jewelry making", "jewellery making"), ("js", "javascript"), ("k8s", "kubernetes"),
    ("large language models", "machine learning"), ("legal", "law"), ("llm", "machine learning"),
    ("llms", "machine learning"), ("ml", "machine learning"), ("node", "node.js"), ("node js", "node.js"),
    ("nodejs", "node.js"), ("pm", "product management"), ("postgre sql", "postgresql"), ("postgres", "postgresql"),
    ("pr", "public relations"), ("product manager", "product management"), ("project manager", "project management"),
    ("py", "python"), ("qa", "software testing"), ("react js", "react"), ("react.js", "react"), ("reactjs", "react"),
    ("rust lang", "rust"), ("rustlang", "rust"), ("search engine optimisation", "seo"),
    ("search engine optimization", "seo"), ("social media", "social media marketing"), ("stats", "statistics"),
    ("testing", "software testing"), ("tf", "terraform"), ("ts", "typescript"), ("ui", "ui design"),
    ("user experience", "ux design"), ("user interface design", "ui design"), ("ux", "ux design"),
    ("video", "video editing"), ("video production", "video editing"), ("vue", "vue.js"), ("vue js", "vue.js"),
    ("vuejs", "vue.js"), ("woodwork", "woodworking"),
];

/// Folded alias → canonical interest, sorted for the binary search.
#[rustfmt::skip]
const INTEREST_ALIASES: &[(&str, &str)] = &[
    ("ai", "artificial intelligence"), ("bike", "cycling"), ("biking", "cycling"), ("boardgames", "board games"),
    ("climate", "climate change"), ("films", "film"), ("football", "soccer"), ("movies", "film"),
    ("open source software", "open source"), ("opensource", "open source"), ("oss", "open source"),
    ("photos", "photography"), ("sci fi", "science fiction"), ("scifi", "science fiction"),
    ("start ups", "startups"), ("videogames", "video games"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn spellings_of_one_skill_are_one_skill() {
        for text in ["Node.JS", "node js", "nodejs", "NODE-JS", "ｎｏｄｅ.js"] {
            let skill = Skill::parse(text).unwrap();
            assert_eq!(skill.canonical(), "node.js", "{text}");
            assert_eq!(skill.as_str(), text);
        }
        assert_eq!(Skill::parse("C++").unwrap().canonical(), "c++");
        assert!(Skill::parse(" - ").is_err());
    }

    #[test]
    fn aliases_are_sorted_folded_and_final() {
        for aliases in [SKILL_ALIASES, INTEREST_ALIASES] {
            assert!(aliases.is_sorted_by(|a, b| a.0 < b.0), "{aliases:?}");
            for (alias, canonical) in aliases {
                assert_eq!(fold(alias), *alias);
                assert_eq!(fold(canonical), *canonical);
                assert_eq!(resolve(aliases, (*canonical).to_owned()), *canonical);
            }
        }
    }

    proptest! {
        #[test]
        fn the_canonical_form_is_its_own_canonical_form(text in "\\PC{1,20}") {
            if let Ok(skill) = Skill::parse(&text)
                && let Ok(again) = Skill::parse(skill.canonical())
            {
                prop_assert_eq!(again.canonical(), skill.canonical());
            }
        }
    }
}

//! Languages: people who have none in common can hardly talk; more than one adds nothing.

use super::super::features::{Features, shared};
use super::super::reason::{Notes, ReasonCode, enumeration};
use super::ascending;
use crate::domain::profile::Language;

pub(super) fn measure(a: &Features<'_>, b: &Features<'_>, notes: &mut Notes) -> Option<f64> {
    if a.languages.is_empty() || b.languages.is_empty() {
        return None;
    }
    let both = || shared(&a.languages, &b.languages, |language| *language);
    let found = both().next().is_some();
    notes.explain(|explanation| {
        if found {
            let items: Vec<_> = both().map(|(language, _)| language.english_name().to_owned()).collect();
            explanation.reason(ReasonCode::LanguageShared, format!("Both speak {}", enumeration(&items)), items);
        } else {
            let (first, second) = ascending(&a.languages, &b.languages);
            let text = format!("No common language: {} on one side, {} on the other", names(first), names(second));
            let items = first.iter().chain(second).map(|language| language.english_name().to_owned()).collect();
            explanation.counter(ReasonCode::LanguageNoneShared, text, items);
        }
    });
    Some(if found { 1.0 } else { 0.0 })
}

fn names(languages: &[Language]) -> String {
    enumeration(&languages.iter().map(|language| language.english_name().to_owned()).collect::<Vec<_>>())
}

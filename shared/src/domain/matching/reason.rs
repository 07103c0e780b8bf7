//! What a component says about its value: for people as a sentence, for programs as a code with the items it names.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Longer lists are not read.
const NAMED: usize = 5;

/// One fact that raised or lowered a component.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub struct Reason {
    pub code: ReasonCode,
    /// A sentence that names the items, without a full stop.
    #[schema(example = "Rust complements product design: 0.82")]
    pub text: String,
    /// What the sentence is about, in a stable order.
    #[schema(example = json!(["Rust", "product design"]))]
    pub items: Vec<String>,
}

impl Reason {
    /// That nothing is said about the words of two people, and why.
    pub(super) fn text_not_compared() -> Self {
        let text = "What they say about themselves was not compared: one of them says nothing, or only just did";
        Self::new(ReasonCode::TextNotCompared, text.to_owned(), Vec::new())
    }

    /// That nothing is said about the words of a person and of a project, and why.
    pub(super) fn project_not_compared() -> Self {
        let text = "What the person says was not compared with what the project says: one of them says nothing, or only just did";
        Self::new(ReasonCode::TextNotCompared, text.to_owned(), Vec::new())
    }

    /// That nobody has said yet what these skills complement.
    pub(super) fn skills_unknown(skills: impl Iterator<Item = String>) -> Self {
        let items: Vec<_> = skills.take(NAMED).collect();
        let text = format!("Not compared, because the skill matrix does not know it: {}", enumeration(&items));
        Self::new(ReasonCode::SkillUnknown, text, items)
    }

    pub(super) fn new(code: ReasonCode, text: String, items: Vec<String>) -> Self {
        Self { code, text, items }
    }
}

/// The stable names of reasons and counter-reasons. A code never changes its meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReasonCode {
    SkillComplement,
    SkillShared,
    SkillUnmatched,
    SkillUnknown,
    FieldSynergy,
    FieldShared,
    FieldDistant,
    ExperienceSimilar,
    ExperienceSuitsMentoring,
    ExperienceDistant,
    InterestShared,
    InterestNoneShared,
    GoalShared,
    GoalComplement,
    GoalMismatch,
    LanguageShared,
    LanguageNoneShared,
    WorkingTimeShared,
    WorkingTimeDistant,
    HoursSimilar,
    HoursDistant,
    PlaceSameCity,
    PlaceSameCountry,
    PlaceDistant,
    TextSimilar,
    TextDistant,
    TextNotCompared,
    NeedCovered,
    NeedComplemented,
    NeedMissing,
    ExperienceEnough,
    ExperienceLacking,
    HoursEnough,
    HoursLacking,
}

/// Where components leave their reasons. Ranking hundreds of candidates needs totals only, so reasons are written
/// down by the same code that computes the values, but only when somebody will read them.
#[derive(Debug)]
pub(super) enum Notes {
    Silent,
    Kept(Explanation),
}

#[derive(Debug, Default)]
pub(super) struct Explanation {
    pub(super) reasons: Vec<Reason>,
    pub(super) counter_reasons: Vec<Reason>,
}

impl Notes {
    /// Runs `write` if the explanation will be read.
    pub(super) fn explain(&mut self, write: impl FnOnce(&mut Explanation)) {
        if let Self::Kept(explanation) = self {
            write(explanation);
        }
    }

    pub(super) fn into_explanation(self) -> Explanation {
        match self {
            Self::Silent => Explanation::default(),
            Self::Kept(explanation) => explanation,
        }
    }
}

impl Explanation {
    pub(super) fn reason(&mut self, code: ReasonCode, text: String, items: Vec<String>) {
        self.reasons.push(Reason::new(code, text, items));
    }

    pub(super) fn counter(&mut self, code: ReasonCode, text: String, items: Vec<String>) {
        self.counter_reasons.push(Reason::new(code, text, items));
    }
}

/// Joins items as in "a, b and c".
pub(super) fn enumeration(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// Begins a sentence with `label`. Names such as "iOS development" keep their small letter.
pub(super) fn capitalised(label: &str) -> String {
    let mut chars = label.chars();
    match (chars.next(), chars.next()) {
        (Some(first), Some(second)) if second.is_lowercase() => {
            first.to_uppercase().chain(label.chars().skip(1)).collect()
        }
        _ => label.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_read_well() {
        let items = ["a", "b", "c"].map(str::to_owned);
        assert_eq!(enumeration(&items), "a, b and c");
        assert_eq!(enumeration(&items[..1]), "a");
        assert_eq!(
            ["product design", "iOS development", "C++", ""].map(capitalised).join("|"),
            "Product design|iOS development|C++|"
        );
    }

    #[test]
    fn codes_are_in_snake_case_on_the_wire() {
        assert_eq!(serde_json::to_value(ReasonCode::SkillComplement).unwrap(), "skill_complement");
    }
}

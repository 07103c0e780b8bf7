//! Taste: how much each component matters to somebody, learned from whom they liked and on whom they passed.
//!
//! Every answer keeps how the two people compared at that moment, and a taste is nothing but the sum of somebody's
//! answers: it does not depend on their order or on the time, and can be counted again. A component in which those who
//! were liked differ from those who were passed on weighs more or less for this person, within bounds. The score of a
//! pair stays what it is for both.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{ComponentName, Leaning, Score, Weights};
use crate::domain::id::UserId;
use crate::domain::pair::{Pair, Stance};
use crate::domain::time::Timestamp;

const COMPONENTS: usize = ComponentName::ALL.len();

/// Fewer answers of either kind say nothing about a component, and this many more say half of what many would.
const MIN_ANSWERS: u32 = 5;
/// What a difference of 1 between the means is worth, once there are many answers.
const STRENGTH: f64 = 2.0;
/// How far a weight may move, as multiples of what it was.
const BOUNDS: (f64, f64) = (0.5, 1.5);
/// Weights move in steps of one in so many, so that most answers leave the order of a list, and what is kept of it, alone.
const STEPS: f64 = 20.0;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Liked,
    Passed,
}

impl Verdict {
    pub const ALL: [Self; 2] = [Self::Liked, Self::Passed];

    /// What one person newly says of the other, if `after` says so and `before` did not. Blocks and unmatching say nothing.
    pub fn given(before: &Pair, after: &Pair, by: UserId) -> Option<Self> {
        let [before, after] = [before, after].map(|pair| pair.side(by).stance.as_ref().map(Self::of));
        after.filter(|_| before != after)
    }

    fn of(stance: &Stance) -> Self {
        match stance {
            Stance::Liked { .. } => Self::Liked,
            Stance::Passed { .. } => Self::Passed,
        }
    }
}

/// How two people compared when one of them answered: the values of the components in whole percent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Impression([Option<u8>; COMPONENTS]);

impl Impression {
    pub fn new(values: impl IntoIterator<Item = (ComponentName, u8)>) -> Self {
        let mut impression = Self::default();
        for (name, percent) in values {
            impression.0[name.index()] = Some(percent.min(100));
        }
        impression
    }

    pub fn iter(&self) -> impl Iterator<Item = (ComponentName, u8)> {
        ComponentName::ALL.into_iter().zip(self.0).filter_map(|(name, percent)| Some((name, percent?)))
    }
}

impl From<&Score> for Impression {
    fn from(score: &Score) -> Self {
        let percent = |value: f64| (0..100_u8).find(|percent| value * 100.0 < f64::from(*percent) + 0.5).unwrap_or(100);
        Self::new(score.components.iter().map(|component| (component.name, percent(component.value))))
    }
}

/// What somebody says of somebody else. The newest answer about a person replaces the one before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub verdict: Verdict,
    pub impression: Impression,
    pub at: Timestamp,
    /// How often its giver had begun anew: answers from before that no longer count.
    pub era: u64,
    /// Grows with every answer about the same person.
    pub version: u64,
}

/// An answer, and the one that it replaces; or one that is taken back, which leaves none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lesson {
    pub earlier: Option<Answer>,
    pub answer: Option<Answer>,
    /// How often the giver has begun anew.
    pub era: u64,
}

/// One number of a taste.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Opinion {
    /// How many answers there are.
    Answers,
    /// In how many of them the two could be compared in this.
    Count(ComponentName),
    /// The sum of the percents.
    Sum(ComponentName),
}

impl Opinion {
    pub fn all() -> impl Iterator<Item = Self> {
        let of = |name| [Self::Count(name), Self::Sum(name)];
        std::iter::once(Self::Answers).chain(ComponentName::ALL.into_iter().flat_map(of))
    }
}

/// By how much one number of a taste changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    pub verdict: Verdict,
    pub opinion: Opinion,
    pub by: i64,
}

impl Lesson {
    pub fn new(earlier: Option<Answer>, verdict: Verdict, impression: Impression, at: Timestamp, era: u64) -> Self {
        let version = earlier.as_ref().map_or(1, |earlier| earlier.version.saturating_add(1));
        Self { earlier, answer: Some(Answer { verdict, impression, at, era, version }), era }
    }

    /// What is left of an answer that is taken back: nothing, also of what it taught.
    pub const fn taken_back(earlier: Option<Answer>, era: u64) -> Self {
        Self { earlier, answer: None, era }
    }

    /// What the lesson changes: the new answer comes in, and the earlier one goes out, if it was counted.
    pub fn steps(&self) -> Vec<Step> {
        let mut changes: BTreeMap<(Verdict, Opinion), i64> = BTreeMap::new();
        let counted = self.earlier.as_ref().filter(|earlier| earlier.era == self.era);
        let (outgoing, incoming) = (counted.map(|answer| (answer, -1)), self.answer.as_ref().map(|answer| (answer, 1)));
        for (answer, sign) in outgoing.into_iter().chain(incoming) {
            let mut add = |opinion, by: i64| *changes.entry((answer.verdict, opinion)).or_default() += sign * by;
            add(Opinion::Answers, 1);
            for (name, percent) in answer.impression.iter() {
                add(Opinion::Count(name), 1);
                add(Opinion::Sum(name), i64::from(percent));
            }
        }
        let moving = changes.into_iter().filter(|(_, by)| *by != 0);
        moving.map(|((verdict, opinion), by)| Step { verdict, opinion, by }).collect()
    }
}

/// The sum of one person's answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Taste {
    /// Grows with every change; zero before the first.
    pub version: u64,
    /// How often the person has begun anew.
    pub era: u64,
    /// Whether the person does not want weights to move. Answers are counted all the same.
    pub is_off: bool,
    /// How often the person has let somebody back into their lists, by unblocking or by taking an answer back. It is no matter of taste, but stands where every list
    /// looks, so that what was kept before is not looked at again.
    pub returns: u64,
    numbers: [[u32; 2 * COMPONENTS + 1]; 2],
}

impl Taste {
    /// A taste that knows nothing yet.
    pub fn new(version: u64, era: u64, is_off: bool) -> Self {
        Self { version, era, is_off, ..Self::default() }
    }

    pub fn number(&self, verdict: Verdict, opinion: Opinion) -> u32 {
        self.numbers[verdict as usize][place(opinion)]
    }

    pub fn set(&mut self, verdict: Verdict, opinion: Opinion, number: u32) {
        self.numbers[verdict as usize][place(opinion)] = number;
    }

    pub fn learn(&mut self, lesson: &Lesson) {
        self.version += 1;
        self.returns += u64::from(lesson.answer.is_none());
        for Step { verdict, opinion, by } in lesson.steps() {
            let number = i64::from(self.number(verdict, opinion)).saturating_add(by);
            self.set(verdict, opinion, u32::try_from(number).unwrap_or(0));
        }
    }

    /// A taste that knows nothing, for a person who begins anew.
    #[must_use]
    pub fn forgotten(&self) -> Self {
        Self { returns: self.returns, ..Self::new(self.version + 1, self.era + 1, self.is_off) }
    }

    #[must_use]
    pub fn switched(self, is_off: bool) -> Self {
        Self { version: self.version + 1, is_off, ..self }
    }

    /// How this person weighs the components, if that is not how everybody does.
    pub fn leaning(&self, base: &Weights) -> Option<Leaning> {
        if self.is_off { None } else { self.would_lean(base) }
    }

    /// The same for a person who wants weights to stay, to show them what it would be.
    pub fn would_lean(&self, base: &Weights) -> Option<Leaning> {
        let factors = ComponentName::ALL.map(|name| self.factor(name));
        let has_moved = factors.iter().flatten().any(|factor| (factor - 1.0).abs() > f64::EPSILON);
        let weights = base.moved(&factors.map(|factor| factor.unwrap_or(1.0)), BOUNDS);
        let because = ComponentName::ALL.map(|name| self.factor(name).map(|_| self.because(name)));
        has_moved.then_some(Leaning::new(self.version, *base, weights, because))
    }

    /// By how much a component matters more or less than to others, if there are enough answers to tell.
    fn factor(&self, name: ComponentName) -> Option<f64> {
        let enough = Verdict::ALL.iter().map(|verdict| self.number(*verdict, Opinion::Count(name))).min()?;
        if enough < MIN_ANSWERS {
            return None;
        }
        let confidence = f64::from(enough) / f64::from(enough.saturating_add(MIN_ANSWERS));
        let difference = self.mean(Verdict::Liked, name) - self.mean(Verdict::Passed, name);
        let factor = (1.0 + STRENGTH * difference * confidence).clamp(BOUNDS.0, BOUNDS.1);
        Some((factor * STEPS).round() / STEPS)
    }

    /// 0 to 1.
    fn mean(&self, verdict: Verdict, name: ComponentName) -> f64 {
        let count = self.number(verdict, Opinion::Count(name)).max(1);
        (f64::from(self.number(verdict, Opinion::Sum(name))) / (100.0 * f64::from(count))).clamp(0.0, 1.0)
    }

    fn because(&self, name: ComponentName) -> String {
        let [likes, passes] = Verdict::ALL.map(|verdict| self.number(verdict, Opinion::Count(name)));
        let [of_likes, of_passes] = Verdict::ALL.map(|verdict| self.mean(verdict, name));
        format!("{likes} likes had {of_likes:.2} here, {passes} passes {of_passes:.2}")
    }
}

fn place(opinion: Opinion) -> usize {
    match opinion {
        Opinion::Answers => 0,
        Opinion::Count(name) => 1 + 2 * name.index(),
        Opinion::Sum(name) => 2 + 2 * name.index(),
    }
}

#[cfg(test)]
#[path = "taste_tests.rs"]
mod tests;

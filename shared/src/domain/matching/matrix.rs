//! How well any two skills complement each other: interned skills and one dense table.

use std::collections::HashMap;

use super::matrix_builtin::{Cluster, PAIRS, SKILLS, cluster_percent};
use super::statement::SkillPair;
use crate::domain::profile::Skill;

/// Values are whole percent, which are exact in sums.
pub(super) type Percent = u8;

/// The place of a skill in one matrix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct SkillId(u16);

impl SkillId {
    pub(super) fn index(self) -> usize {
        usize::from(self.0)
    }
}

/// What two people share who have the same skill: they can work together, but neither brings anything new.
pub(super) const SAME_SKILL: Percent = 50;

/// For pairs of known skills about which nobody said anything.
const UNSTATED: Percent = 40;

/// A triangle has one cell for a pair of skills in either order, so the matrix is symmetric by construction.
#[derive(Clone, Debug)]
pub struct SkillMatrix {
    version: u64,
    ids: HashMap<String, SkillId>,
    labels: Vec<String>,
    /// Those of the built-in skills, which come first.
    clusters: Vec<Cluster>,
    triangle: Vec<Cell>,
}

/// The value of a pair, and whether it was stated about this very pair.
#[derive(Clone, Copy, Debug)]
struct Cell(u8);

impl Cell {
    const STATED: u8 = 1 << 7;

    const fn assumed(percent: Percent) -> Self {
        Self(percent)
    }

    const fn stated(percent: Percent) -> Self {
        Self(percent | Self::STATED)
    }

    const fn percent(self) -> Percent {
        self.0 & !Self::STATED
    }

    const fn is_stated(self) -> bool {
        self.0 & Self::STATED != 0
    }
}

impl SkillMatrix {
    /// The table grows with the square of this; 1,000 skills take half a megabyte.
    pub const MAX_SKILLS: usize = 1_000;

    /// The matrix that is compiled in. Its version is 0; a change to its values is a new engine version.
    pub fn builtin() -> Self {
        let mut matrix =
            Self { version: 0, ids: HashMap::new(), labels: Vec::new(), clusters: Vec::new(), triangle: Vec::new() };
        for (label, cluster) in SKILLS {
            let Ok(skill) = Skill::parse(label) else { continue };
            matrix.intern(&skill);
            matrix.clusters.push(*cluster);
            let row = SKILLS.iter().take(matrix.labels.len() - 1);
            let start = matrix.triangle.len() - matrix.labels.len();
            for (cell, (_, other)) in matrix.triangle[start..].iter_mut().zip(row) {
                *cell = Cell::assumed(cluster_percent(*cluster, *other));
            }
        }
        for (a, b, percent) in PAIRS {
            if let (Ok(a), Ok(b)) = (Skill::parse(a), Skill::parse(b)) {
                matrix.set(&a, &b, *percent);
            }
        }
        matrix
    }

    /// This matrix with `pairs` on top: new skills are added, stated values replaced, all others kept. Pairs whose skills
    /// are too many are left out.
    #[must_use]
    pub(super) fn with_what_fits<'p>(self, version: u64, pairs: impl IntoIterator<Item = &'p SkillPair>) -> Self {
        let mut matrix = Self { version, ..self };
        for pair in pairs {
            let [a, b] = pair.skills();
            let new = [a, b].into_iter().filter(|skill| !matrix.knows(skill)).count();
            if matrix.len() + new <= Self::MAX_SKILLS {
                matrix.intern(a);
                matrix.intern(b);
                matrix.set(a, b, pair.percent());
            }
        }
        matrix
    }

    pub fn version(&self) -> u64 {
        self.version
    }

    /// The number of skills that the matrix knows.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// How well two skills complement each other, 0 to 1, if the matrix knows both.
    pub fn complementarity(&self, a: &Skill, b: &Skill) -> Option<f64> {
        Some(f64::from(self.percent(self.id(a)?, self.id(b)?)) / 100.0)
    }

    pub fn knows(&self, skill: &Skill) -> bool {
        self.ids.contains_key(skill.canonical())
    }

    pub(super) fn id(&self, skill: &Skill) -> Option<SkillId> {
        self.ids.get(skill.canonical()).copied()
    }

    /// All skills that the matrix knows, by their canonical names.
    pub(super) fn skills(&self) -> impl Iterator<Item = (&str, SkillId)> {
        self.ids.iter().map(|(canonical, id)| (canonical.as_str(), *id))
    }

    /// The name of a skill as it reads in a sentence.
    pub(super) fn label(&self, id: SkillId) -> &str {
        self.labels.get(usize::from(id.0)).map_or("", String::as_str)
    }

    /// What two skills are for, if their value is only what holds for most skills that are for that.
    pub(super) fn generalised(&self, a: SkillId, b: SkillId) -> Option<[&'static str; 2]> {
        let is_stated = self.triangle.get(place(a, b)).copied().is_some_and(Cell::is_stated);
        let [one, other] = [a, b].map(|id| self.clusters.get(id.index()).copied());
        one.zip(other).filter(|_| !is_stated).map(|(one, other)| [one.label(), other.label()])
    }

    pub(super) fn percent(&self, a: SkillId, b: SkillId) -> Percent {
        self.triangle.get(place(a, b)).map_or(UNSTATED, |cell| cell.percent())
    }

    /// Adds a skill that is not known yet, with a row of values for it and all skills before it.
    fn intern(&mut self, skill: &Skill) {
        let Ok(next) = u16::try_from(self.labels.len()) else { return };
        if self.ids.contains_key(skill.canonical()) {
            return;
        }
        self.ids.insert(skill.canonical().to_owned(), SkillId(next));
        self.triangle.resize(self.triangle.len() + self.labels.len(), Cell::assumed(UNSTATED));
        self.triangle.push(Cell::assumed(SAME_SKILL));
        self.labels.push(skill.as_str().to_owned());
    }

    fn set(&mut self, a: &Skill, b: &Skill, percent: Percent) {
        if let (Some(a), Some(b)) = (self.id(a), self.id(b)) {
            self.triangle[place(a, b)] = Cell::stated(percent);
        }
    }
}

impl Default for SkillMatrix {
    fn default() -> Self {
        Self::builtin()
    }
}

fn place(a: SkillId, b: SkillId) -> usize {
    let (low, high) = (usize::from(a.0.min(b.0)), usize::from(a.0.max(b.0)));
    high * (high + 1) / 2 + low
}

#[cfg(test)]
mod tests {
    use super::*;

    fn skill(text: &str) -> Skill {
        Skill::parse(text).unwrap()
    }

    fn percent(matrix: &SkillMatrix, a: &str, b: &str) -> Option<u8> {
        Some(matrix.percent(matrix.id(&skill(a))?, matrix.id(&skill(b))?))
    }

    fn generalised(matrix: &SkillMatrix, a: &str, b: &str) -> Option<[&'static str; 2]> {
        matrix.generalised(matrix.id(&skill(a))?, matrix.id(&skill(b))?)
    }

    #[test]
    fn every_built_in_statement_is_in_the_table() {
        let matrix = SkillMatrix::builtin();
        assert_eq!(matrix.len(), SKILLS.len(), "a built-in skill is repeated or cannot be read");
        for (a, b, value) in PAIRS {
            assert_eq!(percent(&matrix, a, b), Some(*value), "{a}, {b}");
            assert_eq!(percent(&matrix, b, a), Some(*value), "{b}, {a}");
            assert_eq!(generalised(&matrix, b, a), None, "{b}, {a}");
        }
        let stated = |a: &str, b: &str| PAIRS.iter().any(|(c, d, _)| (a, b) == (*c, *d) || (a, b) == (*d, *c));
        for (a, cluster) in SKILLS {
            assert_eq!(percent(&matrix, a, a), Some(SAME_SKILL), "{a}");
            for (b, other) in SKILLS.iter().filter(|(b, _)| a != b && !stated(a, b)) {
                assert_eq!(percent(&matrix, a, b), Some(cluster_percent(*cluster, *other)), "{a}, {b}");
                assert_eq!(generalised(&matrix, a, b), Some([cluster.label(), other.label()]), "{a}, {b}");
            }
        }
    }

    #[test]
    fn amending_adds_and_replaces_and_keeps_the_rest() {
        let builtin = SkillMatrix::builtin();
        let pairs = [
            SkillPair::parse("Falconry", "rust", 0.9).unwrap(),
            SkillPair::parse("Rust", "product design", 0.1).unwrap(),
        ];
        let amended = builtin.clone().with_what_fits(7, &pairs);
        assert_eq!((amended.version(), amended.len()), (7, builtin.len() + 1));
        assert_eq!(percent(&amended, "rust", "falconry"), Some(90));
        assert_eq!(percent(&amended, "falconry", "go"), Some(UNSTATED));
        assert_eq!(percent(&amended, "falconry", "falconry"), Some(SAME_SKILL));
        assert_eq!(percent(&amended, "product design", "rust"), Some(10));
        assert_eq!(generalised(&amended, "falconry", "rust"), None, "stated");
        assert_eq!(generalised(&amended, "falconry", "go"), None, "it is in no cluster");
        assert_eq!(percent(&amended, "go", "product design"), percent(&builtin, "go", "product design"));
    }
}

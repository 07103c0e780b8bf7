//! What administrators state about pairs of skills, on top of the built-in matrix.

use std::collections::{BTreeMap, HashSet};

use serde::Deserialize;
use utoipa::ToSchema;

use super::SkillMatrix;
use super::matrix::Percent;
use crate::domain::fields::{Fields, Refusal};
use crate::domain::id::UserId;
use crate::domain::input::Input;
use crate::domain::profile::Skill;
use crate::domain::time::Timestamp;

/// A statement as a client sends it.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StatementInput {
    /// A skill of 1 to 50 characters, in any spelling.
    #[schema(value_type = String, min_length = 1, max_length = 50, example = "Rust")]
    pub a: Input<String>,
    /// Another skill.
    #[schema(value_type = String, min_length = 1, max_length = 50, example = "Falconry")]
    pub b: Input<String>,
    /// How well they complement each other, 0 to 1 in steps of 0.01.
    #[schema(value_type = f64, minimum = 0, maximum = 1, example = 0.8)]
    pub value: Input<f64>,
}

/// How well two skills complement each other. The one with the smaller canonical form comes first, so that a pair is
/// the same in either order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SkillPair {
    a: Skill,
    b: Skill,
    percent: Percent,
}

/// Which two skills a statement is about: one key for a pair, in whichever order and spelling it is given.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PairKey(String);

/// One stored statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    pub pair: SkillPair,
    pub stated_by: UserId,
    pub stated_at: Timestamp,
    /// The version of the matrix that this statement made, or was a part of.
    pub version: u64,
}

/// Everything that is stated at one version of the matrix.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Statements {
    version: u64,
    stated: BTreeMap<PairKey, Statement>,
}

/// What is to be written so that some pairs are stated.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    pub changes: Vec<SkillPair>,
    /// How many pairs are stated in the same words already.
    pub unchanged: usize,
    /// Pairs for which there is no room, by their place in what was asked for.
    pub refused: Vec<(usize, Refusal)>,
}

/// One change of the matrix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edit {
    State(SkillPair),
    /// The built-in value holds again.
    Withdraw(PairKey),
}

/// Canonical forms can be many times longer than what was written; two of these fit into the key of an item.
const MAX_CANONICAL_BYTES: usize = 200;

/// Canonical forms have no slash: it is folded to a space.
const SEPARATOR: char = '/';

impl SkillPair {
    /// `value` is 0 to 1 and kept in steps of 0.01.
    pub fn parse(a: &str, b: &str, value: f64) -> Result<Self, Refusal> {
        Self::new(skill("a", a)?, skill("b", b)?, percent(value)?)
    }

    /// Checks what a client sent, and notes every complaint under its field.
    pub fn take(fields: &mut Fields, input: &StatementInput) -> Option<Self> {
        let a = fields.read("a", &input.a, |text: &str| skill("a", text));
        let b = fields.read("b", &input.b, |text: &str| skill("b", text));
        let value = fields.read("value", &input.value, |value: &f64| percent(*value));
        let ((a, b), percent) = a.zip(b).zip(value)?;
        fields.take("b", Self::new(a, b, percent))
    }

    fn new(a: Skill, b: Skill, percent: Percent) -> Result<Self, Refusal> {
        let (a, b) = ordered(a, b)?;
        Ok(Self { a, b, percent })
    }

    /// The two skills, as whoever stated it wrote them.
    pub fn skills(&self) -> [&Skill; 2] {
        [&self.a, &self.b]
    }

    pub fn percent(&self) -> Percent {
        self.percent
    }

    pub fn value(&self) -> f64 {
        f64::from(self.percent) / 100.0
    }

    pub fn key(&self) -> PairKey {
        PairKey::new(&self.a, &self.b)
    }
}

impl PairKey {
    /// The key of two skills in any order and spelling; complaints are noted under `a` and `b`.
    pub fn take(fields: &mut Fields, a: &str, b: &str) -> Option<Self> {
        let (a, b) = (fields.take("a", skill("a", a)), fields.take("b", skill("b", b)));
        let (a, b) = a.zip(b)?;
        fields.take("b", ordered(a, b)).map(|(a, b)| Self::new(&a, &b))
    }

    fn new(a: &Skill, b: &Skill) -> Self {
        Self(format!("{}{SEPARATOR}{}", a.canonical(), b.canonical()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn skill(field: &str, text: &str) -> Result<Skill, Refusal> {
    let skill = Skill::parse(text)?;
    if skill.canonical().len() > MAX_CANONICAL_BYTES {
        return Err(format!("{field} must have at most {MAX_CANONICAL_BYTES} bytes in canonical form").into());
    }
    Ok(skill)
}

fn ordered(a: Skill, b: Skill) -> Result<(Skill, Skill), Refusal> {
    match a.canonical().cmp(b.canonical()) {
        std::cmp::Ordering::Less => Ok((a, b)),
        std::cmp::Ordering::Greater => Ok((b, a)),
        std::cmp::Ordering::Equal => Err("b must be another skill than a".into()),
    }
}

fn percent(value: f64) -> Result<Percent, Refusal> {
    // No number is within bounds that is none.
    let is_bounded = (0.0..=1.0).contains(&value);
    let nearest = (0..=100).find(|percent| (f64::from(*percent) / 100.0 - value).abs() <= 0.005);
    nearest.filter(|_| is_bounded).ok_or_else(|| "value must be 0 to 1".into())
}

impl Statements {
    /// More is no matrix that a person looks after.
    pub const MAX: usize = 10_000;

    pub fn new(version: u64, stated: impl IntoIterator<Item = Statement>) -> Self {
        let stated = stated.into_iter().map(|statement| (statement.pair.key(), statement)).collect();
        Self { version, stated }
    }

    pub fn version(&self) -> u64 {
        self.version
    }

    pub fn len(&self) -> usize {
        self.stated.len()
    }

    pub fn is_empty(&self) -> bool {
        self.stated.is_empty()
    }

    pub fn get(&self, key: &PairKey) -> Option<&Statement> {
        self.stated.get(key)
    }

    /// In the order of their keys, what follows the key `after`, and is about `skill` if one is named.
    pub fn page(&self, after: &str, skill: Option<&Skill>, limit: usize) -> Vec<&Statement> {
        let follow = self.stated.iter().filter(|(key, _)| key.as_str() > after).map(|(_, statement)| statement);
        let names = |statement: &&Statement| {
            let named = |skill: &Skill| statement.pair.skills().iter().any(|one| one.canonical() == skill.canonical());
            skill.is_none_or(named)
        };
        follow.filter(names).take(limit).collect()
    }

    /// How many statements there are after these edits, which are about different pairs.
    pub fn len_after(&self, edits: &[Edit]) -> usize {
        edits.iter().fold(self.len(), |count, edit| match edit {
            Edit::State(pair) => count + usize::from(self.get(&pair.key()).is_none()),
            Edit::Withdraw(key) => count - usize::from(self.get(key).is_some()),
        })
    }

    /// What is stated after these edits, which make the next version.
    pub fn edited(&mut self, edits: &[Edit], stated_by: UserId, stated_at: Timestamp) {
        self.version += 1;
        for edit in edits {
            match edit {
                Edit::State(pair) => {
                    let statement = Statement { pair: pair.clone(), stated_by, stated_at, version: self.version };
                    self.stated.insert(pair.key(), statement);
                }
                Edit::Withdraw(key) => drop(self.stated.remove(key)),
            }
        }
    }

    /// The built-in matrix with everything that is stated on top. A statement that no longer fits, because there are more
    /// built-in skills than when it was made, is left out.
    pub fn matrix(&self) -> SkillMatrix {
        let pairs = self.stated.values().map(|statement| &statement.pair);
        SkillMatrix::builtin().with_what_fits(self.version, pairs)
    }

    /// What there is to do so that `pairs`, which are all about different skills, are stated. Of more than there is room
    /// for, the first ones are.
    pub fn plan(&self, pairs: &[SkillPair]) -> Plan {
        let builtin = SkillMatrix::builtin();
        let skills = self.stated.values().flat_map(|statement| statement.pair.skills());
        let mut added: HashSet<&str> = skills.filter(|skill| !builtin.knows(skill)).map(Skill::canonical).collect();
        let mut count = self.stated.len();
        let mut plan = Plan::default();
        for (place, pair) in pairs.iter().enumerate() {
            let before = self.stated.get(&pair.key()).map(|statement| &statement.pair);
            if before == Some(pair) {
                plan.unchanged += 1;
                continue;
            }
            let unknown = pair.skills().into_iter().filter(|skill| !builtin.knows(skill)).map(Skill::canonical);
            let new: Vec<&str> = unknown.filter(|canonical| !added.contains(canonical)).collect();
            if before.is_none() && count >= Self::MAX {
                plan.refused.push((place, format!("the matrix has {} statements, and no room", Self::MAX).into()));
            } else if builtin.len() + added.len() + new.len() > SkillMatrix::MAX_SKILLS {
                let refusal = format!("the matrix knows {} skills, and has no room", SkillMatrix::MAX_SKILLS);
                plan.refused.push((place, refusal.into()));
            } else {
                count += usize::from(before.is_none());
                added.extend(new);
                plan.changes.push(pair.clone());
            }
        }
        plan
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::Id;
    use proptest::prelude::*;

    fn pair(a: &str, b: &str, value: f64) -> SkillPair {
        SkillPair::parse(a, b, value).unwrap()
    }

    fn stated(pairs: impl IntoIterator<Item = SkillPair>) -> Statements {
        let (stated_by, stated_at) =
            (UserId::from_parts(Timestamp::from_unix_millis(0), [0; 10]), Timestamp::from_unix_millis(0));
        Statements::new(7, pairs.into_iter().map(|pair| Statement { pair, stated_by, stated_at, version: 7 }))
    }

    #[test]
    fn a_pair_is_the_same_in_either_order_and_any_spelling() {
        let (one, other) = (pair("k8s", "Rust", 0.7), pair("RUST", "Kubernetes", 0.7));
        assert_eq!(one.key(), other.key());
        assert_eq!(one.key().as_str(), "kubernetes/rust");
        assert_eq!(pair("UI/UX", "C#", 0.1).key().as_str(), "c#/ui ux");
        let mut fields = Fields::default();
        assert_eq!(PairKey::take(&mut fields, "rust", "K8S"), Some(one.key()));
    }

    #[test]
    fn what_is_no_statement_is_refused() {
        for value in [-0.001, -0.1, 1.001, 1.01, 1e300, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(SkillPair::parse("a", "b", value).unwrap_err(), "value must be 0 to 1", "{value}");
        }
        assert_eq!(SkillPair::parse("Node", "node.js", 0.5).unwrap_err(), "b must be another skill than a");
        // One character that stands for eighteen.
        assert!(SkillPair::parse(&"\u{FDFA}".repeat(50), "b", 0.5).unwrap_err().contains("canonical"));
        assert!(SkillPair::parse(" / ", "b", 0.5).is_err());
    }

    #[test]
    fn a_statement_names_every_offending_field() {
        let mut fields = Fields::default();
        let input = StatementInput { a: Input::missing(), b: String::new().into(), value: f64::NAN.into() };
        assert!(SkillPair::take(&mut fields, &input).is_none());
        let error = fields.refused();
        let named: Vec<_> = error.fields().iter().map(|field| &*field.field).collect();
        assert_eq!(named, ["a", "b", "value"]);
    }

    #[test]
    fn a_plan_leaves_what_is_stated_and_replaces_what_differs() {
        let before = stated([pair("rust", "falconry", 0.9), pair("go", "falconry", 0.2)]);
        let wanted = [pair("falconry", "rust", 0.9), pair("falconry", "Go", 0.3), pair("sailing", "go", 0.4)];
        let plan = before.plan(&wanted);
        assert_eq!((plan.unchanged, plan.refused.len()), (1, 0));
        assert_eq!(plan.changes, wanted[1..]);
    }

    #[test]
    fn the_statement_after_the_last_is_refused_and_the_ones_before_can_still_change() {
        let skill = |n: usize| format!("skill {n}");
        let pairs = (0..200).flat_map(|a| (a + 1..200).map(move |b| (a, b))).take(Statements::MAX);
        let full = stated(pairs.map(|(a, b)| pair(&skill(a), &skill(b), 0.5)));
        assert_eq!(full.len(), Statements::MAX);
        let plan = full.plan(&[pair("rust", "go", 0.1), pair(&skill(0), &skill(1), 0.1)]);
        assert_eq!(plan.changes, [pair(&skill(0), &skill(1), 0.1)]);
        assert_eq!(plan.refused.iter().map(|(place, _)| *place).collect::<Vec<_>>(), [0]);
    }

    #[test]
    fn skills_are_bounded_too_and_what_is_planned_fits() {
        let pairs: Vec<_> = (0..1_200).map(|n| pair("rust", &format!("skill {n}"), 0.6)).collect();
        let plan = Statements::default().plan(&pairs);
        let room = SkillMatrix::MAX_SKILLS - SkillMatrix::builtin().len();
        assert_eq!((plan.changes.len(), plan.refused.len()), (room, 1_200 - room));
        let full = stated(plan.changes);
        assert_eq!(full.matrix().len(), SkillMatrix::MAX_SKILLS);
        assert_eq!(full.plan(&[pair("go", "skill 1", 0.3)]).changes.len(), 1, "a known skill needs no room");
        assert_eq!(stated(pairs).matrix().len(), SkillMatrix::MAX_SKILLS, "what no longer fits is left out");
    }

    proptest! {
        #[test]
        fn the_matrix_depends_on_what_is_stated_and_not_on_the_order(
            mut values in prop::collection::btree_map((0_u8..6, 6_u8..12), 0_u8..=100, 0..12).prop_map(|map| map.into_iter().collect::<Vec<_>>()),
            cut in any::<prop::sample::Index>(),
        ) {
            let pairs = |values: &[((u8, u8), u8)]| -> Vec<_> {
                values.iter().map(|((a, b), v)| pair(&format!("s{a}"), &format!("s{b}"), f64::from(*v) / 100.0)).collect()
            };
            let one = stated(pairs(&values)).matrix();
            if !values.is_empty() {
                let cut = cut.index(values.len());
                values.rotate_left(cut);
            }
            let other = stated(pairs(&values)).matrix();
            for pair in pairs(&values) {
                let [a, b] = pair.skills();
                prop_assert_eq!(one.complementarity(a, b), Some(pair.value()));
                prop_assert_eq!(one.complementarity(b, a), other.complementarity(a, b));
            }
            prop_assert_eq!(one.len(), other.len());
        }
    }
}

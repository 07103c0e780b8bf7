//! What the engine reads of a profile, prepared once so that scoring a pair compares small sorted lists.

use super::matrix::SkillId;
use super::{Side, SkillMatrix};
use crate::domain::embedding::Embedding;
use crate::domain::id::UserId;
use crate::domain::profile::{ExperienceYears, Field, Goal, HoursPerWeek, Interest, Language, Place, Skill, TimeZone};

/// Every list is sorted, so that neither a score nor its reasons depend on the order in a profile.
#[derive(Clone, Debug)]
pub struct Features<'p> {
    pub(super) user_id: UserId,
    pub(super) field: Field,
    pub(super) experience: ExperienceYears,
    pub(super) known_skills: Vec<SkillId>,
    pub(super) other_skills: Vec<&'p Skill>,
    pub(super) interests: Vec<&'p Interest>,
    pub(super) goals: Vec<Goal>,
    pub(super) languages: Vec<Language>,
    pub(super) time_zone: TimeZone,
    pub(super) hours: Option<HoursPerWeek>,
    pub(super) place: Option<&'p Place>,
    pub(super) embedding: Option<&'p Embedding>,
}

impl<'p> Features<'p> {
    /// The features that belong to `matrix`: score them with a model that has the same one.
    pub fn of(side: impl Into<Side<'p>>, matrix: &SkillMatrix) -> Self {
        let Side { profile, embedding } = side.into();
        let details = &profile.details;
        let mut known_skills = Vec::with_capacity(details.skills.len());
        let mut other_skills = Vec::new();
        for skill in &details.skills {
            match matrix.id(skill) {
                Some(id) => known_skills.push(id),
                None => other_skills.push(skill),
            }
        }
        known_skills.sort_unstable();
        other_skills.sort_unstable_by_key(|skill| skill.canonical());
        Self {
            user_id: profile.user_id,
            field: details.field,
            experience: details.experience_years,
            known_skills,
            other_skills,
            interests: sorted(details.interests.iter(), |interest| interest.canonical()),
            goals: sorted(details.goals.iter().copied(), |goal| *goal),
            languages: sorted(details.languages.iter().copied(), |language| *language),
            time_zone: details.time_zone,
            hours: details.hours_per_week,
            place: details.place.as_ref(),
            embedding,
        }
    }
}

fn sorted<T, K: Ord>(entries: impl Iterator<Item = T>, key: impl FnMut(&T) -> K) -> Vec<T> {
    let mut entries: Vec<T> = entries.collect();
    entries.sort_unstable_by_key(key);
    entries
}

/// The entries that two sorted lists have in common, in order, as pairs.
pub(super) fn shared<'a, T, K: Ord>(
    a: &'a [T],
    b: &'a [T],
    key: impl Fn(&'a T) -> K + Copy,
) -> impl Iterator<Item = (&'a T, &'a T)> {
    let mut rest = b;
    a.iter().filter_map(move |entry| {
        let wanted = key(entry);
        while let [first, behind @ ..] = rest
            && key(first) < wanted
        {
            rest = behind;
        }
        rest.first().filter(|found| key(found) == wanted).map(|found| (entry, found))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shared_entries_are_found_in_order() {
        let pairs: Vec<_> = shared(&[1, 3, 4, 9], &[0, 3, 5, 9, 10], |n| *n).map(|(a, b)| (*a, *b)).collect();
        assert_eq!(pairs, [(3, 3), (9, 9)]);
        assert_eq!(shared(&[1], &[], |n: &i32| *n).count(), 0);
    }
}

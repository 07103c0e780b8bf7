//! What the engine would say of anybody, in tables: the components are asked about everything that a candidate may be,
//! once per search, so that a scan of many thousands only looks it up.
//!
//! Rules are not written a second time here: a table is filled by the component itself, or with its constants. What is
//! left, the gains of skills, is held to the engine by the tests of `retrieval`.

use kernel::{Asker, LISTED, OWN, SIMILARITIES, SkillRow, SkillTables, Tables, Weights};

use super::SkillMatrix;
use super::components::{self, ascending, availability, interests, place, semantic};
use super::features::Features;
use super::matrix::{SAME_SKILL, SkillId};
use super::model::Model;
use super::person::Person;
use super::reason::Notes;
use super::score::ComponentName;
use crate::domain::embedding::{DIMENSIONS, ModelId, Vector};
use crate::domain::profile::{ExperienceYears, Field, Goal, HoursPerWeek};
use crate::domain::retrieval::hash;

/// What a weight of the model is in the tables.
struct Weighing<'m>(&'m Model);

impl Weighing<'_> {
    fn weight(&self, name: ComponentName) -> f32 {
        narrow(self.0.weights.of(name))
    }

    /// A component's value times its weight; no number if it has nothing to compare.
    fn weighted(&self, name: ComponentName, a: &Features<'_>, b: &Features<'_>) -> f32 {
        let value = components::measure(name)(a, b, &self.0.matrix, &mut Notes::Silent);
        value.map_or(f32::NAN, |value| narrow(value) * self.weight(name))
    }
}

/// Tables for one person and one model. Filters are for the caller to add.
pub(in crate::domain) fn tables(me: &Person, model: &Model, own: &kernel::Traits) -> Tables {
    let mine = Features::of(me, &model.matrix);
    let weighing = Weighing(model);
    let weight = |name| weighing.weight(name);
    let [no_city, same_country, same_city] = [0.0, place::SAME_COUNTRY, 1.0].map(narrow);
    let embedding = me.embedding().filter(|embedding| embedding.model == ModelId::CURRENT);
    Tables {
        filters: Vec::new(),
        asker: asker(own),
        own_id: *mine.user_id.as_uuid().as_bytes(),
        skills: skills(&mine, &model.matrix, weight(ComponentName::Skills)),
        field: fields(&mine, &weighing),
        goals: goals(&mine, &weighing),
        experience: experience(&mine, &weighing),
        guiding: [hash::goal(Goal::Mentor), hash::goal(Goal::BeMentored) | hash::goal(Goal::Learn)],
        minutes: mine.time_zone.offsets().map(minutes),
        time: time(weight(ComponentName::Availability)),
        hours: hours(mine.hours, weight(ComponentName::Availability)),
        shares: availability::SHARES.map(narrow),
        interests: bits(mine.interests.iter().map(|interest| hash::term(interest.canonical()))),
        interests_count: count(mine.interests.len()),
        interest_values: interest_values(weight(ComponentName::Interests)),
        languages: own.languages,
        country: own.country,
        city: own.city,
        place: [no_city, same_country, same_city].map(|value| value * weight(ComponentName::Place)),
        vector: Box::new(embedding.map_or([0; DIMENSIONS], |embedding| *embedding.vector.parts())),
        to_cosine: embedding.map_or(0.0, |_| 1.0 / Vector::PARTS),
        semantic: similarities().map(|value| narrow(value) * weight(ComponentName::Semantic)).collect(),
        weights: Weights {
            field: weight(ComponentName::Field),
            experience: weight(ComponentName::Experience),
            interests: weight(ComponentName::Interests),
            goals: weight(ComponentName::Goals),
            languages: weight(ComponentName::Languages),
            availability: weight(ComponentName::Availability),
            place: weight(ComponentName::Place),
            semantic: weight(ComponentName::Semantic),
        },
    }
}

fn asker(own: &kernel::Traits) -> Asker {
    Asker {
        languages: own.languages,
        country: hash::country_bit(own.country),
        city: own.city,
        coordinates: own.coordinates,
        field: 1 << own.field,
        goals: own.goals,
        experience: own.experience,
    }
}

fn fields(mine: &Features<'_>, weighing: &Weighing<'_>) -> [f32; 16] {
    let mut values = [0.0; 16];
    for field in Field::ALL {
        let theirs = Features { field: *field, ..mine.clone() };
        values[field.index()] = weighing.weighted(ComponentName::Field, mine, &theirs);
    }
    values
}

/// By the set of goals.
fn goals(mine: &Features<'_>, weighing: &Weighing<'_>) -> Vec<f32> {
    let mut theirs = mine.clone();
    let value = |mask| {
        theirs.goals.clear();
        theirs.goals.extend(Goal::ALL.iter().copied().filter(|goal| hash::goal(*goal) & mask != 0));
        weighing.weighted(ComponentName::Goals, mine, &theirs)
    };
    (0..=u8::MAX).map(value).collect()
}

/// By whether a candidate guides, and whether they want to be guided, and their years.
fn experience(mine: &Features<'_>, weighing: &Weighing<'_>) -> [[f32; 64]; 4] {
    let goals: [&[Goal]; 4] = [&[], &[Goal::Mentor], &[Goal::Learn], &[Goal::Mentor, Goal::Learn]];
    goals.map(|goals| {
        let mut theirs = Features { goals: goals.to_vec(), ..mine.clone() };
        let mut values = [0.0; 64];
        for (value, years) in values.iter_mut().zip(0..) {
            let Ok(years) = ExperienceYears::parse(years) else { break };
            theirs.experience = years;
            *value = weighing.weighted(ComponentName::Experience, mine, &theirs);
        }
        values
    })
}

/// What one's own offset shares with every other, by quarters of an hour.
fn minutes(own: i16) -> [u16; 256] {
    let mut shared = [0; 256];
    for offset in i8::MIN..=i8::MAX {
        let other = i16::from(offset) * hash::QUARTER;
        let minutes = availability::shared_minutes([own; 2], [other; 2]);
        shared[usize::from(offset.cast_unsigned())] = u16::try_from(minutes).unwrap_or(0);
    }
    shared
}

fn time(weight: f32) -> Vec<f32> {
    (0..=availability::WORKING_DAY).map(|minutes| narrow(availability::time_value(minutes)) * weight).collect()
}

fn hours(own: Option<HoursPerWeek>, weight: f32) -> [f32; 128] {
    let mut values = [0.0; 128];
    if let Some(own) = own {
        for (value, hours) in values.iter_mut().zip(0..).skip(1) {
            *value = narrow(availability::similarity(ascending(own.get(), hours))) * weight;
        }
    }
    values
}

fn interest_values(weight: f32) -> [[f32; LISTED + 1]; LISTED + 1] {
    let value = |shorter, in_common| narrow(interests::value(in_common, shorter)) * weight;
    std::array::from_fn(|shorter| std::array::from_fn(|in_common| value(shorter, in_common)))
}

/// What every similarity from -1 to 1 is worth.
fn similarities() -> impl Iterator<Item = f64> {
    let steps = u32::try_from(SIMILARITIES - 1).unwrap_or(1);
    (0..=steps).map(move |step| semantic::calibrated(2.0 * f64::from(step) / f64::from(steps) - 1.0))
}

fn skills(mine: &Features<'_>, matrix: &SkillMatrix, weight: f32) -> SkillTables {
    let own: Vec<SkillId> = mine.known_skills.iter().copied().take(OWN).collect();
    let mut places = vec![0_u16; 1 << 16];
    let mut rows = vec![SkillRow::default(); matrix.len()];
    for (canonical, id) in matrix.skills() {
        let place = &mut places[usize::from(hash::term(canonical))];
        // Of two skills with one hash always the same is kept.
        let own_place = u16::try_from(id.index()).unwrap_or(u16::MAX).saturating_add(2);
        *place = if *place == 0 { own_place } else { own_place.min(*place) };
        if let Some(row) = rows.get_mut(id.index()) {
            *row = skill_row(id, &own, mine, matrix);
        }
    }
    for skill in &mine.other_skills {
        let place = &mut places[usize::from(hash::term(skill.canonical()))];
        *place = (*place).max(1);
    }
    let greatest = rows.iter().flat_map(|row| row.theirs).max().unwrap_or(0);
    SkillTables { places, rows, known: count(own.len()), same: SAME_SKILL, greatest, weight }
}

fn skill_row(theirs: SkillId, own: &[SkillId], mine: &Features<'_>, matrix: &SkillMatrix) -> SkillRow {
    let mut row = SkillRow::default();
    let is_mine = mine.known_skills.binary_search(&theirs).is_ok();
    for (at, skill) in own.iter().enumerate() {
        let percent = matrix.percent(*skill, theirs);
        row.theirs[at] = percent;
        row.own[at] = if is_mine { percent.min(SAME_SKILL) } else { percent };
        row.same[at] = if *skill == theirs { u8::MAX } else { 0 };
    }
    row
}

/// A bit for each hash.
fn bits(hashes: impl Iterator<Item = u16>) -> Vec<u64> {
    let mut bits = vec![0_u64; 1 << 10];
    for hash in hashes {
        bits[usize::from(hash / 64)] |= 1 << (hash % 64);
    }
    bits
}

fn count(entries: usize) -> u32 {
    u32::try_from(entries).unwrap_or(u32::MAX)
}

#[expect(clippy::cast_possible_truncation, reason = "a sketch needs no more than seven digits")]
fn narrow(value: f64) -> f32 {
    value as f32
}

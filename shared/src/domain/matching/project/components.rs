//! The components of a fit. Each returns its value from 0 to 1, or nothing when there is nothing to compare.

use super::super::components::{ascending, availability, count, field as fields, goals as wishes, semantic as words};
use super::super::features::{Features, shared};
use super::super::matrix::{Percent, SkillId, SkillMatrix};
use super::super::person::comparable;
use super::super::reason::{Explanation, Notes, ReasonCode, capitalised, enumeration};
use super::super::score::ComponentName;
use super::{Need, Needs};
use crate::domain::profile::{ExperienceYears, Place};
use crate::domain::project::WorkMode;

type Measure = fn(&Features<'_>, &Needs<'_>, &SkillMatrix, &mut Notes) -> Option<f64>;

/// The components in the order in which a score lists them, with their weights, which make 1.
pub(super) const ALL: [(ComponentName, f64, Measure); 8] = [
    (ComponentName::Skills, 0.34, skills),
    (ComponentName::Field, 0.08, |person, needs, _, notes| Some(field(person, needs, notes))),
    (ComponentName::Experience, 0.06, |person, needs, _, notes| Some(experience(person, needs, notes))),
    (ComponentName::Goals, 0.12, |person, needs, _, notes| wishes::between(&person.goals, &needs.goals, notes)),
    (ComponentName::Languages, 0.08, languages),
    (ComponentName::Availability, 0.1, time),
    (ComponentName::Place, 0.06, place),
    (ComponentName::Semantic, 0.16, semantic),
];

/// Nobody has to bring everything: so many needs that are met are all that one person can be asked for.
const ENOUGH: usize = 4;
/// From here on a skill that complements a needed one is worth a reason.
const GOOD: Percent = 60;
/// Longer explanations are not read.
const NAMED: usize = 3;

/// How far a person meets one need, in percent, and by what.
#[derive(Clone, Copy)]
enum Met {
    Exactly,
    /// This skill complements the needed one: half of what the matrix says, because it is another skill.
    By(SkillId, Percent),
    Not,
}

impl Met {
    fn percent(self) -> u32 {
        match self {
            Self::Exactly => 100,
            Self::By(_, percent) => u32::from(percent) / 2,
            Self::Not => 0,
        }
    }
}

/// The needs that are met best, as many as one person can be asked for. Who says nothing about skills meets none.
fn skills(person: &Features<'_>, needs: &Needs<'_>, matrix: &SkillMatrix, notes: &mut Notes) -> Option<f64> {
    if needs.skills.is_empty() {
        return None;
    }
    let met: Vec<Met> = needs.skills.iter().map(|need| meets(person, *need, matrix)).collect();
    let mut percents: Vec<u32> = met.iter().map(|met| met.percent()).collect();
    percents.sort_unstable_by(|a, b| b.cmp(a));
    percents.truncate(ENOUGH);
    notes.explain(|explanation| explain_skills(explanation, needs, &met, matrix));
    Some(f64::from(percents.iter().sum::<u32>()) / (count(percents.len()) * 100.0))
}

fn meets(person: &Features<'_>, need: Need<'_>, matrix: &SkillMatrix) -> Met {
    let Some(id) = need.id else {
        let canonical = need.skill.canonical();
        let has = person.other_skills.binary_search_by_key(&canonical, |skill| skill.canonical()).is_ok();
        return if has { Met::Exactly } else { Met::Not };
    };
    if person.known_skills.binary_search(&id).is_ok() {
        return Met::Exactly;
    }
    let known = person.known_skills.iter().map(|skill| (matrix.percent(id, *skill), *skill));
    // Of equals the one the matrix lists first.
    let best = known.reduce(|best, next| if next.0 > best.0 { next } else { best });
    best.map_or(Met::Not, |(percent, skill)| Met::By(skill, percent))
}

fn explain_skills(explanation: &mut Explanation, needs: &Needs<'_>, met: &[Met], matrix: &SkillMatrix) {
    let needs = || needs.skills.iter().zip(met);
    let name = |need: &Need<'_>| need.skill.as_str().to_owned();
    let covered: Vec<_> = needs().filter(|(_, met)| matches!(met, Met::Exactly)).map(|(need, _)| name(need)).collect();
    if !covered.is_empty() {
        let named = &covered[..covered.len().min(NAMED)];
        let more = match covered.len() - named.len() {
            0 => String::new(),
            more => format!(" (and {more} more)"),
        };
        let text = format!("The project needs {}, and the person brings it{more}", enumeration(named));
        explanation.reason(ReasonCode::NeedCovered, text, named.to_vec());
    }
    let by = |met: &Met| if let Met::By(skill, percent) = met { Some((*skill, *percent)) } else { None };
    let mut partly: Vec<_> =
        needs().filter_map(|(need, met)| by(met).map(|(skill, percent)| (need, skill, percent))).collect();
    partly.sort_by_key(|(.., percent)| std::cmp::Reverse(*percent));
    for (need, skill, percent) in partly.iter().filter(|(.., percent)| *percent >= GOOD).take(NAMED) {
        let (own, needed) = (matrix.label(*skill).to_owned(), name(need));
        let text = format!("{} complements {needed}: {:.2}", capitalised(&own), f64::from(*percent) / 100.0);
        explanation.reason(ReasonCode::NeedComplemented, text, vec![own, needed]);
    }
    let is_missing = |met: &Met| by(met).map_or(matches!(met, Met::Not), |(_, percent)| percent < GOOD);
    let missing: Vec<_> = needs().filter(|(_, met)| is_missing(met)).map(|(need, _)| name(need)).take(NAMED).collect();
    if !missing.is_empty() {
        let text = format!("The project also needs {}", enumeration(&missing));
        explanation.counter(ReasonCode::NeedMissing, text, missing);
    }
}

fn field(person: &Features<'_>, needs: &Needs<'_>, notes: &mut Notes) -> f64 {
    let (first, second) = ascending(person.field, needs.details.field);
    if first == second {
        notes.explain(|explanation| {
            let items = vec![first.as_str().to_owned()];
            let text = format!("Person and project are in the same field: {}", first.as_str());
            explanation.reason(ReasonCode::FieldShared, text, items);
        });
        // Two people of one field gain less from each other than of two; a project is what its own field is for.
        return 1.0;
    }
    let percent = fields::synergy(first, second);
    notes.explain(|explanation| {
        let items = vec![first.as_str().to_owned(), second.as_str().to_owned()];
        let both = format!("{} and {}", capitalised(first.as_str()), second.as_str());
        let value = f64::from(percent) / 100.0;
        if percent >= fields::GOOD {
            explanation.reason(ReasonCode::FieldSynergy, format!("{both} work well together: {value:.2}"), items);
        } else if percent < fields::POOR {
            explanation.counter(ReasonCode::FieldDistant, format!("{both} rarely meet: {value:.2}"), items);
        }
    });
    f64::from(percent) / 100.0
}

/// As many years as the project asks for, or as its stage suggests; more are no better and no worse.
fn experience(person: &Features<'_>, needs: &Needs<'_>, notes: &mut Notes) -> f64 {
    let stated = needs.details.experience_years.map(ExperienceYears::get);
    let wanted = stated.unwrap_or_else(|| needs.details.stage.usual_years());
    let years = person.experience.get();
    notes.explain(|explanation| {
        let items = vec![years.to_string(), wanted.to_string()];
        let asks = match stated {
            Some(_) => format!("the project asks for {wanted}"),
            None => format!("a project at the stage {} usually asks for {wanted}", needs.details.stage.as_str()),
        };
        if years < wanted {
            let text = format!("{}, {asks}", years_of_experience(years));
            explanation.counter(ReasonCode::ExperienceLacking, text, items);
        } else if wanted > 0 {
            let text = format!("{}, {asks}", years_of_experience(years));
            explanation.reason(ReasonCode::ExperienceEnough, text, items);
        }
    });
    // The first few years count less than fully, as they do between two people.
    ((4.0 + f64::from(years)) / (4.0 + f64::from(wanted))).min(1.0)
}

fn years_of_experience(years: u8) -> String {
    if years == 1 { "1 year of experience".to_owned() } else { format!("{years} years of experience") }
}

fn languages(person: &Features<'_>, needs: &Needs<'_>, _: &SkillMatrix, notes: &mut Notes) -> Option<f64> {
    if person.languages.is_empty() || needs.languages.is_empty() {
        return None;
    }
    let both = shared(&person.languages, &needs.languages, |language| *language);
    let both: Vec<_> = both.map(|(language, _)| language.english_name().to_owned()).collect();
    let value = if both.is_empty() { 0.0 } else { 1.0 };
    notes.explain(|explanation| {
        if both.is_empty() {
            let names: Vec<_> = needs.languages.iter().map(|language| language.english_name().to_owned()).collect();
            let text = format!("The project talks in {}, the person does not", enumeration(&names));
            explanation.counter(ReasonCode::LanguageNoneShared, text, names);
        } else {
            let text = format!("The project talks in {}, and so does the person", enumeration(&both));
            explanation.reason(ReasonCode::LanguageShared, text, both);
        }
    });
    Some(value)
}

/// Shared working time if the project has a time zone, and the hours if both name them.
fn time(person: &Features<'_>, needs: &Needs<'_>, _: &SkillMatrix, notes: &mut Notes) -> Option<f64> {
    let time = needs.details.time_zone.map(|zone| {
        let zones = (person.time_zone, zone);
        let minutes = availability::shared_minutes(zones.0.offsets(), zones.1.offsets());
        notes.explain(|explanation| availability::explain_time(explanation, zones, minutes));
        availability::time_value(minutes)
    });
    let hours = person.hours.zip(needs.details.hours_per_week).map(|(has, wanted)| {
        let (has, wanted) = (has.get(), wanted.get());
        notes.explain(|explanation| {
            let text = format!("The person has {has} h a week, the project asks for {wanted} h");
            let items = vec![has.to_string(), wanted.to_string()];
            if has >= wanted {
                explanation.reason(ReasonCode::HoursEnough, text, items);
            } else {
                explanation.counter(ReasonCode::HoursLacking, text, items);
            }
        });
        (f64::from(has) / f64::from(wanted)).min(1.0)
    });
    match (time, hours) {
        (Some(time), Some(hours)) => Some(availability::SHARES[0] * time + availability::SHARES[1] * hours),
        (time, hours) => time.or(hours),
    }
}

/// How often people meet decides what the same country is worth. Where nobody meets there is nothing to compare.
fn place(person: &Features<'_>, needs: &Needs<'_>, _: &SkillMatrix, notes: &mut Notes) -> Option<f64> {
    let same_country = match needs.details.work_mode {
        WorkMode::Remote => return None,
        WorkMode::Hybrid => 0.6,
        WorkMode::OnSite => 0.2,
    };
    let (home, site) = person.place.zip(needs.details.place.as_ref())?;
    let is_same_country = home.country() == site.country();
    let is_same_city = is_same_country && home.canonical_city() == site.canonical_city();
    notes.explain(|explanation| explain_place(explanation, home, site, (is_same_country, is_same_city)));
    Some(match (is_same_country, is_same_city) {
        (_, true) => 1.0,
        (true, _) => same_country,
        _ => 0.0,
    })
}

fn explain_place(explanation: &mut Explanation, home: &Place, site: &Place, (country, city): (bool, bool)) {
    if city {
        let text = format!("The project meets where the person lives: {}", site.city());
        explanation.reason(ReasonCode::PlaceSameCity, text, vec![site.city().to_owned()]);
    } else if country {
        let text = format!("The project meets in the same country: {}", site.country().as_str());
        explanation.reason(ReasonCode::PlaceSameCountry, text, vec![site.country().as_str().to_owned()]);
    } else {
        let (home, site) = (home.country(), site.country());
        let (first, second) = ascending(home.as_str(), site.as_str());
        let text = format!("Different countries: {first} and {second}");
        explanation.counter(ReasonCode::PlaceDistant, text, vec![first.to_owned(), second.to_owned()]);
    }
}

fn semantic(person: &Features<'_>, needs: &Needs<'_>, _: &SkillMatrix, notes: &mut Notes) -> Option<f64> {
    let (said, written) = comparable(person.embedding, needs.embedding)?;
    let similarity = said.similarity(written);
    let value = words::calibrated(similarity);
    notes.explain(|explanation| {
        let shown = format!("{:.2}", similarity.max(0.0));
        if value >= words::GOOD {
            let text = format!("What the person says is close to what the project is about: {shown}");
            explanation.reason(ReasonCode::TextSimilar, text, vec![shown]);
        } else {
            let text = format!("The person speaks of other things than the project: {shown}");
            explanation.counter(ReasonCode::TextDistant, text, vec![shown]);
        }
    });
    Some(value)
}

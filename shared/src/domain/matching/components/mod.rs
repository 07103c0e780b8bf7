//! The components of a score, one file each.
//!
//! A component returns its value from 0 to 1, or nothing when a profile has no data for it. Swapping the two people
//! changes neither the value nor a word of the explanation.

pub(super) mod availability;
mod experience;
pub(super) mod field;
pub(super) mod goals;
pub(super) mod interests;
mod languages;
pub(super) mod place;
pub(super) mod semantic;
mod skills;

use super::features::Features;
use super::matrix::SkillMatrix;
use super::reason::Notes;
use super::score::ComponentName;

type Measure = fn(&Features<'_>, &Features<'_>, &SkillMatrix, &mut Notes) -> Option<f64>;

/// The function behind each name.
pub(super) fn measure(name: ComponentName) -> Measure {
    match name {
        ComponentName::Skills => skills::measure,
        ComponentName::Field => |a, b, _, notes| Some(field::measure(a, b, notes)),
        ComponentName::Experience => |a, b, _, notes| Some(experience::measure(a, b, notes)),
        ComponentName::Interests => |a, b, _, notes| interests::measure(a, b, notes),
        ComponentName::Goals => |a, b, _, notes| goals::measure(a, b, notes),
        ComponentName::Languages => |a, b, _, notes| languages::measure(a, b, notes),
        ComponentName::Availability => |a, b, _, notes| Some(availability::measure(a, b, notes)),
        ComponentName::Place => |a, b, _, notes| place::measure(a, b, notes),
        ComponentName::Semantic => |a, b, _, notes| semantic::measure(a, b, notes),
    }
}

/// A number of list entries, which a profile bounds far below what the type holds.
pub(super) fn count(entries: usize) -> f64 {
    f64::from(u32::try_from(entries).unwrap_or(u32::MAX))
}

/// The two in ascending order, so that a sentence does not depend on who comes first.
pub(super) fn ascending<T: Ord>(a: T, b: T) -> (T, T) {
    if a <= b { (a, b) } else { (b, a) }
}

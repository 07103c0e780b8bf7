//! Experience fit: peers fit when their years are similar, mentoring when the mentor has clearly more.

use super::super::features::Features;
use super::super::reason::{Explanation, Notes, ReasonCode};
use super::ascending;
use crate::domain::profile::Goal;

/// A mentor with this many years more is as good as it gets.
const MENTORING_GAP: f64 = 8.0;
const GOOD: f64 = 0.6;
const POOR: f64 = 0.4;

pub(super) fn measure(a: &Features<'_>, b: &Features<'_>, notes: &mut Notes) -> f64 {
    let (fewer, more) = ascending(a.experience.get(), b.experience.get());
    // Years count in proportion, and the first few less than fully: 0 to 1 is a smaller step than 0 to 10.
    let peers = (4.0 + f64::from(fewer)) / (4.0 + f64::from(more));
    let mentoring = guides(a, b).max(guides(b, a));
    notes.explain(|explanation| explain(explanation, (fewer, more), peers, mentoring));
    peers.max(mentoring)
}

/// How well `mentor` can guide `mentee`, 0 if they do not both want it.
fn guides(mentor: &Features<'_>, mentee: &Features<'_>) -> f64 {
    let wanted = mentor.goals.contains(&Goal::Mentor)
        && [Goal::BeMentored, Goal::Learn].iter().any(|goal| mentee.goals.contains(goal));
    if !wanted {
        return 0.0;
    }
    let gap = f64::from(mentor.experience.get()) - f64::from(mentee.experience.get());
    (gap / MENTORING_GAP).clamp(0.0, 1.0)
}

fn explain(explanation: &mut Explanation, (fewer, more): (u8, u8), peers: f64, mentoring: f64) {
    let items = vec![fewer.to_string(), more.to_string()];
    if mentoring >= GOOD && mentoring > peers {
        let text = format!("{fewer} and {more} years of experience suit mentoring");
        explanation.reason(ReasonCode::ExperienceSuitsMentoring, text, items);
    } else if peers >= GOOD {
        let text = format!("Similar experience: {fewer} and {more} years");
        explanation.reason(ReasonCode::ExperienceSimilar, text, items);
    } else if peers < POOR {
        let text = format!("Experience is far apart: {fewer} and {more} years");
        explanation.counter(ReasonCode::ExperienceDistant, text, items);
    }
}

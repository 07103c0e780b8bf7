//! The order of a list, as it is kept between two answers.

use std::cmp::Reverse;
use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use crate::domain::id::UserId;
use crate::domain::time::Timestamp;

/// One person's place in a list: a greater total comes first, and of equals the smaller id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Rank(Reverse<u16>, UserId);

impl Rank {
    /// `total` is 0 to 1 and kept in steps of 0.0001, which is how totals are rounded.
    pub fn new(user_id: UserId, total: f64) -> Self {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 10,000 after the clamp")]
        let steps = (total.clamp(0.0, 1.0) * 10_000.0).round() as u16;
        Self(Reverse(steps), user_id)
    }

    pub fn user_id(self) -> UserId {
        self.1
    }
}

/// People in the order of how well they fitted somebody at one time.
///
/// It says who is worth reading, and in which order. Who is shown, and with which score, is decided on fresh items.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ranking {
    as_of: Timestamp,
    ranks: Vec<Rank>,
}

impl Ranking {
    /// `as_of` is the time up to which everybody's edits are in it.
    pub fn new(as_of: Timestamp, mut ranks: Vec<Rank>) -> Self {
        ranks.sort_unstable();
        Self { as_of, ranks }
    }

    pub fn as_of(&self) -> Timestamp {
        self.as_of
    }

    /// What follows a place, or all. The person of that place need not be in the list any more.
    pub fn after(&self, place: Option<Rank>) -> &[Rank] {
        let start = place.map_or(0, |place| self.ranks.partition_point(|rank| *rank <= place));
        &self.ranks[start..]
    }

    /// The same list after some people have changed: `now` are the places of those among them who still belong in it.
    #[must_use]
    pub fn amended(mut self, changed: &[UserId], now: Vec<Rank>) -> Self {
        let changed: HashSet<UserId> = changed.iter().copied().collect();
        self.ranks.retain(|rank| !changed.contains(&rank.user_id()));
        self.ranks.extend(now);
        Self::new(self.as_of, self.ranks)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::id::Id;

    fn person(number: u8) -> UserId {
        UserId::from_parts(Timestamp::from_unix_seconds(1), [number; 10])
    }

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_unix_seconds(seconds)
    }

    #[test]
    fn a_place_is_found_again_when_its_person_is_gone() {
        let ranks = [(1, 0.9), (2, 0.7), (3, 0.7), (4, 0.5)].map(|(number, total)| Rank::new(person(number), total));
        let ranking = Ranking::new(at(1), ranks.to_vec());
        let ids = |ranks: &[Rank]| ranks.iter().map(|rank| rank.user_id()).collect::<Vec<_>>();
        assert_eq!(ids(ranking.after(None)), [1, 2, 3, 4].map(person));
        assert_eq!(ids(ranking.after(Some(ranks[1]))), [3, 4].map(person));
        let without = ranking.amended(&[person(2), person(4)], vec![Rank::new(person(4), 0.95)]);
        assert_eq!(ids(without.after(None)), [4, 1, 3].map(person));
        assert_eq!(ids(without.after(Some(ranks[1]))), [person(3)]);
        assert_eq!(without.as_of(), at(1));
    }

    proptest! {
        #[test]
        fn pages_show_everybody_once_in_order(
            totals in prop::collection::vec(0.0..=1.0_f64, 0..40), size in 1_usize..9,
        ) {
            let ranks = totals.iter().zip(0_u8..).map(|(total, number)| Rank::new(person(number), *total)).collect();
            let ranking = Ranking::new(at(1), ranks);
            let (mut seen, mut after) = (Vec::new(), None);
            loop {
                let page: Vec<Rank> = ranking.after(after).iter().copied().take(size).collect();
                let Some(last) = page.last() else { break };
                after = Some(*last);
                seen.extend(page);
            }
            prop_assert_eq!(seen.as_slice(), ranking.after(None));
            prop_assert!(seen.is_sorted());
        }

        #[test]
        fn a_ranking_survives_json(totals in prop::collection::vec(0.0..=1.0_f64, 0..9)) {
            let ranks = totals.iter().zip(0_u8..).map(|(total, number)| Rank::new(person(number), *total)).collect();
            let ranking = Ranking::new(at(1), ranks);
            let text = serde_json::to_string(&ranking).unwrap();
            prop_assert_eq!(serde_json::from_str::<Ranking>(&text).unwrap(), ranking);
        }
    }
}

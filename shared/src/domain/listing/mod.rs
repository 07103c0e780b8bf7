//! Who is in whose list of people, and what keeps somebody out of it.
//!
//! Invariants: whatever a list was retrieved, ranked or cached from, [`may_be_listed`] is asked about fresh items before
//! anybody is shown. [`obstacles`] tells a person only about their own side: neither a block nor a filter of the other one
//! can be told from its absence.

mod obstacle;
mod ranking;
mod wanted;

pub use obstacle::{Obstacle, may_be_listed, obstacles};
pub use ranking::{Rank, Ranking};
pub use wanted::{NEW_HERE, Wanted, WantedInput};

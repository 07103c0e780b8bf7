//! Suggestions: who is listed to somebody, best first.
//!
//! Invariant: a ranking, wherever it comes from, only says who is worth reading. Who is shown, and with which score, is
//! decided on items that are read for this very answer.

mod key;
mod page;
mod people;
mod presence;
mod ranker;
mod visits;

pub use page::Page;
pub use people::{Asked, People};
pub use presence::Presence;
pub use ranker::Ranker;
pub use visits::Visits;

//! The loops of retrieval: what is done once for every candidate of a search, and nothing else.
//!
//! They are a crate of their own because the rest of `shared` is compiled for size, and these must be compiled for speed.
//! Everything in here is numbers; what they mean is known in `shared/src/domain/retrieval`.
//!
//! What matters most is written in the instructions of each processor (`lanes.rs`), which `pulp` gives as safe functions:
//! there is no `unsafe` in here. Everything has a plain form too, and all forms give the same numbers.

mod best;
mod filter;
mod lanes;
mod scan;
mod sketch;
mod skills;
mod traits;

pub use best::{Best, Found};
pub use filter::{Asker, Filter, Near};
pub use scan::{Rows, dot_products, scan};
pub use sketch::{SIMILARITIES, Tables, Weights};
pub use skills::{OWN, SkillRow, SkillTables};
pub use traits::{Demands, LISTED, NOWHERE, Traits};

/// The length of a vector.
pub const DIMENSIONS: usize = 384;

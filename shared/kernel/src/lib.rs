//! The loops of retrieval: what is done once for every candidate of a search, and nothing else.
//!
//! They are a crate of their own because the rest of `shared` is compiled for size, and these must be compiled for speed.
//! Everything in here is numbers; what they mean is known in `shared/src/domain/retrieval`.
//!
//! The code is portable. `pulp` compiles it for several processors and picks at run time, which is its only task: so
//! there is no intrinsic and no `unsafe` in here, and a new processor needs no new code.

mod best;
mod filter;
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

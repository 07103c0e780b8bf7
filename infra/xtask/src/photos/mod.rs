//! Photos, against everything that is known to be hostile or real.

pub mod files;
pub mod fuzz;

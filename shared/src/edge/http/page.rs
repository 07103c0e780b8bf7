//! Lists in pages.

use crate::domain::fields::{Fields, Refusal};
use crate::error::Result;

const MAX_LIMIT: u32 = 100;

/// What `limit` is when it is left out, for `#[serde(default = "page_of::<20>")]`.
pub const fn page_of<const LIMIT: u32>() -> u32 {
    LIMIT
}

/// How many items a page may have, or a problem that names the parameter `limit`.
pub fn page_limit(asked: u32) -> Result<usize> {
    let mut fields = Fields::default();
    let limit = fields.take("limit", parse_limit(asked));
    fields.accept(limit)
}

/// The same for whoever has other parameters to refuse as well.
pub fn parse_limit(asked: u32) -> Result<usize, Refusal> {
    let is_allowed = (1..=MAX_LIMIT).contains(&asked);
    if is_allowed { Ok(asked as usize) } else { Err(format!("limit must be 1 to {MAX_LIMIT}").into()) }
}

//! Lists in pages.

use crate::error::{Error, Result};

const MAX_LIMIT: u32 = 100;

/// How many items a page may have, or a problem that names the parameter `limit`.
pub fn page_limit(asked: u32) -> Result<usize> {
    if (1..=MAX_LIMIT).contains(&asked) {
        return Ok(asked as usize);
    }
    Err(Error::invalid("limit", format!("limit must be 1 to {MAX_LIMIT}")))
}

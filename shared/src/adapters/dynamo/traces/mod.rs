//! What the tables know of somebody who is to be erased: one file per place. `infra/DATA.md` says where that is.

mod account;
mod marks;
mod pairs;
mod photos;
mod profile;
mod projects;
mod sessions;
mod sockets;
mod talks;
mod torn;

pub use account::AccountTraces;
pub use marks::MarkTraces;
pub use pairs::PairTraces;
pub use photos::PhotoTraces;
pub use profile::ProfileTraces;
pub use projects::DynamoProjectEstates;
pub use sessions::SessionTraces;
pub use sockets::SocketTraces;
pub use talks::TalkTraces;
pub use torn::{Repair, repairs};

use super::item::Key;
use super::range::Range;
use super::table::Table;
use crate::error::Result;
use crate::ports::erasures::Left;

/// How many items are taken away at a time.
const SOME: usize = 200;

/// Takes some items of a range away, whatever they are.
async fn clear(table: &Table, range: Range) -> Result<Left> {
    clear_but(table, range, |_| false).await
}

/// The same without those that lead to something elsewhere: a request that is under way may have written one since its step
/// looked, and by it the next round finds the rest.
async fn clear_but(table: &Table, range: Range, leads_on: impl Fn(&Key) -> bool) -> Result<Left> {
    let mut keys = table.keys_in(range.limit(SOME)).await?;
    let left = if keys.len() < SOME { Left::Nothing } else { Left::More };
    keys.retain(|key| !leads_on(key));
    table.write_many(Vec::new(), keys).await?;
    Ok(left)
}

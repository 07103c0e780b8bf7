//! Several people write to one conversation at the same moment: one of them is first, and the others come again.

use std::time::Duration;

use shared::error::Error;
use tokio::time::sleep;

use crate::Deps;

/// How often a write is tried when others were faster, or nobody knows what became of the last try. With the pauses it is
/// about five seconds, in which hundreds of others are committed.
pub(crate) const ROUNDS: usize = 40;
const FIRST_PAUSE: Duration = Duration::from_millis(8);
const LONGEST_PAUSE: Duration = Duration::from_millis(250);

/// Waits before another round: exponential, with full jitter, so that those who met do not meet again.
pub(crate) async fn step_aside(deps: &Deps, round: usize) {
    let Some(doublings) = round.checked_sub(1) else { return };
    let bound = FIRST_PAUSE.saturating_mul(1 << doublings.min(16)).min(LONGEST_PAUSE);
    let bound = u32::try_from(bound.as_micros()).unwrap_or(u32::MAX);
    sleep(Duration::from_micros(deps.ambient.below(bound).into())).await;
}

/// The end of the last round.
pub(crate) fn crowded() -> Error {
    Error::unavailable("others wrote to the conversation in every round")
}

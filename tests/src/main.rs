//! The one test binary: stories on the deployed local stack, stores against its tables, contracts between code and
//! documents, replays of events, and house rules. One binary, because linking the AWS SDK is what costs.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a story that cannot go on has failed, and says so"
)]

mod cache;
mod contracts;
mod costs;
mod histories;
mod house;
mod leftovers;
mod replay;
mod sim;
mod stores;
mod stories;
mod support;

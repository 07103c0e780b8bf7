//! The one test binary: stories on the deployed local stack, contracts between code and documents, replays of events,
//! and house rules. One binary, because linking the AWS SDK is what costs.

mod stories;
mod support;

//! The local AWS: an emulator process that runs the real template with the real function binaries.
//!
//! Invariants: the template on disk is the only description of the system, everything the emulator cannot take is changed
//! in `adapt.rs` and announced, and no process outlives the stack that started it.

mod adapt;
mod addresses;
mod cache;
mod client;
mod deploy;
mod emulator;
mod intrinsics;
mod logs;
mod mail_events;
mod probe;
mod redis;
mod references;
mod repair;
mod sam;
mod schedules;
mod stack;
mod template;
mod watch;

pub use cache::LocalCache;
pub use client::{ACCOUNT, Client, REGION};
pub use logs::LogLine;
pub use probe::{Mail, QueueDepth};
pub use redis::Reply;
pub use stack::{Deployment, LocalStack, StackOptions};
pub use template::read_template;
pub use watch::Watch;

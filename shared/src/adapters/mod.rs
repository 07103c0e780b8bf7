//! What stands behind the ports: one file per outside thing.
//!
//! Invariant: only a function's `main.rs` and `tests/` name anything in here.

pub mod aws;
pub mod cache;
pub mod candidates;
pub mod cdn;
pub mod dead_letters;
pub mod dynamo;
pub mod exports;
pub mod ledger;
pub mod mailer;
pub mod oauth;
pub mod photo_screen;
pub mod photos;
pub mod probes;
pub mod queues;
pub mod secrets;
pub mod segments;
pub mod sockets;
pub mod system;
pub mod vault;
mod web;

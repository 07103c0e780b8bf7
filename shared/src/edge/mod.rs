//! Where events come in: HTTP requests, queue and stream records, socket frames.
//!
//! Invariants: an edge names no adapter and no SDK. It turns what came in into validated values, and an
//! [`Error`](crate::error::Error) into what its wire calls one; it logs a failure once.

pub mod http;
pub mod queue;
pub mod schedule;
pub mod stream;
pub mod views;
pub mod ws;

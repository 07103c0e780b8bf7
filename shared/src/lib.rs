//! The common crate of all functions, in layers whose dependencies point inwards:
//! `edge → ports → domain`, `adapters → ports, domain`. Only a function's `main.rs` and `tests/` name adapters.

pub mod adapters;
pub mod config;
pub mod delivery;
pub mod domain;
pub mod edge;
pub mod error;
pub mod models;
pub mod ports;
pub mod presences;
pub mod received_likes;
pub mod suggestions;
pub mod telemetry;

//! What the product is about: ids, validated types, rules and the scoring engine.
//!
//! Invariants: pure. No async, no SDK, no clock, no source of chance, no environment, no HTTP. A type with a private
//! field was checked when it was made, so whoever holds one need not check again.

pub mod account;
pub mod audit;
pub mod backup;
pub mod breached;
pub mod cache;
pub mod code;
pub mod conversation;
pub mod dead_letter;
pub mod digest;
pub mod email;
pub mod embedding;
pub mod erasure;
pub mod export;
pub mod fields;
pub mod hex;
pub mod id;
pub mod input;
pub mod keys;
pub mod limit;
pub mod listing;
pub mod local_time;
pub mod locale;
pub mod mailbox;
pub mod matching;
pub mod oauth;
pub mod outbox;
pub mod pair;
pub mod password;
pub mod photo;
pub mod presence;
pub mod profile;
pub mod project;
pub mod report;
pub mod retrieval;
pub mod session;
pub mod settings;
pub mod socket;
pub mod text;
pub mod time;
pub mod token;
pub mod unsubscription;

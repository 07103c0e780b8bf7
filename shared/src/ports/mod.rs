//! What crosses the network, as traits: one file per noun, few methods, and the docs say what each must guarantee.
//!
//! Invariants: no SDK type and no HTTP appears here. A lookup answers `Option`, because "not there" is no error. A
//! failed call is an [`Error`](crate::error::Error) that says whether trying again can help.

pub mod accounts;
pub mod activity;
pub mod ambient;
pub mod backups;
pub mod cache;
pub mod cache_keeper;
pub mod cache_stats;
pub mod candidates;
pub mod codes;
pub mod conversations;
pub mod dead_letters;
pub mod digests;
pub mod embeddings;
pub mod erasures;
pub mod etag;
pub mod exports;
pub mod keys;
pub mod likes;
pub mod limits;
pub mod mail;
pub mod mailboxes;
pub mod marks;
pub mod matrix;
pub mod messages;
pub mod moderation;
pub mod oauth;
pub mod outbox;
pub mod pairs;
pub mod photos;
pub mod probe;
pub mod profiles;
pub mod projects;
pub mod registry;
pub mod reports;
pub mod sessions;
pub mod settings;
pub mod sockets;
pub mod tastes;
pub mod unsubscriptions;

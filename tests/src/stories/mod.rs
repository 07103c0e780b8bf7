//! Stories: what people do, told on the deployed local stack.

mod accounts;
mod bad_input;
mod blocks;
mod chat;
mod embeddings;
mod faults;
mod health;
mod identities;
mod keys;
mod limits;
mod listing;
mod main_job;
mod matching;
mod moderation;
mod oauth;
mod oauth_attacks;
mod passwords;
mod project_lists;
mod projects;
mod quotas;
mod sanctions;
mod sessions;
mod sockets;
mod staff;

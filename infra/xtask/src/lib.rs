//! What the developer's commands are made of, as a library: the tests start their stacks with it.

pub mod admin;
pub mod bench;
pub mod build;
pub mod calendar;
pub mod check;
pub mod commands;
pub mod demo;
pub mod deployment;
pub mod failure;
pub mod footprint;
pub mod local;
pub mod model;
pub mod operator;
pub mod package;
pub mod passwords;
pub mod photos;
pub mod programs;
pub mod progress;
pub mod provider;
pub mod table;
pub mod tools;
pub mod workspace;

pub use build::{FunctionZip, build_functions};
pub use failure::Failure;
pub use local::{LocalCache, LocalStack, Mail, QueueDepth, StackOptions};
pub use progress::Progress;

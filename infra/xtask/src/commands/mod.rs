//! One module per command.

pub mod admin;
pub mod bench;
pub mod check;
pub mod demo;
pub mod dlq;
pub mod down;
pub mod logs;
pub mod mail;
pub mod model;
pub mod package;
pub mod passwords;
pub mod photos;
pub mod restore;
pub mod test;
pub mod up;

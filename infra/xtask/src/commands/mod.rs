//! One module per command.

pub mod check;
pub mod demo;
pub mod down;
pub mod logs;
pub mod test;
pub mod up;

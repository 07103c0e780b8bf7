//! `cargo xtask demo`: the main job, shown on the running system.

use super::up;
use crate::demo;
use crate::failure::Failure;

pub fn run() -> Result<(), Failure> {
    demo::run(&up::record()?, &mut std::io::stdout())
}

//! The steps of `cargo xtask check`.

use std::process::Command;

use crate::failure::{Explain, Failure};
use crate::workspace;

pub mod dependencies;
pub mod license;
pub mod lints;
pub mod patterns;
pub mod secrets;
pub mod template;

/// Runs a tool at the repository's root; what it prints goes to the terminal.
fn run(command: &mut Command, remedy: &str) -> Result<(), Failure> {
    let name = format!("{} {}", command.get_program().display(), first_argument(command));
    let status = command.current_dir(workspace::root()).status().explain(|| format!("cannot run {name}"))?;
    if status.success() {
        return Ok(());
    }
    Err(Failure::new(format!("{name} found something")).remedy(remedy))
}

fn first_argument(command: &Command) -> String {
    command.get_args().next().map(|argument| argument.display().to_string()).unwrap_or_default()
}

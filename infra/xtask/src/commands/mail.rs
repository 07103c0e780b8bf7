//! `cargo xtask mail preview`: every mail in every language, to look at.

use std::process::Command;

use clap::{Args, Subcommand};

use crate::failure::{Explain, Failure};
use crate::progress::result;
use crate::workspace;

#[derive(Debug, Args)]
pub struct Options {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Write every mail in every language, as text and as HTML, to `target/mails`.
    Preview,
}

pub fn run(options: &Options) -> Result<(), Failure> {
    match options.action {
        Action::Preview => preview(),
    }
}

/// The whole workspace is named, so that nothing is compiled with other features than for every other command.
fn preview() -> Result<(), Failure> {
    let folder = workspace::target()?.join("mails");
    let mut cargo = Command::new("cargo");
    cargo.args(["build", "--profile", "local", "--workspace", "--example", "preview", "--quiet"]);
    let built = cargo.current_dir(workspace::root()).status().explain(|| "cannot run cargo".to_owned())?;
    if !built.success() {
        return Err(Failure::new("the mails do not build").remedy("fix what cargo reported above"));
    }
    let writer = workspace::target()?.join("local/examples/preview");
    let written = Command::new(&writer).arg(&folder).status().explain(|| format!("cannot run {}", writer.display()))?;
    if !written.success() {
        return Err(Failure::new("the mails could not be written").remedy("read what is said above"));
    }
    result(format_args!("Open {} in a browser.", folder.join("index.html").display()));
    Ok(())
}

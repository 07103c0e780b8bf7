//! `cargo xtask photos`: what becomes of pictures that are hostile, and of those that others have.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::failure::Failure;
use crate::photos::{files, fuzz};

#[derive(Debug, Args)]
pub struct Options {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Look for files that make a decoder panic, or take too much, guided by what they reach.
    Fuzz {
        /// How many files to try.
        #[arg(long, value_name = "N", default_value_t = 1_000_000)]
        runs: u64,
    },
    /// Process the pictures in the sources of other programs, and compare what becomes of them with what Pillow makes.
    Files {
        /// The pictures in this folder instead.
        #[arg(long, value_name = "FOLDER")]
        folder: Option<PathBuf>,
    },
}

pub fn run(options: &Options) -> Result<(), Failure> {
    match &options.action {
        Action::Fuzz { runs } => fuzz::run(*runs),
        Action::Files { folder } => files::run(folder.as_deref()),
    }
}

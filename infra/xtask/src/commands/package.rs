//! `cargo xtask package`: the functions as AWS takes them.

use clap::Args;

use crate::failure::Failure;
use crate::package::{Package, check_sizes, chosen, package, verify};
use crate::progress::{Progress, bytes, result};
use crate::table::Table;

#[derive(Debug, Args)]
pub struct Options {
    /// Only these functions (folder names in functions/); all when none is given.
    functions: Vec<String>,
    /// Build for this machine instead of for AWS, to rehearse a deployment against a local AWS.
    #[arg(long)]
    host: bool,
    /// Run a packaged function and one that panics in a simulated arm64 processor (needs qemu-user).
    #[arg(long, conflicts_with = "host")]
    verify: bool,
}

pub fn run(options: &Options) -> Result<(), Failure> {
    let functions = chosen(&options.functions)?;
    let packages = package(&functions, options.host, Progress::Loud)?;
    result(sizes(&packages));
    if options.verify {
        verify(&packages, Progress::Loud)?;
    }
    check_sizes(&packages)
}

fn sizes(packages: &[Package]) -> Table {
    let mut table = Table::new(["function", "binary", "zip"]);
    for package in packages {
        table.row(&[package.function.clone(), bytes(package.binary_bytes), bytes(package.zip_bytes)]);
    }
    table
}

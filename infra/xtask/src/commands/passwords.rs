//! `cargo xtask passwords`: the filter of breached passwords, from the lists it stands for.

use std::path::PathBuf;

use clap::Args;

use crate::failure::Failure;
use crate::passwords::{Filter, PROBES, read_list, shipped_filter, shipped_list, write_filter};
use crate::progress::{exact_bytes, result};

#[derive(Debug, Args)]
pub struct Options {
    /// A list to add to the shipped one: one password per line, the most common first, or one `<SHA-1>:<count>` per
    /// line, as `haveibeenpwned-downloader pwnedpasswords` writes them to `pwnedpasswords.txt`.
    #[arg(long, value_name = "FILE")]
    list: Option<PathBuf>,
    /// Add only the N most common of that list. Each costs about 2.3 bytes of the zip of `auth`, because a filter cannot
    /// be compressed.
    #[arg(long, value_name = "N", requires = "list")]
    top: Option<usize>,
    /// Where to write the filter; shared/src/domain/breached.bin when not given.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub fn run(options: &Options) -> Result<(), Failure> {
    let mut list = read_list(&shipped_list(), None)?;
    if let Some(path) = &options.list {
        list.merge(read_list(path, options.top)?);
    }
    let skipped = list.skipped;
    let filter = Filter::build(list.keys)?;
    let out = options.out.clone().unwrap_or_else(shipped_filter);
    write_filter(&filter, &out)?;
    result(format_args!(
        "{} passwords, {skipped} lines skipped (too short, no text, or hashes of another kind)",
        filter.count()
    ));
    let bytes = u64::try_from(filter.bytes().len()).unwrap_or(u64::MAX);
    result(format_args!("{} written to {}", exact_bytes(bytes), out.display()));
    result(format_args!("{} false positives in {PROBES} probes", filter.false_positives()));
    Ok(())
}

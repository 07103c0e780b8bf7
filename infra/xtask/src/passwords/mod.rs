//! Builds the filter of breached passwords that `shared/src/domain/breached.rs` compiles in.
//!
//! The same lists give the same file, byte for byte: nothing here is drawn or depends on an order.

mod filter;
mod list;

use std::fs::{self, File};
use std::io::BufReader;
use std::path::{Path, PathBuf};

pub use filter::{Filter, PROBES};
pub use list::List;

use crate::failure::{Explain, Failure};
use crate::workspace;

/// The list that is in the repository, and the source of truth for the filter beside the code.
pub fn shipped_list() -> PathBuf {
    workspace::root().join("infra/xtask/src/breached/common.txt")
}

pub fn shipped_filter() -> PathBuf {
    workspace::root().join("shared/src/domain/breached.bin")
}

pub fn read_list(path: &Path, top: Option<usize>) -> Result<List, Failure> {
    let doing = || format!("cannot read {}", path.display());
    let file = File::open(path).explain(doing)?;
    let list = List::read(BufReader::with_capacity(1 << 20, file), top).explain(doing)?;
    if list.keys.is_empty() {
        return Err(Failure::new(format!("{} holds no password of a usable length", path.display()))
            .remedy("give a file with one password, or one `<SHA-1>:<count>`, per line"));
    }
    Ok(list)
}

pub fn write_filter(filter: &Filter, path: &Path) -> Result<(), Failure> {
    fs::write(path, filter.bytes()).explain(|| format!("cannot write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_filter_is_what_the_shipped_list_gives() {
        let list = read_list(&shipped_list(), None).unwrap();
        assert_eq!(list.skipped, 0, "the shipped list holds passwords that cannot be chosen");
        let built = Filter::build(list.keys).unwrap();
        let committed = fs::read(shipped_filter()).unwrap();
        assert!(built.bytes() == committed, "list and filter differ: run `cargo xtask passwords` and commit both");
    }
}

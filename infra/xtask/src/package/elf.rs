//! What AWS must be able to load: an arm64 executable that asks no more of the C library than Amazon Linux 2023 has.

use object::elf::{EM_AARCH64, FileHeader64, SHN_UNDEF};
use object::read::elf::{FileHeader, Sym};
use object::{Endianness, SymbolIndex};

use crate::failure::{Explain, Failure};

/// The C library of Amazon Linux 2023.
const GLIBC: (u32, u32) = (2, 34);

pub(super) fn check(function: &str, binary: &[u8]) -> Result<(), Failure> {
    let needs = glibc_needed(binary).explain(|| format!("{function}: no arm64 executable"))?;
    let Some((symbol, (major, minor))) = needs.into_iter().find(|(_, version)| *version > GLIBC) else {
        return Ok(());
    };
    Err(Failure::new(format!("{function} needs {symbol} of GLIBC_{major}.{minor}, which Lambda does not have"))
        .remedy("build with the target's suffix `.2.34`, which makes zig link against that version"))
}

/// A symbol and the version of glibc that has it.
type Need = (String, (u32, u32));

/// The symbols that `binary` wants from glibc, and the version of each.
fn glibc_needed(binary: &[u8]) -> Result<Vec<Need>, Box<dyn std::error::Error>> {
    let header = FileHeader64::<Endianness>::parse(binary)?;
    let endian = header.endian()?;
    if header.e_machine(endian) != EM_AARCH64 {
        return Err("built for another processor".into());
    }
    let sections = header.sections(endian, binary)?;
    let symbols = sections.symbols(endian, binary, object::elf::SHT_DYNSYM)?;
    let Some(versions) = sections.versions(endian, binary)? else { return Ok(Vec::new()) };
    let mut needed = Vec::new();
    for (index, symbol) in symbols.iter().enumerate() {
        if symbol.st_shndx(endian) != SHN_UNDEF {
            continue;
        }
        let version = versions.version(versions.version_index(endian, SymbolIndex(index)).index())?;
        let version = version.and_then(|version| glibc(version.name()));
        if let Some(version) = version {
            let name = symbols.symbol_name(endian, symbol)?;
            needed.push((String::from_utf8_lossy(name).into_owned(), version));
        }
    }
    Ok(needed)
}

/// `GLIBC_2.17` → (2, 17)
fn glibc(version: &[u8]) -> Option<(u32, u32)> {
    let version = std::str::from_utf8(version).ok()?.strip_prefix("GLIBC_")?;
    let mut parts = version.split('.').map(str::parse);
    Some((parts.next()?.ok()?, parts.next()?.ok()?))
}

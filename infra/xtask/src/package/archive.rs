//! The zip of a function. The same binary always makes the same zip, so that a deployment changes only what changed.

use std::io::{Cursor, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::failure::{Explain, Failure};

/// More rounds than this take minutes per function and save less than a thousandth.
const ROUNDS: i64 = 3;
/// From here on the compression level means rounds of Zopfli, which saves 3 % over the best of zlib.
const BEST_OF_ZLIB: i64 = 9;

/// A zip that holds `binary` as the executable `bootstrap`, dated to the start of the format's calendar.
pub(super) fn pack(binary: &[u8]) -> Result<Vec<u8>, Failure> {
    write(binary).explain(|| "cannot zip".to_owned())
}

fn write(binary: &[u8]) -> zip::result::ZipResult<Vec<u8>> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(BEST_OF_ZLIB + ROUNDS))
        .last_modified_time(DateTime::default())
        .unix_permissions(0o755);
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    archive.start_file("bootstrap", options)?;
    archive.write_all(binary)?;
    Ok(archive.finish()?.into_inner())
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn the_same_binary_makes_the_same_executable_entry() {
        let zip = pack(b"binary").unwrap();
        assert_eq!(zip, pack(b"binary").unwrap());
        let mut archive = zip::ZipArchive::new(Cursor::new(zip)).unwrap();
        let mut entry = archive.by_name("bootstrap").unwrap();
        let mut content = String::new();
        entry.read_to_string(&mut content).unwrap();
        assert_eq!((content.as_str(), entry.unix_mode()), ("binary", Some(0o100_755)));
    }
}

//! A zip that is written piece by piece: what is finished leaves memory before the next piece begins.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use shared::error::{Error, Result};
use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, ZipWriter};

/// What was written and not taken yet.
#[derive(Clone, Default)]
struct Spool(Arc<Mutex<Vec<u8>>>);

impl Spool {
    fn take(&self, least: usize) -> Option<Vec<u8>> {
        let mut bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        (bytes.len() >= least).then(|| std::mem::take(&mut *bytes))
    }
}

impl Write for Spool {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

pub(super) struct Archive {
    zip: Box<ZipWriter<StreamWriter<Spool>>>,
    spool: Spool,
}

impl Archive {
    pub(super) fn new() -> Self {
        let spool = Spool::default();
        Self { zip: Box::new(ZipWriter::new_stream(spool.clone())), spool }
    }

    pub(super) fn begin(&mut self, name: &str) -> Result<()> {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        self.zip.start_file(name, options).map_err(Error::internal)
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.zip.write_all(bytes).map_err(Error::internal)
    }

    /// What has come together, once it is so much.
    pub(super) fn take(&self, least: usize) -> Option<Vec<u8>> {
        self.spool.take(least)
    }

    /// The end of the archive.
    pub(super) fn finish(self) -> Result<Vec<u8>> {
        let Self { zip, spool } = self;
        zip.finish().map_err(Error::internal)?;
        Ok(spool.take(0).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read};

    use super::*;

    #[test]
    fn what_was_written_piece_by_piece_is_read_as_a_whole() {
        let mut archive = Archive::new();
        let (mut pieces, mut largest) = (Vec::new(), 0);
        // Noise, which does not shrink.
        let mut state = 7_u32;
        let mut noise = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state.to_be_bytes()[0]
        };
        for n in 0..20 {
            archive.begin(&format!("{n}.bin")).unwrap();
            let file: Vec<u8> = (0..10_000).map(|_| noise()).collect();
            archive.write(&file).unwrap();
            if let Some(piece) = archive.take(30_000) {
                largest = largest.max(piece.len());
                pieces.extend(piece);
            }
        }
        assert!(largest > 0 && largest < 80_000, "{largest}");
        pieces.extend(archive.finish().unwrap());
        let mut read = zip::ZipArchive::new(Cursor::new(pieces)).unwrap();
        assert_eq!(read.len(), 20);
        let mut last = Vec::new();
        read.by_name("19.bin").unwrap().read_to_end(&mut last).unwrap();
        assert_eq!(last.len(), 10_000);
    }
}

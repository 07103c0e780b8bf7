//! A part: some thousand items as compressed lines, with what is needed to believe them.

use std::io::{BufRead, BufReader, Read, Write};

use flate2::Compression;
use flate2::bufread::GzDecoder;
use flate2::write::GzEncoder;
use serde::{Deserialize, Serialize};

use super::attribute::{read_line, write_line};
use super::{Broken, Item, sha256};

/// A part ends with the page that reaches one of these: it is held in memory, here and when it is restored.
const BYTES: u64 = 4 * 1024 * 1024;
const RAW_BYTES: u64 = 32 * 1024 * 1024;
const ITEMS: u64 = 20_000;
/// What `DynamoDB` calls an item is at most 400 KB; as JSON with every byte escaped it is six times as long.
const LONGEST_LINE: u64 = 4 * 1024 * 1024;

/// What is known of a part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    pub number: u32,
    pub items: u64,
    /// Of the object.
    pub bytes: u64,
    /// Of the lines in it.
    pub raw_bytes: u64,
    /// Of the object.
    pub sha256: String,
}

/// Makes a part, item by item.
pub struct PartWriter {
    encoder: GzEncoder<Vec<u8>>,
    line: Vec<u8>,
    items: u64,
    raw_bytes: u64,
}

impl Default for PartWriter {
    fn default() -> Self {
        let encoder = GzEncoder::new(Vec::new(), Compression::fast());
        Self { encoder, line: Vec::new(), items: 0, raw_bytes: 0 }
    }
}

impl PartWriter {
    pub fn push(&mut self, item: &Item) -> Result<(), Broken> {
        self.line.clear();
        write_line(item, &mut self.line)?;
        self.encoder.write_all(&self.line).map_err(|_| Broken::new("a line cannot be compressed"))?;
        self.items += 1;
        self.raw_bytes += self.line.len() as u64;
        Ok(())
    }

    pub fn is_full(&self) -> bool {
        self.items >= ITEMS || self.raw_bytes >= RAW_BYTES || self.encoder.get_ref().len() as u64 >= BYTES
    }

    pub fn is_empty(&self) -> bool {
        self.items == 0
    }

    /// The part, and the bytes of its object.
    pub fn finish(self, number: u32) -> Result<(Part, Vec<u8>), Broken> {
        let bytes = self.encoder.finish().map_err(|_| Broken::new("a part cannot be compressed"))?;
        let length = bytes.len() as u64;
        let part = Part { number, items: self.items, bytes: length, raw_bytes: self.raw_bytes, sha256: sha256(&bytes) };
        Ok((part, bytes))
    }
}

/// Believes an object only if it is, to the byte, what was written, and hands on its items one by one.
pub fn read_part(part: &Part, bytes: &[u8], mut each: impl FnMut(Item) -> Result<(), Broken>) -> Result<(), Broken> {
    if bytes.len() as u64 != part.bytes {
        return Err(Broken::new(format!("it has {} bytes instead of {}", bytes.len(), part.bytes)));
    }
    if sha256(bytes) != part.sha256 {
        return Err(Broken::new("its SHA-256 is not the one that was written down"));
    }
    // Never more than was written: a part that unpacks to another size is not ours, whatever its hash.
    let mut lines = BufReader::new(GzDecoder::new(bytes).take(part.raw_bytes + 1));
    let (mut items, mut raw_bytes, mut line) = (0, 0, Vec::new());
    loop {
        line.clear();
        let length = (&mut lines).take(LONGEST_LINE).read_until(b'\n', &mut line);
        let length = length.map_err(|_| Broken::new("it cannot be unpacked"))?;
        if length == 0 {
            break;
        }
        raw_bytes += length as u64;
        items += 1;
        each(read_line(&line)?)?;
    }
    if (items, raw_bytes) != (part.items, part.raw_bytes) {
        return Err(Broken::new(format!("it has {items} items instead of {}", part.items)));
    }
    Ok(())
}

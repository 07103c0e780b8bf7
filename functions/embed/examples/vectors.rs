//! Embeds the lines of a file, and writes their vectors to another one: `vectors <model> <texts> <vectors>`.
//!
//! `cargo xtask bench retrieval` runs it, so that what is measured there is measured with real vectors.

#![expect(clippy::print_stderr, reason = "it takes minutes, and somebody waits")]

use std::error::Error;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;

use embed::{Encoder, MiniLm};

const BATCH: usize = 16;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [model, texts, vectors] = &arguments[..] else { return Err("vectors <model> <texts> <vectors>".into()) };
    let model = MiniLm::load(Path::new(model))?;
    let texts = fs::read_to_string(texts)?;
    let texts: Vec<&str> = texts.lines().collect();
    let mut out = BufWriter::new(File::create(vectors)?);
    for (number, batch) in texts.chunks(BATCH).enumerate() {
        for vector in model.encode(batch)? {
            out.write_all(&vector.to_bytes())?;
        }
        if number % 64 == 0 {
            eprintln!("    {} of {} texts", number * BATCH, texts.len());
        }
    }
    Ok(out.flush()?)
}

//! all-MiniLM-L6-v2, as its authors run it: 256 word pieces at most, the mean of their vectors, normalised.

mod bert;
mod kernels;

use std::fs;
use std::path::Path;

use shared::domain::embedding::Vector;
use shared::error::{Error, Result};
use tokenizers::{Tokenizer, TruncationParams};

use crate::Encoder;
use bert::{Bert, Config};

const MAX_WORD_PIECES: usize = 256;

/// Two of the model's published examples and their similarity, to which it is held before it reads anything else.
const EXAMPLE: ([&str; 2], f64) = (["The weather is lovely today.", "It's so sunny outside!"], 0.6660);

/// A model in memory.
pub struct MiniLm {
    tokenizer: Tokenizer,
    model: Bert,
}

impl MiniLm {
    /// Reads the files of a folder. The error names the file that is missing or broken.
    pub fn load(folder: &Path) -> Result<Self, String> {
        let config = read(folder, "config.json")?;
        let config: Config = serde_json::from_slice(&config).map_err(|cause| broken("config.json", &cause))?;
        let tokenizer = tokenizer(&read(folder, "tokenizer.json")?)?;
        let model = Bert::load(&read(folder, "model.safetensors")?, &config);
        let model = Self { tokenizer, model: model.map_err(|cause| broken("model.safetensors", &cause))? };
        model.check()?;
        Ok(model)
    }

    /// Weights that were changed on their way still load, and would make nonsense of every score.
    fn check(&self) -> Result<(), String> {
        let (texts, expected) = EXAMPLE;
        let vectors = self.encode(&texts).map_err(|cause| broken("model.safetensors", &cause))?;
        match &vectors[..] {
            [one, other] if (one.similarity(other) - expected).abs() < 0.001 => Ok(()),
            _ => Err(broken("model.safetensors", &"the model does not know its own example")),
        }
    }

    fn run(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, Box<dyn std::error::Error + Send + Sync>> {
        let encodings = self.tokenizer.encode_batch(texts.to_vec(), true)?;
        let pieces: Vec<&[u32]> = encodings.iter().map(tokenizers::Encoding::get_ids).collect();
        Ok(self.model.means(&pieces)?)
    }
}

impl Encoder for MiniLm {
    fn encode(&self, texts: &[&str]) -> Result<Vec<Vector>> {
        let means = self.run(texts).map_err(|cause| Error::internal(cause.to_string()))?;
        let normalised = means.iter().map(|mean| Vector::normalised(mean));
        normalised.map(|vector| vector.map_err(|refusal| Error::internal(refusal.into_owned()))).collect()
    }
}

/// The file itself asks for other lengths, which are not those that the model is used with.
fn tokenizer(bytes: &[u8]) -> Result<Tokenizer, String> {
    let broken = |cause: &dyn std::fmt::Display| broken("tokenizer.json", cause);
    let mut tokenizer = Tokenizer::from_bytes(bytes).map_err(|cause| broken(&cause))?;
    let truncation = TruncationParams { max_length: MAX_WORD_PIECES, ..TruncationParams::default() };
    tokenizer.with_truncation(Some(truncation)).map_err(|cause| broken(&cause))?;
    tokenizer.with_padding(None);
    Ok(tokenizer)
}

fn read(folder: &Path, name: &str) -> Result<Vec<u8>, String> {
    let path = folder.join(name);
    fs::read(&path).map_err(|cause| format!("the sentence model is missing: cannot read {}: {cause}", path.display()))
}

fn broken(name: &str, cause: &dyn std::fmt::Display) -> String {
    format!("the sentence model is broken: {name}: {cause}")
}

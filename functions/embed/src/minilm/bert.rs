//! The encoder of the model: BERT as its authors describe it, for texts of any lengths at once.
//!
//! The word pieces of all texts stand in one matrix, a row each, so that nothing is padded; only attention looks at one
//! text at a time. Weights lie as the multiplication reads them, which then copies none of them, and what happens between
//! two multiplications is one pass over their result. That is about twice as fast as the same model in
//! candle-transformers, which reads memory once for every step.

use std::collections::HashMap;
use std::ops::Range;

use candle_core::{CpuStorage, Device, InplaceOp1, InplaceOp2, Layout, Result, Tensor, bail, safetensors};
use serde::Deserialize;

use super::kernels::{self, Norm};

/// What the file `config.json` says about the model.
#[derive(Debug, Deserialize)]
pub(super) struct Config {
    hidden_size: usize,
    num_attention_heads: usize,
    num_hidden_layers: usize,
    layer_norm_eps: f32,
    hidden_act: String,
}

pub(super) struct Bert {
    words: Tensor,
    places: Tensor,
    start: Norm,
    layers: Vec<Layer>,
    heads: usize,
}

struct Layer {
    /// Queries, keys and values in one matrix.
    attention: Tensor,
    attention_bias: Bias,
    output: Tensor,
    after_attention: Norm,
    widen: Tensor,
    activation: Activation,
    narrow: Tensor,
    after: Norm,
}

impl Bert {
    pub(super) fn load(weights: &[u8], config: &Config) -> Result<Self> {
        if config.num_attention_heads == 0 || config.hidden_act != "gelu" {
            bail!("the model is of another kind");
        }
        let weights =
            Weights { tensors: safetensors::load_buffer(weights, &Device::Cpu)?, epsilon: config.layer_norm_eps };
        // Every text is one segment, whose vector is the same for all words.
        let segment = weights.tensor("embeddings.token_type_embeddings.weight")?.narrow(0, 0, 1)?;
        let places = weights.tensor("embeddings.position_embeddings.weight")?.broadcast_add(&segment)?;
        Ok(Self {
            words: weights.tensor("embeddings.word_embeddings.weight")?.clone(),
            places,
            start: weights.norm("embeddings.LayerNorm", vec![0.0; config.hidden_size])?,
            layers: (0..config.num_hidden_layers).map(|n| weights.layer(n, config)).collect::<Result<_>>()?,
            heads: config.num_attention_heads,
        })
    }

    /// The mean of the vectors of each text's word pieces.
    pub(super) fn means(&self, texts: &[&[u32]]) -> Result<Vec<Vec<f32>>> {
        let ranges = ranges(texts);
        let mut rows = self.embedded(texts)?;
        for layer in &self.layers {
            rows = layer.forward(&rows, &ranges, self.heads)?;
        }
        ranges.into_iter().map(|text| rows.narrow(0, text.start, text.len())?.mean(0)?.to_vec1()).collect()
    }

    fn embedded(&self, texts: &[&[u32]]) -> Result<Tensor> {
        let places: Vec<u32> = texts.iter().flat_map(|text| (0_u32..).take(text.len())).collect();
        let select = |table: &Tensor, rows: Vec<u32>| table.index_select(&Tensor::new(rows, &Device::Cpu)?, 0);
        let rows = select(&self.words, texts.concat())?;
        rows.inplace_op2(&select(&self.places, places)?, &self.start)?;
        Ok(rows)
    }
}

impl Layer {
    fn forward(&self, rows: &Tensor, texts: &[Range<usize>], heads: usize) -> Result<Tensor> {
        let attended = self.attend(rows, texts, heads)?.matmul(&self.output)?;
        attended.inplace_op2(rows, &self.after_attention)?;
        let wide = attended.matmul(&self.widen)?;
        wide.inplace_op1(&self.activation)?;
        let narrow = wide.matmul(&self.narrow)?;
        narrow.inplace_op2(&attended, &self.after)?;
        Ok(narrow)
    }

    /// What each word piece takes from the others of its text, before it is weighed.
    fn attend(&self, rows: &Tensor, texts: &[Range<usize>], heads: usize) -> Result<Tensor> {
        let (count, width) = rows.dims2()?;
        let all = rows.matmul(&self.attention)?;
        all.inplace_op1(&self.attention_bias)?;
        let all = all.reshape((count, 3 * heads, width / heads))?;
        let parts = texts.iter().map(|text| {
            let own = all.narrow(0, text.start, text.len())?;
            let part = |index: usize| own.narrow(1, index * heads, heads)?.transpose(0, 1);
            let shares = part(0)?.matmul(&part(1)?.t()?)?;
            shares.inplace_op1(&Softmax)?;
            shares.matmul(&part(2)?)?.transpose(0, 1)?.reshape((text.len(), width))
        });
        Tensor::cat(&parts.collect::<Result<Vec<_>>>()?, 0)
    }
}

/// The rows of each text in a matrix that has those of all.
fn ranges(texts: &[&[u32]]) -> Vec<Range<usize>> {
    let mut end = 0;
    let mut next = |text: &&[u32]| {
        let start = end;
        end += text.len();
        start..end
    };
    texts.iter().map(&mut next).collect()
}

struct Weights {
    tensors: HashMap<String, Tensor>,
    epsilon: f32,
}

impl Weights {
    fn tensor(&self, name: &str) -> Result<&Tensor> {
        match self.tensors.get(name) {
            Some(tensor) => Ok(tensor),
            None => bail!("it has no {name}"),
        }
    }

    fn vector(&self, name: &str) -> Result<Vec<f32>> {
        self.tensor(name)?.to_vec1()
    }

    fn norm(&self, name: &str, bias: Vec<f32>) -> Result<Norm> {
        let [scale, shift] = ["weight", "bias"].map(|part| self.vector(&format!("{name}.{part}")));
        Ok(Norm { bias, scale: scale?, shift: shift?, epsilon: self.epsilon })
    }

    fn layer(&self, number: usize, config: &Config) -> Result<Layer> {
        let name = |part: &str| format!("encoder.layer.{number}.{part}");
        // Whole columns lie together, which is what the multiplication reads.
        let matrix = |part: &str| self.tensor(&name(&format!("{part}.weight")))?.t()?.contiguous();
        let bias = |part: &str| self.vector(&name(&format!("{part}.bias")));
        let [query, key, value] = ["query", "key", "value"].map(|part| format!("attention.self.{part}"));
        // What queries are divided by is divided out of their weights once.
        #[expect(clippy::cast_precision_loss, reason = "the width of a head is a small number")]
        let divisor = ((config.hidden_size / config.num_attention_heads) as f64).sqrt();
        let query_bias = (Tensor::new(bias(&query)?, &Device::Cpu)? / divisor)?.to_vec1()?;
        Ok(Layer {
            attention: Tensor::cat(&[(matrix(&query)? / divisor)?, matrix(&key)?, matrix(&value)?], 1)?.contiguous()?,
            attention_bias: Bias([query_bias, bias(&key)?, bias(&value)?].concat()),
            output: matrix("attention.output.dense")?,
            after_attention: self.norm(&name("attention.output.LayerNorm"), bias("attention.output.dense")?)?,
            widen: matrix("intermediate.dense")?,
            activation: Activation(bias("intermediate.dense")?),
            narrow: matrix("output.dense")?,
            after: self.norm(&name("output.LayerNorm"), bias("output.dense")?)?,
        })
    }
}

struct Bias(Vec<f32>);

impl InplaceOp1 for Bias {
    fn name(&self) -> &'static str {
        "bias"
    }

    fn cpu_fwd(&self, storage: &mut CpuStorage, layout: &Layout) -> Result<()> {
        kernels::add(written(storage, layout)?, &self.0);
        Ok(())
    }
}

struct Activation(Vec<f32>);

impl InplaceOp1 for Activation {
    fn name(&self) -> &'static str {
        "activation"
    }

    fn cpu_fwd(&self, storage: &mut CpuStorage, layout: &Layout) -> Result<()> {
        kernels::activate(written(storage, layout)?, &self.0);
        Ok(())
    }
}

/// Over the last dimension.
struct Softmax;

impl InplaceOp1 for Softmax {
    fn name(&self) -> &'static str {
        "softmax"
    }

    fn cpu_fwd(&self, storage: &mut CpuStorage, layout: &Layout) -> Result<()> {
        let width = layout.dims().last().copied().unwrap_or(1);
        kernels::softmax(written(storage, layout)?, width);
        Ok(())
    }
}

impl InplaceOp2 for Norm {
    fn name(&self) -> &'static str {
        "norm"
    }

    fn cpu_fwd(&self, rows: &mut CpuStorage, layout: &Layout, past: &CpuStorage, of: &Layout) -> Result<()> {
        self.apply(written(rows, layout)?, &past.as_slice::<f32>()?[whole(of)?]);
        Ok(())
    }
}

fn written<'s>(storage: &'s mut CpuStorage, layout: &Layout) -> Result<&'s mut [f32]> {
    match storage {
        CpuStorage::F32(numbers) => Ok(&mut numbers[whole(layout)?]),
        _ => bail!("its numbers are of another type"),
    }
}

fn whole(layout: &Layout) -> Result<Range<usize>> {
    match layout.contiguous_offsets() {
        Some((start, end)) => Ok(start..end),
        None => bail!("a matrix with gaps"),
    }
}

//! What matching costs beside its peers, whom it suggests, and what caches are worth to it.
//!
//! Ours is a bench target of `embed`, built like the functions. The peers are Python: a port of the engine that came
//! before, and ONNX Runtime with the same sentence model. They take turns, on one thread each, and count the time of the
//! processor, so that neither what slows the machine down for a while nor what else runs on it favours one of them.

mod function;
mod report;
mod sample;

use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};

use super::worker::Worker;
use crate::failure::Failure;
use crate::model;
use crate::programs as program;
use crate::progress::{Progress, result};
use crate::tools::{MATCHING, Tools};

use function::Calls;

const OLD_ENGINE: &str = include_str!("old_engine.py");
const SENTENCES: &str = include_str!("sentences.py");
/// How many people are compared, each with each.
const CROWD: usize = 300;
/// Whose best three are shown.
const SHOWN: [usize; 5] = [1, 2, 4, 9, 14];
const SEED: u64 = 1;

/// Everything that is measured against.
struct Field {
    ours: Worker,
    old: Worker,
    runtime: Worker,
}

/// All measurements, as they are printed.
struct Figures {
    peers: [String; 2],
    pairs: Vec<Pairs>,
    sentences: Vec<Sentences>,
    /// The cosine of our vector and the peer's, for each text.
    agreement: Vec<f64>,
    top: Value,
    explanations: Value,
    workload: Value,
    calls: Vec<Calls>,
}

/// The nanoseconds that a pair took in each round, and the old engine's in the same rounds.
struct Pairs {
    work: &'static str,
    ours: Vec<f64>,
    theirs: Vec<f64>,
}

/// How long each batch of texts took.
struct Sentences {
    kind: &'static str,
    batch: usize,
    ours: Vec<Duration>,
    theirs: Vec<Duration>,
}

pub fn run(rounds: usize, as_json: bool) -> Result<(), Failure> {
    let bench = program::build("embed", "matching")?;
    let model = model::ensure(Progress::Loud)?;
    let python = Tools::ensure(&MATCHING, Progress::Loud)?.python();
    let mut field = Field {
        ours: Worker::start(Command::new(bench).arg(&model))?,
        old: Worker::start(Command::new(&python).args(["-c", OLD_ENGINE]))?,
        runtime: Worker::start(Command::new(&python).args(["-c", SENTENCES]).arg(&model))?,
    };
    let figures = field.measure(rounds)?;
    if as_json {
        result(figures.to_json());
    } else {
        figures.print();
    }
    figures.judge()
}

impl Field {
    fn measure(&mut self, rounds: usize) -> Result<Figures, Failure> {
        let people = sample::people()?;
        let name =
            |worker: &mut Worker| Ok(worker.ask(&json!({"do": "name"}))?.as_str().unwrap_or_default().to_owned());
        let peers = [name(&mut self.old)?, name(&mut self.runtime)?];
        let progress = Progress::Loud;
        let sentences = progress.step("embed texts, in turns", || self.sentences(&people, rounds))?;
        let agreement = progress.step("compare the vectors", || self.agreement(&people))?;
        let pairs = progress.step("score pairs, in turns", || self.pairs(&people, rounds))?;
        let calls = function::measure(&mut self.ours)?;
        self.ours.ask(&json!({"do": "people", "profiles": people}))?;
        let top = self.ours.ask(&json!({"do": "top", "of": SHOWN}))?;
        let explanations = self.ours.ask(&json!({"do": "explanations"}))?;
        let workload =
            progress.step("live through two days", || self.ours.ask(&json!({"do": "workload", "seed": SEED})))?;
        Ok(Figures { peers, pairs, sentences, agreement, top, explanations, workload, calls })
    }

    fn sentences(&mut self, people: &[Value], rounds: usize) -> Result<Vec<Sentences>, Failure> {
        let mut all = Vec::new();
        for (kind, texts) in [("12 words", sample::short_texts(people)), ("110 words", sample::bios(people))] {
            for batch in [1, 10] {
                let question = json!({"do": "times", "texts": texts, "batch": batch});
                let mut measured = Sentences { kind, batch, ours: Vec::new(), theirs: Vec::new() };
                // The first round warms up and does not count.
                for round in 0..=rounds {
                    let (ours, theirs) = (self.ours.ask(&question)?, self.runtime.ask(&question)?);
                    if round > 0 {
                        measured.ours.extend(durations(&ours));
                        measured.theirs.extend(durations(&theirs));
                    }
                }
                all.push(measured);
            }
        }
        Ok(all)
    }

    fn agreement(&mut self, people: &[Value]) -> Result<Vec<f64>, Failure> {
        let question = json!({"do": "vectors", "texts": sample::all_texts(people)});
        let [ours, theirs] = [self.ours.ask(&question)?, self.runtime.ask(&question)?].map(|answer| vectors(&answer));
        if ours.len() != theirs.len() {
            return Err(Failure::new("one of the two left out a text"));
        }
        Ok(ours.iter().zip(&theirs).map(|(one, other)| cosine(one, other)).collect())
    }

    fn pairs(&mut self, people: &[Value], rounds: usize) -> Result<Vec<Pairs>, Failure> {
        let crowd = sample::crowd(people, CROWD);
        let vectors = self.ours.ask(&json!({"do": "people", "profiles": crowd}))?;
        let with_vectors = crowd.iter().zip(vectors.as_array().into_iter().flatten());
        let with_vectors: Vec<Value> =
            with_vectors.map(|(profile, vector)| json!({"profile": profile, "vector": vector})).collect();
        self.old.ask(&json!({"do": "people", "people": with_vectors}))?;
        let kinds = [
            ("total", "the total, features at hand"),
            ("explained", "with reasons, features at hand"),
            ("from_profiles", "with reasons, from two profiles"),
        ];
        let mut all = kinds.map(|(_, work)| Pairs { work, ours: Vec::new(), theirs: Vec::new() });
        for round in 0..=rounds {
            let (ours, theirs) = (self.ours.ask(&json!({"do": "pairs"}))?, self.old.ask(&json!({"do": "pairs"}))?);
            let count = ours["pairs"].as_f64().unwrap_or(1.0);
            if theirs["pairs"] != ours["pairs"] {
                return Err(Failure::new("one of the two left out a pair"));
            }
            for ((key, _), pairs) in kinds.iter().zip(&mut all).filter(|_| round > 0) {
                pairs.ours.push(ours[key]["nanoseconds"].as_f64().unwrap_or_default() / count);
                pairs.theirs.push(theirs["nanoseconds"].as_f64().unwrap_or_default() / count);
            }
        }
        Ok(all.into())
    }
}

fn durations(answer: &Value) -> impl Iterator<Item = Duration> {
    answer.as_array().into_iter().flatten().filter_map(Value::as_u64).map(Duration::from_nanos)
}

fn vectors(answer: &Value) -> Vec<Vec<f64>> {
    let rows = answer.as_array().into_iter().flatten();
    rows.map(|row| row.as_array().into_iter().flatten().filter_map(Value::as_f64).collect()).collect()
}

fn cosine(a: &[f64], b: &[f64]) -> f64 {
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
}

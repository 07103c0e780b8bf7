//! What matching computes, measured from outside: `cargo xtask bench matching` builds this like the functions, runs it and
//! asks, in turns with its peers in Python.
//!
//! A line of JSON on standard input is a request, a line on standard output its answer.

#![expect(clippy::print_stdout, reason = "the answers are what it is for")]

mod town;
mod workload;

use std::error::Error;
use std::hint::black_box;
use std::io::{BufRead, stdin};
use std::path::Path;
use std::time::{Duration, Instant};

use embed::{Encoder, MiniLm};
use nix::time::{ClockId, clock_gettime};
use serde::Deserialize;
use serde_json::{Value, json};
use shared::domain::embedding::{DIMENSIONS, Embedding, ModelId, ProfileText, Vector};
use shared::domain::id::{Id, UserId};
use shared::domain::matching::{Features, Model, Person, Score, score, score_features, total_features};
use shared::domain::profile::{Headline, Profile, ProfileDetails};
use shared::domain::time::Timestamp;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const NOW: Timestamp = Timestamp::from_unix_seconds(1_790_000_000);

/// What can be asked.
#[derive(Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
enum Request {
    /// The vectors of texts.
    Vectors { texts: Vec<String> },
    /// How long each batch of texts takes, in nanoseconds of a processor.
    Times { texts: Vec<String>, batch: usize },
    /// Takes people, whose profiles are what a client may send, and answers the vector of each.
    People { profiles: Vec<Value> },
    /// How long all pairs of these people take a processor.
    Pairs,
    /// The best three for each of these people, with reasons.
    Top { of: Vec<usize> },
    /// How long an explanation takes, kept or computed again.
    Explanations,
    /// How often caches would have answered.
    Workload { seed: u64 },
    /// The items of tables in which these people live, and everybody's token at this second.
    Town { now: u64, issuer: String },
}

struct Bench {
    encoder: MiniLm,
    model: Model,
    people: Vec<Person>,
}

fn main() -> Result<()> {
    // `cargo bench` runs every benchmark, with arguments of its own: there is nobody to answer.
    let Some(folder) = std::env::args().nth(1).filter(|argument| !argument.starts_with('-')) else { return Ok(()) };
    let mut bench = Bench { encoder: MiniLm::load(Path::new(&folder))?, model: Model::default(), people: Vec::new() };
    for line in stdin().lock().lines() {
        println!("{}", bench.answer(serde_json::from_str(&line?)?)?);
    }
    Ok(())
}

impl Bench {
    fn answer(&mut self, request: Request) -> Result<Value> {
        match request {
            Request::Vectors { texts } => {
                let alone = |text: &String| Ok(self.encoder.encode(&[text])?.iter().map(components).collect());
                Ok(json!(texts.iter().map(alone).collect::<Result<Vec<Vec<_>>>>()?.concat()))
            }
            Request::Times { texts, batch } => self.times(&texts, batch),
            Request::People { profiles } => self.take(&profiles),
            Request::Pairs => self.pairs(),
            Request::Top { of } => Ok(of.into_iter().filter_map(|index| self.top(index)).collect()),
            Request::Explanations => self.explanations(),
            Request::Workload { seed } => Ok(workload::run(seed)),
            Request::Town { now, issuer } => town::build(&self.people, now, &issuer),
        }
    }

    fn times(&self, texts: &[String], batch: usize) -> Result<Value> {
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let times = texts.chunks(batch.max(1)).map(|batch| {
            let started = worked()?;
            black_box(self.encoder.encode(black_box(batch))?);
            Ok(worked()? - started)
        });
        Ok(json!(times.collect::<Result<Vec<_>>>()?))
    }

    fn take(&mut self, profiles: &[Value]) -> Result<Value> {
        self.people.clear();
        let mut vectors = Vec::new();
        for (number, profile) in (0_u32..).zip(profiles) {
            let mut random = [0; 10];
            random[..4].copy_from_slice(&number.to_be_bytes());
            let details = ProfileDetails::parse(&serde_json::from_value(profile.clone())?)?;
            let text = ProfileText::of(&details).ok_or("somebody says nothing")?;
            let vector = self.encoder.encode(&[text.as_str()])?.pop().ok_or("a text without a vector")?;
            vectors.push(components(&vector));
            let profile = Profile::new(UserId::from_parts(NOW, random), details, NOW);
            let embedding = Embedding { model: ModelId::CURRENT, hash: text.hash(), vector };
            self.people.push(Person::new(profile, Some(embedding)));
        }
        Ok(json!(vectors))
    }

    fn features(&self) -> Vec<Features<'_>> {
        self.people.iter().map(|person| Features::of(person, &self.model.matrix)).collect()
    }

    fn pairs(&self) -> Result<Value> {
        let (features, model) = (self.features(), &self.model);
        let pairs = || (0..features.len()).flat_map(|one| (0..one).map(move |other| (one, other)));
        let timed = |measure: &dyn Fn(usize, usize) -> f64| -> Result<Value> {
            let started = worked()?;
            let sum: f64 = pairs().map(|(one, other)| measure(one, other)).sum();
            Ok(json!({ "nanoseconds": worked()? - started, "sum": sum }))
        };
        Ok(json!({
            "pairs": pairs().count(),
            "total": timed(&|one, other| total_features(&features[one], &features[other], model))?,
            "explained": timed(&|one, other| black_box(score_features(&features[one], &features[other], model)).total)?,
            "from_profiles": timed(&|one, other| black_box(score(&self.people[one], &self.people[other], model)).total)?,
        }))
    }

    /// Ranked as `matching` ranks, by totals, and explained.
    fn top(&self, index: usize) -> Option<Value> {
        let (me, features) = (self.people.get(index)?, self.features());
        let total = |other: usize| total_features(&features[index], &features[other], &self.model);
        let mut others: Vec<usize> = (0..features.len()).filter(|other| *other != index).collect();
        others.sort_by(|one, other| total(*other).total_cmp(&total(*one)));
        let best = others.into_iter().take(3).map(|other| {
            let person = &self.people[other];
            json!({ "person": said(person), "score": score(me, person, &self.model) })
        });
        Some(json!({ "person": said(me), "best": best.collect::<Vec<_>>() }))
    }

    /// For every pair: its explanation as a cache would keep it, read back, and computed again from the two people.
    fn explanations(&self) -> Result<Value> {
        let (mut read, mut computed, mut written, mut bytes) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for (one, person) in self.people.iter().enumerate() {
            for other in &self.people[..one] {
                let started = Instant::now();
                let score = black_box(score(black_box(person), black_box(other), &self.model));
                computed.push(nanoseconds(started));
                let started = Instant::now();
                let kept = serde_json::to_vec(black_box(&score))?;
                written.push(nanoseconds(started));
                let started = Instant::now();
                black_box(serde_json::from_slice::<Score>(black_box(&kept))?);
                read.push(nanoseconds(started));
                bytes.push(kept.len());
            }
        }
        Ok(json!({ "read": read, "computed": computed, "written": written, "bytes": bytes }))
    }
}

fn said(person: &Person) -> Value {
    let details = &person.profile.details;
    json!({ "name": details.name.as_str(), "headline": details.headline.as_ref().map(Headline::as_str) })
}

fn components(vector: &Vector) -> Vec<f32> {
    let bytes = vector.to_bytes();
    let components = bytes.as_chunks::<2>().0.iter().map(|pair| f32::from(i16::from_le_bytes(*pair)) / 32_767.0);
    components.take(DIMENSIONS).collect()
}

/// The time that processors worked for this process: what others do on this machine does not count.
fn worked() -> Result<u64> {
    let spent = Duration::from(clock_gettime(ClockId::CLOCK_PROCESS_CPUTIME_ID)?);
    Ok(u64::try_from(spent.as_nanos())?)
}

fn nanoseconds(started: Instant) -> u64 {
    u64::try_from(started.elapsed().as_nanos()).unwrap_or(u64::MAX)
}

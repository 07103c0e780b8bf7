//! Scans, ranks, loads and compares, and prints how long each took, in nanoseconds, a line each, or what came of it.
//!
//! It is built like the functions and run by `cargo xtask bench retrieval`, which has the texts and the references.

#![expect(clippy::print_stdout, reason = "the figures are what it is for")]

use std::collections::HashSet;
use std::error::Error;
use std::fs;
use std::hint::black_box;
use std::time::Instant;

use serde_json::{Value, json};
use shared::domain::embedding::{DIMENSIONS, Embedding, ModelId, Vector};
use shared::domain::id::UserId;
use shared::domain::listing::Wanted;
use shared::domain::matching::{Model, Person, rank};
use shared::domain::profile::{Field, Goal, Profile, ProfileDetails};
use shared::domain::retrieval::{Region, Row, Rows, Segment, Shard, Sketch, View, quantised, search};
use shared::domain::time::Timestamp;
use uuid::Uuid;

#[path = "../src/domain/retrieval/population_words.rs"]
mod words;

use words::{INTERESTS, PLACES, SKILLS};

/// What a list retrieves, and what a page of it shows.
const RETRIEVED: usize = 300;
const SHOWN: usize = 20;
const NOW: Timestamp = Timestamp::from_unix_seconds(1_800_000_000);

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["scan", people, rounds] => scan(people.parse()?, rounds.parse()?),
        ["rank", vectors, people, queries] => ranks(&Crowd::read(vectors)?, people.parse()?, queries.parse()?)?,
        ["load", vectors, people, rounds] => load(&Crowd::read(vectors)?, people.parse()?, rounds.parse()?)?,
        ["recall", vectors, queries] => recall(&Crowd::read(vectors)?.vectors, queries.parse()?),
        // `cargo bench` runs every benchmark, with arguments of its own.
        _ => scan(1_000, 1),
    }
    Ok(())
}

/// Numbers that look random and are the same every time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap_or(0) % sides
    }

    /// Small numbers are likelier, as popular things are.
    fn skewed(&mut self, sides: usize) -> usize {
        self.roll(sides).min(self.roll(sides))
    }
}

/// Only the products: what numpy and faiss are measured with.
fn scan(people: usize, rounds: usize) {
    let mut dice = Dice(0x5EED);
    let mut byte = || u8::try_from(dice.roll(256)).unwrap_or(0).cast_signed();
    let vectors: Vec<[i8; DIMENSIONS]> = (0..people).map(|_| std::array::from_fn(|_| byte())).collect();
    let asker: [i16; DIMENSIONS] = std::array::from_fn(|at| i16::try_from(at * 7 % 4_000).unwrap_or(0) - 2_000);
    let mut products = vec![0; people];
    for _ in 0..rounds {
        let started = Instant::now();
        kernel::dot_products(black_box(&asker), &vectors, &mut products);
        println!("{}", started.elapsed().as_nanos());
        black_box(&products);
    }
}

/// Search, exact scores of what was found, and the reasons of those who are shown; the reading of fresh profiles between
/// them is the database's time and is left out.
fn ranks(crowd: &Crowd, people: usize, queries: usize) -> Result<()> {
    let before = resident_bytes()?;
    let rows = crowd.rows(people)?;
    let bytes = resident_bytes()?.saturating_sub(before) / people.max(1);
    println!("{}", json!({ "bytes_each": bytes, "arrays_each": Rows::BYTES_EACH }));
    let model = Model::default();
    for query in 0..queries {
        let me = crowd.person(people + query)?;
        let started = Instant::now();
        let sketch = Sketch::new(&me, &model, &Wanted::default());
        let found = search(&sketch, [View { rows: &rows, skipped: &[] }], RETRIEVED);
        let searched = started.elapsed();
        let fresh: Vec<Person> = found.ids.iter().map(|id| crowd.person(number(*id))).collect::<Result<_>>()?;
        let started = Instant::now();
        black_box(rank(&me, &fresh, SHOWN, &model, &model));
        println!("{} {}", searched.as_nanos(), started.elapsed().as_nanos());
    }
    Ok(())
}

fn load(crowd: &Crowd, people: usize, rounds: usize) -> Result<()> {
    let shard = Shard { field: Field::Technology, region: Region::Europe };
    let bytes = Segment { shard, built_at: NOW, rows: crowd.rows(people)? }.to_bytes();
    for _ in 0..rounds {
        let started = Instant::now();
        black_box(Segment::from_bytes(black_box(&bytes))?);
        println!("{}", started.elapsed().as_nanos());
    }
    println!("{}", json!({ "bytes": bytes.len() }));
    Ok(())
}

/// How many of the true nearest are found with vectors of eight bits, alone and when the best are compared exactly.
fn recall(vectors: &[Vector], queries: usize) {
    let floats: Vec<[f32; DIMENSIONS]> = vectors.iter().map(|vector| vector.parts().map(f32::from)).collect();
    let (bytes, scales): (Vec<_>, Vec<_>) = vectors.iter().map(quantised).unzip();
    let (mut alone, mut rescored, mut total) = (0, 0, 0);
    let step = (vectors.len() / queries.max(1)).max(1);
    for query in (0..vectors.len()).step_by(step).take(queries) {
        let exact: Vec<f32> = floats.iter().map(|other| product(&floats[query], other)).collect();
        let truth: HashSet<usize> = best(&exact, query, SHOWN).into_iter().collect();
        let mut products = vec![0; bytes.len()];
        kernel::dot_products(vectors[query].parts(), &bytes, &mut products);
        #[expect(clippy::cast_precision_loss, reason = "as the sketch does")]
        let sketched: Vec<f32> = products.iter().zip(&scales).map(|(product, scale)| *product as f32 * scale).collect();
        let few = best(&sketched, query, RETRIEVED);
        alone += few.iter().take(SHOWN).filter(|at| truth.contains(at)).count();
        rescored += few.iter().filter(|at| truth.contains(at)).count();
        total += truth.len();
    }
    #[expect(clippy::cast_precision_loss, reason = "some thousands")]
    let share = |count: usize| count as f64 / total.max(1) as f64;
    println!(
        "{}",
        json!({ "texts": vectors.len(), "queries": total / SHOWN, "alone": share(alone), "rescored": share(rescored) })
    );
}

fn product(a: &[f32; DIMENSIONS], b: &[f32; DIMENSIONS]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// The places of the greatest values, greatest first, without one.
fn best(values: &[f32], without: usize, count: usize) -> Vec<usize> {
    let mut places: Vec<usize> = (0..values.len()).filter(|at| *at != without).collect();
    places.sort_unstable_by(|a, b| values[*b].total_cmp(&values[*a]).then(a.cmp(b)));
    places.truncate(count);
    places
}

fn resident_bytes() -> Result<usize> {
    let pages = fs::read_to_string("/proc/self/statm")?;
    Ok(pages.split_whitespace().nth(1).ok_or("no resident pages")?.parse::<usize>()? * 4_096)
}

/// People as they might be, each made of their number alone, with the vectors of real texts.
struct Crowd {
    vectors: Vec<Vector>,
}

impl Crowd {
    /// A file of vectors as they are stored, one after the other.
    fn read(path: &str) -> Result<Self> {
        let bytes = fs::read(path)?;
        let vectors = bytes.chunks_exact(Vector::BYTES).map(|bytes| Vector::from_bytes(bytes).map_err(Into::into));
        Ok(Self { vectors: vectors.collect::<Result<_>>()? })
    }

    fn rows(&self, people: usize) -> Result<Rows> {
        let rows = (0..people).map(|number| Ok(Row::of(&self.person(number)?))).collect::<Result<Vec<Row>>>()?;
        Ok(Rows::of(rows))
    }

    fn person(&self, number: usize) -> Result<Person> {
        let mut dice = Dice((number as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let said = said(&mut dice);
        let details = ProfileDetails::parse(&serde_json::from_value(said)?)?;
        let profile = Profile::new(UserId::from_uuid(Uuid::from_u128(number as u128)), details, NOW);
        let real = self.vectors.get(number % self.vectors.len().max(1)).ok_or("no vectors")?;
        let noisy =
            real.parts().map(|part| f32::from(part) + f32::from(i16::try_from(dice.roll(401)).unwrap_or(0) - 200));
        let hash = profile.text_hash.clone().ok_or("nothing said")?;
        let embedding = Embedding { model: ModelId::CURRENT, hash, vector: Vector::normalised(&noisy)? };
        Ok(Person::new(profile, Some(embedding)))
    }
}

fn said(dice: &mut Dice) -> Value {
    let mut some = |list: &[&'static str], most: usize| -> Vec<&'static str> {
        let count = dice.roll(most + 1);
        let mut chosen: Vec<&str> = (0..count).map(|_| list[dice.skewed(list.len())]).collect();
        chosen.sort_unstable();
        chosen.dedup();
        chosen
    };
    let (skills, interests, languages) =
        (some(&SKILLS, 10), some(&INTERESTS, 7), some(&["en", "de", "es", "hi", "ja"], 3));
    let goals: Vec<&str> = Goal::ALL.iter().map(|goal| goal.as_str()).collect();
    let goals = some(&goals, 4);
    let (zone, country, city) = PLACES[dice.skewed(PLACES.len())];
    json!({
        "name": "Sam", "bio": "words", "field": Field::ALL[dice.skewed(Field::ALL.len())].as_str(),
        "experience_years": dice.roll(30), "skills": skills, "interests": interests, "goals": goals, "languages": languages,
        "time_zone": zone, "place": (dice.roll(5) > 0).then(|| json!({"city": city, "country": country})),
        "availability_hours_per_week": (dice.roll(3) > 0).then(|| 1 + dice.roll(40)),
    })
}

fn number(id: UserId) -> usize {
    usize::try_from(id.as_uuid().as_u128()).unwrap_or(0)
}

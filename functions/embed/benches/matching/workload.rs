//! How often caches would answer: two days of 10,000 people on a virtual clock, of which the second one counts.
//!
//! **The workload.** Visits begin at random moments, 20,000 a day, fewer at night (a sine with a tenth of its mean at the
//! lowest). Who comes is drawn by Zipf's law (the person of rank r comes in proportion to 1/r), so that the most eager one
//! in a hundred make half of all visits. They ask for their list: three in ten with one of five sets of filters, which they
//! keep to for a visit. They turn to the next page with a chance of one half each time, up to five pages. On every page
//! they open the explanation of two people on average, of whom popular ones, again by Zipf's law, are listed more often;
//! every fifth one is opened again a minute later. They like or pass a third of those they opened: who matters most to
//! them is decided by one component, another one for each of nine people, and their weights learn it. One visit in fifty
//! edits the own profile: half of these edits change the words, and one in ten of those takes back an earlier text. Queues
//! deliver one text in fifty twice. The skill matrix is edited at noon. Actions are 5 to 60 seconds apart.
//!
//! **The caches** have room for everything and keep a value for the lifetime of its tier. Their keys are those of the
//! functions: lists by person, version of the profile, learned weights, matrix and filters; embeddings by the hash of the
//! text. Pairs are not cached; if they were, it would be by both ids and versions and the matrix.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::hash::Hash;

use serde_json::{Value, json};
use shared::domain::cache::{Tier, Tiers};
use shared::domain::matching::{ComponentName, Impression, Lesson, Taste, Verdict, Weights};
use shared::domain::time::Timestamp;

const PEOPLE: usize = 10_000;
const VISITS_A_DAY: f64 = 20_000.0;
const DAY: f64 = 86_400.0;

pub(crate) fn run(seed: u64) -> Value {
    let (learning, still) = (simulate(seed, true), simulate(seed, false));
    json!({ "people": PEOPLE, "visits_a_day": VISITS_A_DAY, "learning": learning, "not_learning": still })
}

fn simulate(seed: u64, learning: bool) -> Value {
    let mut world = World::new(seed, learning);
    let mut queue = BinaryHeap::new();
    queue.push(Reverse((0, Step::Arrival)));
    while let Some(Reverse((at, step))) = queue.pop() {
        let now = seconds(at);
        if now >= 2.0 * DAY {
            break;
        }
        for (after, step) in world.act(now, step) {
            queue.push(Reverse((milliseconds(now + after), step)));
        }
    }
    world.report()
}

/// What happens next.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Arrival,
    Page(Visit),
    Open(Visit, usize),
    Edit(usize),
    Embed(usize, u64),
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Visit {
    person: usize,
    filters: u8,
    page: u8,
}

#[derive(Clone, Default)]
struct Person {
    version: u32,
    taste: Taste,
    /// The weights as they are in the key; nothing as long as they are everybody's.
    weights: Option<String>,
    text: u64,
    earlier_text: u64,
    /// Whether the text waits to be read.
    unread: bool,
}

struct World {
    chance: Chance,
    learning: bool,
    ranks: Vec<f64>,
    people: Vec<Person>,
    texts: u64,
    lists: Cache<(usize, u32, Option<String>, u32, u8)>,
    pairs: Cache<(usize, usize, u32, u32, u32)>,
    embeddings: Cache<u64>,
    /// How often somebody was scored, and how often their vector was not there yet.
    scored: [u64; 2],
}

impl World {
    fn new(seed: u64, learning: bool) -> Self {
        let mut sum = 0.0;
        let ranks = (1..=PEOPLE).map(|rank| {
            sum += 1.0 / number(rank);
            sum
        });
        let texts = (0_u64..).take(PEOPLE).map(|text| Person { text, earlier_text: text, ..Person::default() });
        Self {
            chance: Chance(seed),
            learning,
            ranks: ranks.collect(),
            people: texts.collect(),
            texts: u64::try_from(PEOPLE).unwrap_or(u64::MAX),
            lists: Cache::new(Tier::RankedLists),
            pairs: Cache::new(Tier::PairExplanations),
            embeddings: Cache::new(Tier::Embeddings),
            scored: [0; 2],
        }
    }

    /// What follows from a step, and after how many seconds.
    fn act(&mut self, now: f64, step: Step) -> Vec<(f64, Step)> {
        match step {
            Step::Arrival => self.arrive(now),
            Step::Page(visit) => self.page(now, visit),
            Step::Open(visit, other) => self.open(now, visit, other),
            Step::Edit(person) => self.edit(person),
            Step::Embed(person, text) => {
                self.embeddings.ask(now, text, &mut self.chance);
                self.people[person].unread = false;
                Vec::new()
            }
        }
    }

    fn arrive(&mut self, now: f64) -> Vec<(f64, Step)> {
        let mean = DAY / VISITS_A_DAY;
        let by_day = 1.0 + 0.9 * (std::f64::consts::TAU * (now / DAY - 0.25)).sin();
        let pause = -mean * (1.0 - self.chance.draw()).ln() / by_day;
        let person = self.somebody();
        let filters = if self.chance.happens(0.3) { 1 + u8::try_from(self.chance.below(5)).unwrap_or(0) } else { 0 };
        let mut steps = vec![(pause, Step::Arrival), (0.0, Step::Page(Visit { person, filters, page: 0 }))];
        if self.chance.happens(0.02) {
            steps.push((self.moment(), Step::Edit(person)));
        }
        steps
    }

    fn page(&mut self, now: f64, visit: Visit) -> Vec<(f64, Step)> {
        let own = &self.people[visit.person];
        let weights = own.weights.clone().filter(|_| self.learning);
        self.lists.ask(now, (visit.person, own.version, weights, matrix(now), visit.filters), &mut self.chance);
        let (mut steps, mut after) = (Vec::new(), 0.0);
        // Two on average, with the same chance for each number from none to four.
        for _ in 0..self.chance.below(5) {
            after += self.moment();
            let other = self.somebody();
            if other != visit.person {
                steps.push((after, Step::Open(visit, other)));
            }
        }
        if visit.page < 4 && self.chance.happens(0.5) {
            after += self.moment();
            steps.push((after, Step::Page(Visit { page: visit.page + 1, ..visit })));
        }
        steps
    }

    fn open(&mut self, now: f64, visit: Visit, other: usize) -> Vec<(f64, Step)> {
        let (low, high) = (visit.person.min(other), visit.person.max(other));
        let versions = (self.people[low].version, self.people[high].version);
        self.pairs.ask(now, (low, high, versions.0, versions.1, matrix(now)), &mut self.chance);
        if now >= DAY {
            self.scored[usize::from(self.people[other].unread)] += 1;
        }
        if self.chance.happens(1.0 / 3.0) {
            self.opine(visit.person);
        }
        if self.chance.happens(0.2) { vec![(60.0, Step::Open(visit, other))] } else { Vec::new() }
    }

    /// The person likes or passes somebody, mostly for the one thing that matters to them.
    fn opine(&mut self, person: usize) {
        let values = ComponentName::ALL.map(|name| (name, u8::try_from(self.chance.below(101)).unwrap_or(0)));
        let (_, decisive) = values[person % values.len()];
        let likes = self.chance.happens(0.2 + 0.6 * f64::from(decisive) / 100.0);
        let verdict = if likes { Verdict::Liked } else { Verdict::Passed };
        let lesson = Lesson::new(None, verdict, Impression::new(values), Timestamp::from_unix_seconds(0), 0);
        let own = &mut self.people[person];
        own.taste.learn(&lesson);
        own.weights = own.taste.leaning(&Weights::default()).map(|leaning| leaning.weights.to_string());
    }

    fn edit(&mut self, person: usize) -> Vec<(f64, Step)> {
        let own = &mut self.people[person];
        own.version += 1;
        if !self.chance.happens(0.5) {
            return Vec::new();
        }
        if self.chance.happens(0.1) {
            std::mem::swap(&mut own.text, &mut own.earlier_text);
        } else {
            self.texts += 1;
            (own.earlier_text, own.text) = (own.text, self.texts);
        }
        own.unread = true;
        let text = own.text;
        let second = self.chance.happens(0.02).then_some((30.0, Step::Embed(person, text)));
        [(2.0, Step::Embed(person, text))].into_iter().chain(second).collect()
    }

    fn somebody(&mut self) -> usize {
        let drawn = self.chance.draw() * self.ranks.last().copied().unwrap_or_default();
        self.ranks.partition_point(|sum| *sum < drawn).min(PEOPLE - 1)
    }

    fn moment(&mut self) -> f64 {
        5.0 + 55.0 * self.chance.draw()
    }

    fn report(&self) -> Value {
        let [with, without] = self.scored;
        json!({
            "lists": self.lists.figures(), "pairs": self.pairs.figures(), "texts": self.embeddings.figures(),
            "vectors": { "asked": with + without, "hits": with },
        })
    }
}

/// The version of the skill matrix.
fn matrix(now: f64) -> u32 {
    u32::from(now >= 0.5 * DAY) + u32::from(now >= 1.5 * DAY)
}

/// Keeps until when each key is answered, and counts what was asked on the second day.
struct Cache<K> {
    tier: Tier,
    until: HashMap<K, f64>,
    asked: u64,
    hits: u64,
}

impl<K: Eq + Hash> Cache<K> {
    fn new(tier: Tier) -> Self {
        Self { tier, until: HashMap::new(), asked: 0, hits: 0 }
    }

    fn ask(&mut self, now: f64, key: K, chance: &mut Chance) {
        let hit = self.until.get(&key).is_some_and(|until| *until > now);
        if !hit {
            let drawn = u32::try_from(chance.below(Tiers::DRAWS.into())).unwrap_or(0);
            self.until.insert(key, now + Tiers::default().jittered(self.tier, drawn).as_secs_f64());
        }
        if now >= DAY {
            self.asked += 1;
            self.hits += u64::from(hit);
        }
    }

    fn figures(&self) -> Value {
        json!({ "asked": self.asked, "hits": self.hits })
    }
}

/// `SplitMix64`: the same numbers for the same seed, everywhere.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// At least 0 and below 1.
    fn draw(&mut self) -> f64 {
        f64::from(u32::try_from(self.next() >> 32).unwrap_or_default()) / 4_294_967_296.0
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    fn happens(&mut self, chance: f64) -> bool {
        self.draw() < chance
    }
}

#[expect(clippy::cast_precision_loss, reason = "a rank is far below 2^53")]
fn number(rank: usize) -> f64 {
    rank as f64
}

#[expect(clippy::cast_precision_loss, reason = "two days of milliseconds are far below 2^53")]
fn seconds(milliseconds: u64) -> f64 {
    milliseconds as f64 / 1_000.0
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "moments of two days, after their beginning"
)]
fn milliseconds(seconds: f64) -> u64 {
    (seconds * 1_000.0) as u64
}

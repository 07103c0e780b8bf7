//! A table and a bucket in memory, with a clock in the test's hand, in which a run can be killed at any step.

use std::collections::BTreeMap;
use std::sync::Mutex;

use async_trait::async_trait;
use shared::domain::backup::{
    Attribute, BackupId, FORMAT, Item, KeySchema, PlannedTable, TableDescription, TableKind, read_part,
};
use shared::ports::ambient::{Clock, Rng};
use shared::ports::backups::Page;

use super::super::*;

pub(super) const SEGMENTS: u32 = 2;

pub(super) struct World {
    /// Seconds since 1970.
    now: Mutex<u64>,
    /// By number; the even ones are in the first segment.
    pub(super) items: Mutex<BTreeMap<usize, String>>,
    pub(super) objects: Mutex<BTreeMap<String, (u64, Vec<u8>)>>,
    /// The names of objects in the order in which they were written.
    pub(super) written: Mutex<Vec<String>>,
    /// How many more steps happen before everything fails.
    steps_left: Mutex<Option<usize>>,
    /// Whether the step at which it is killed happens nevertheless.
    pub(super) dies_after: Mutex<bool>,
    pub(super) seconds_per_page: Mutex<u64>,
    pub(super) items_per_page: Mutex<usize>,
}

impl World {
    pub(super) fn with_items(count: usize) -> Arc<Self> {
        let world = Self {
            now: Mutex::new(1_000_000),
            items: Mutex::new((0..count).map(|number| (number, "first".to_owned())).collect()),
            objects: Mutex::default(),
            written: Mutex::default(),
            steps_left: Mutex::default(),
            dies_after: Mutex::default(),
            seconds_per_page: Mutex::default(),
            items_per_page: Mutex::new(1_000),
        };
        Arc::new(world)
    }

    pub(super) fn deps(self: &Arc<Self>) -> Deps {
        let ambient = Ambient::new(self.clone(), self.clone());
        Deps { scan: self.clone(), vault: self.clone(), ambient }
    }

    /// Writes the plan of a backup, and answers its jobs.
    pub(super) fn plans(&self) -> Vec<SegmentJob> {
        let key = KeySchema { hash: "pk".to_owned(), range: None };
        let description = TableDescription {
            key,
            attributes: BTreeMap::new(),
            indexes: Vec::new(),
            stream: None,
            time_to_live: None,
            point_in_time_recovery: true,
            encrypted: true,
            deletion_protection: false,
        };
        let table = PlannedTable { table: TableKind::Chat, source: "chat".to_owned(), segments: SEGMENTS, description };
        let (format, backup) = (FORMAT, BackupId::parse("2026-11-26").unwrap());
        let plan = Plan { format, backup, made_at: Clock::now(self), tables: vec![table] };
        let bytes = plan.to_bytes().unwrap();
        let (_, hash) = Plan::read(&bytes).unwrap();
        self.objects.lock().unwrap().insert(plan_key(&plan.backup), (0, bytes));
        plan.jobs(&hash)
    }

    /// From the next step but `steps` on, everything fails.
    pub(super) fn dies_in(&self, steps: Option<usize>) {
        *self.steps_left.lock().unwrap() = steps;
    }

    fn step(&self) -> Result<bool> {
        let mut left = self.steps_left.lock().unwrap();
        match left.as_mut() {
            Some(0) => Err(Error::unavailable("killed")),
            Some(steps) => {
                *steps -= 1;
                Ok(*steps > 0 || *self.dies_after.lock().unwrap())
            }
            None => Ok(true),
        }
    }

    pub(super) fn manifest(&self) -> Option<Manifest> {
        let objects = self.objects.lock().unwrap();
        let id = BackupId::parse("2026-11-26").unwrap();
        let (_, bytes) = objects.get(&manifest_key(&id))?;
        Some(Manifest::read(bytes, &id, &objects[&plan_key(&id)].1).unwrap())
    }

    /// What the backup holds, by number, and how often it holds each.
    pub(super) fn saved(&self) -> BTreeMap<usize, Vec<String>> {
        let manifest = self.manifest().expect("a manifest");
        let mut saved: BTreeMap<usize, Vec<String>> = BTreeMap::new();
        for (key, part) in manifest.tables[0].parts(&manifest.backup) {
            let bytes = self.objects.lock().unwrap()[&key].1.clone();
            read_part(part, &bytes, |item| {
                let (Attribute::Text(number), Attribute::Text(text)) = (&item["pk"], &item["text"]) else { panic!() };
                saved.entry(number.parse().unwrap()).or_default().push(text.clone());
                Ok(())
            })
            .unwrap();
        }
        saved
    }
}

fn key(number: usize) -> Item {
    Item::from([("pk".to_owned(), Attribute::Text(number.to_string()))])
}

#[async_trait]
impl Scan for World {
    async fn page(&self, _: TableKind, segment: u32, of: u32, after: Option<&Item>) -> Result<Page> {
        self.step()?;
        *self.now.lock().unwrap() += *self.seconds_per_page.lock().unwrap();
        let items = self.items.lock().unwrap();
        let start = after.map_or(0, |key| {
            let Attribute::Text(number) = &key["pk"] else { panic!() };
            number.parse::<usize>().unwrap() + 1
        });
        let mut own = items.range(start..).filter(|(number, _)| *number % of as usize == segment as usize);
        let page: Vec<_> = own.by_ref().take(*self.items_per_page.lock().unwrap()).collect();
        let next = if own.next().is_some() { page.last().map(|(number, _)| key(**number)) } else { None };
        let item = |(number, text): (&usize, &String)| {
            let mut item = key(*number);
            item.insert("text".to_owned(), Attribute::Text(text.clone()));
            item
        };
        Ok(Page { items: page.into_iter().map(item).collect(), next })
    }
}

#[async_trait]
impl Vault for World {
    async fn read(&self, key: &str) -> Result<Option<(ETag, Vec<u8>)>> {
        self.step()?;
        // Another run may come between any two steps.
        tokio::task::yield_now().await;
        let objects = self.objects.lock().unwrap();
        Ok(objects.get(key).map(|(version, bytes)| (ETag(version.to_string()), bytes.clone())))
    }

    async fn put(&self, key: &str, bytes: Vec<u8>) -> Result<()> {
        if self.step()? {
            self.store(key, bytes);
        }
        tokio::task::yield_now().await;
        Ok(())
    }

    async fn write(&self, key: &str, bytes: Vec<u8>, seen: Option<&ETag>) -> Result<bool> {
        let happens = self.step()?;
        let there = self.objects.lock().unwrap().get(key).map(|(version, _)| ETag(version.to_string()));
        if there.as_ref() != seen {
            return Ok(false);
        }
        if happens {
            self.store(key, bytes);
        }
        tokio::task::yield_now().await;
        Ok(true)
    }
}

impl World {
    fn store(&self, key: &str, bytes: Vec<u8>) {
        let mut objects = self.objects.lock().unwrap();
        let version = objects.get(key).map_or(1, |(version, _)| version + 1);
        objects.insert(key.to_owned(), (version, bytes));
        self.written.lock().unwrap().push(key.to_owned());
    }
}

impl Clock for World {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix_seconds(*self.now.lock().unwrap())
    }
}

impl Rng for World {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(7);
    }
}

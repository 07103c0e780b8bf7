//! Tables, a bucket and a queue in memory, with a clock in the test's hand.

use std::collections::BTreeMap;
use std::sync::Mutex;

use async_trait::async_trait;
use shared::domain::backup::{KeySchema, Stored, TableDescription};
use shared::ports::ambient::{Clock, Rng};
use shared::ports::backups::Looked;
use shared::ports::etag::ETag;

use super::super::*;

pub(super) struct World {
    now: Mutex<Timestamp>,
    objects: Mutex<BTreeMap<String, Vec<u8>>>,
    jobs: Mutex<Vec<SegmentJob>>,
    /// Whether another run writes its plan just before this one does.
    pub(super) rival: Mutex<bool>,
    pub(super) broken_list: Mutex<bool>,
}

impl World {
    pub(super) fn at(now: &str) -> Arc<Self> {
        Arc::new(Self {
            now: Mutex::new(now.parse().unwrap()),
            objects: Mutex::default(),
            jobs: Mutex::default(),
            rival: Mutex::default(),
            broken_list: Mutex::default(),
        })
    }

    pub(super) fn moves_to(&self, now: &str) {
        *self.now.lock().unwrap() = now.parse().unwrap();
    }

    pub(super) async fn runs(self: &Arc<Self>, zone: &str, order: Order) -> Result<Planned> {
        let (catalogue, vault, care, jobs) = (self.clone(), self.clone(), self.clone(), self.clone());
        let deps = Deps { catalogue, vault, care, jobs, ambient: Ambient::new(self.clone(), self.clone()) };
        run(&deps, &TimeZone::parse(zone).unwrap(), order).await
    }

    pub(super) fn object(&self, key: &str) -> Option<Vec<u8>> {
        self.objects.lock().unwrap().get(key).cloned()
    }

    pub(super) fn stores(&self, key: &str, bytes: Vec<u8>) {
        self.objects.lock().unwrap().insert(key.to_owned(), bytes);
    }

    pub(super) fn keys(&self) -> Vec<String> {
        self.objects.lock().unwrap().keys().cloned().collect()
    }

    /// What was sent since the last question.
    pub(super) fn sent(&self) -> Vec<SegmentJob> {
        std::mem::take(&mut self.jobs.lock().unwrap())
    }
}

#[async_trait]
impl Catalogue for World {
    async fn look(&self, table: TableKind) -> Result<Looked> {
        let key = KeySchema { hash: "pk".to_owned(), range: Some("sk".to_owned()) };
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
        let items = if table == TableKind::Chat { 500_000 } else { 0 };
        Ok(Looked { source: format!("x-{}", table.as_str()), description, items, bytes: 0 })
    }
}

#[async_trait]
impl Vault for World {
    async fn read(&self, key: &str) -> Result<Option<(ETag, Vec<u8>)>> {
        Ok(self.object(key).map(|bytes| (ETag(String::new()), bytes)))
    }

    async fn put(&self, key: &str, bytes: Vec<u8>) -> Result<()> {
        self.stores(key, bytes);
        Ok(())
    }

    async fn write(&self, key: &str, bytes: Vec<u8>, seen: Option<&ETag>) -> Result<bool> {
        assert!(seen.is_none(), "a plan is never replaced");
        if std::mem::take(&mut *self.rival.lock().unwrap()) {
            let (mut plan, _) = Plan::read(&bytes).unwrap();
            plan.made_at = Timestamp::from_unix_seconds(1);
            self.stores(key, plan.to_bytes().unwrap());
        }
        let is_new = self.object(key).is_none();
        if is_new {
            self.stores(key, bytes);
        }
        Ok(is_new)
    }
}

#[async_trait]
impl VaultCare for World {
    async fn list(&self, prefix: &str) -> Result<Vec<Stored>> {
        if *self.broken_list.lock().unwrap() {
            return Err(Error::unavailable("no list"));
        }
        let modified_at = *self.now.lock().unwrap();
        let keys = self.keys().into_iter().filter(|key| key.starts_with(prefix));
        Ok(keys.map(|key| Stored { key, modified_at }).collect())
    }

    async fn remove(&self, keys: &[String]) -> Result<()> {
        self.objects.lock().unwrap().retain(|key, _| !keys.contains(key));
        Ok(())
    }
}

#[async_trait]
impl BackupJobs for World {
    async fn send(&self, jobs: &[SegmentJob]) -> Result<()> {
        self.jobs.lock().unwrap().extend_from_slice(jobs);
        Ok(())
    }
}

impl Clock for World {
    fn now(&self) -> Timestamp {
        *self.now.lock().unwrap()
    }
}

impl Rng for World {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(7);
    }
}

//! Copies of somebody's data, in memory.

use std::io::{Cursor, Read};
use std::sync::Arc;

use async_trait::async_trait;
use serde_json::{Value, json};
use shared::domain::export::{Export, ExportState, GIVE_UP};
use shared::domain::id::{ExportId, Id, UserId};
use shared::domain::outbox::{Effect, MailKind, OutboxEntry};
use shared::domain::photo::PhotoKey;
use shared::domain::time::Timestamp;
use shared::error::Result;
use shared::ports::exports::{ExportShelf, Exports, Holdings, Part, Rows};
use shared::ports::photos::PhotoCopies;

use super::world::{Death, START, World, ada};
use crate::Exporter;

/// How many rows a page of the long part has, and how many pages.
const PAGE: u64 = 3;
const PAGES: u64 = 3;

#[derive(Default)]
pub(super) struct Shelf {
    pub(super) newest: Option<Export>,
    attempts: Vec<Vec<Vec<u8>>>,
    archives: Vec<Vec<u8>>,
    told: usize,
}

impl World {
    pub(super) fn exporter(&self) -> Exporter {
        let world = Arc::new(self.clone());
        Exporter { exports: world.clone(), holdings: world.clone(), photos: world.clone(), shelf: world }
    }

    /// Somebody who has asked for a copy, instead of an erasure.
    fn wishes() -> (Self, OutboxEntry) {
        let world = Self::with_everything();
        let export_id = ExportId::from_parts(START, [7; 10]);
        world.inner().shelf.newest = Some(Export::requested(ada(), export_id, START));
        let entry = OutboxEntry { effect: Effect::export(ada(), export_id), ..world.entry() };
        world.inner().promises = vec![entry.clone()];
        (world, entry)
    }
}

#[async_trait]
impl Exports for World {
    async fn find(&self, _: UserId) -> Result<Option<Export>> {
        self.call(|inner| inner.shelf.newest.clone())
    }

    async fn request(&self, _: &Export, _: Option<ExportId>, _: &OutboxEntry) -> Result<bool> {
        unreachable!("the request has been made")
    }

    async fn settle(&self, export: &Export, told: Option<&OutboxEntry>) -> Result<bool> {
        self.call(|inner| {
            let is_pending = inner
                .shelf
                .newest
                .as_ref()
                .is_some_and(|newest| newest.export_id == export.export_id && newest.state == ExportState::Pending);
            if is_pending {
                inner.shelf.newest = Some(export.clone());
                let is_mail = |entry: &&OutboxEntry| entry.effect == Effect::mail(MailKind::ExportReady, ada());
                inner.shelf.told += told.iter().filter(|entry| is_mail(entry)).count();
            }
            is_pending
        })
    }
}

#[async_trait]
impl Holdings for World {
    async fn parts(&self, _: UserId) -> Result<Vec<Part>> {
        let photos = [1, 2].map(|n| Part::Photo(PhotoKey::new([n; 16])));
        self.call(|_| [Part::Account, Part::People].into_iter().chain(photos).collect())
    }

    async fn rows(&self, _: UserId, part: &Part, after: u64) -> Result<Rows> {
        self.call(|_| {
            if *part == Part::Account {
                return Rows { rows: vec![json!({ "email": "ada" })], next: None };
            }
            let rows = (after + 1..=after + PAGE).map(|n| json!({ "n": n })).collect();
            Rows { rows, next: (after + PAGE < PAGE * PAGES).then_some(after + PAGE) }
        })
    }
}

#[async_trait]
impl PhotoCopies for World {
    /// The second one was refused.
    async fn copy(&self, key: &PhotoKey, size: u32) -> Result<Option<Vec<u8>>> {
        assert_eq!(size, 1_080);
        self.call(|_| (*key == PhotoKey::new([1; 16])).then(|| b"a photo".to_vec()))
    }
}

#[async_trait]
impl ExportShelf for World {
    async fn open(&self, _: &Export) -> Result<String> {
        self.call(|inner| {
            inner.shelf.attempts.push(Vec::new());
            (inner.shelf.attempts.len() - 1).to_string()
        })
    }

    async fn add(&self, _: &Export, attempt: &str, number: i32, bytes: Vec<u8>) -> Result<String> {
        self.call(|inner| {
            let pieces = &mut inner.shelf.attempts[attempt.parse::<usize>().unwrap()];
            assert_eq!(usize::try_from(number).unwrap(), pieces.len() + 1);
            pieces.push(bytes);
            number.to_string()
        })
    }

    async fn close(&self, _: &Export, attempt: &str, tags: Vec<String>) -> Result<()> {
        self.call(|inner| {
            let pieces = &inner.shelf.attempts[attempt.parse::<usize>().unwrap()];
            assert_eq!(tags.len(), pieces.len());
            inner.shelf.archives = vec![pieces.concat()];
            if inner.erased_at_close {
                inner.shelf.newest = None;
            }
        })
    }

    async fn link(&self, _: &Export, _: Timestamp) -> Result<String> {
        unreachable!("the job hands out no links")
    }

    async fn remove(&self, _: &Export) -> Result<()> {
        self.call(|inner| inner.shelf.archives.clear())
    }

    async fn remove_all(&self, _: UserId) -> Result<()> {
        unreachable!("nobody is erased")
    }
}

/// The files of the one archive there is.
fn files(world: &World) -> Vec<(String, Vec<u8>)> {
    let archives = world.inner().shelf.archives.clone();
    let [archive] = &archives[..] else { panic!("{} archives", archives.len()) };
    let mut archive = zip::ZipArchive::new(Cursor::new(archive)).unwrap();
    let names: Vec<String> = archive.file_names().map(|name| name.unwrap().into_owned()).collect();
    let mut read = |name: &str| {
        let mut bytes = Vec::new();
        archive.by_name(name).unwrap().read_to_end(&mut bytes).unwrap();
        bytes
    };
    let mut files: Vec<_> = names.iter().map(|name| (name.clone(), read(name))).collect();
    files.sort();
    files
}

fn is_whole(world: &World) {
    let files = files(world);
    let names: Vec<_> = files.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["account.json", "people.json", "photos/1.jpg"]);
    let people: Vec<Value> = serde_json::from_slice(&files[1].1).unwrap();
    let expected: Vec<Value> = (1..=PAGE * PAGES).map(|n| json!({ "n": n })).collect();
    assert_eq!((people, &files[2].1[..]), (expected, &b"a photo"[..]));
    let inner = world.inner();
    let newest = inner.shelf.newest.clone().unwrap();
    assert_eq!((newest.state, newest.bytes), (ExportState::Ready, inner.shelf.archives[0].len() as u64));
    assert_eq!((inner.shelf.told, inner.promises.len()), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn an_export_that_dies_at_any_call_is_one_whole_archive_in_the_end_and_told_once() {
    let (undisturbed, _) = World::wishes();
    undisturbed.works_until_done(2).await;
    is_whole(&undisturbed);
    for death in [Death::Before, Death::After] {
        for call in 0..undisturbed.calls() {
            let (world, entry) = World::wishes();
            world.dies_at(call, death);
            world.works_until_done(9).await;
            is_whole(&world);
            // The queue may deliver it once more.
            crate::work(&world.deps(), entry).await.unwrap();
            is_whole(&world);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_is_put_together_for_who_is_erased_meanwhile() {
    let (world, entry) = World::wishes();
    world.inner().shelf.newest = None;
    crate::work(&world.deps(), entry.clone()).await.unwrap();
    assert!(world.inner().shelf.archives.is_empty() && world.inner().promises.is_empty());

    // It is lost while the archive is on its way.
    let (world, entry) = World::wishes();
    world.is_erased_before_the_end_of_the_archive();
    crate::work(&world.deps(), entry).await.unwrap();
    assert!(world.inner().shelf.archives.is_empty(), "the archive stays behind");
    assert_eq!(world.inner().shelf.told, 0);
}

#[tokio::test(start_paused = true)]
async fn an_archive_of_who_is_erased_meanwhile_goes_whoever_dies() {
    let erased_at_close = || {
        let (world, entry) = World::wishes();
        world.is_erased_before_the_end_of_the_archive();
        (world, entry)
    };
    let (undisturbed, _) = erased_at_close();
    undisturbed.works_until_done(2).await;
    for death in [Death::Before, Death::After] {
        for call in 0..undisturbed.calls() {
            let (world, _) = erased_at_close();
            world.dies_at(call, death);
            world.works_until_done(9).await;
            assert!(world.inner().shelf.archives.is_empty(), "killed {death:?} call {call}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_not_ready_in_time_has_failed() {
    let (world, entry) = World::wishes();
    tokio::time::sleep(GIVE_UP * 2).await;
    crate::work(&world.deps(), entry).await.unwrap();
    assert_eq!(world.inner().shelf.newest.clone().unwrap().state, ExportState::Failed);
    assert!(world.inner().shelf.archives.is_empty() && world.inner().promises.is_empty());
}

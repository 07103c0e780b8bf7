//! Many processes want the same at the same moment. They are copies of this test binary that run one "test".

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use futures::future::join_all;
use shared::domain::cache::{Event, Family, Tally};
use shared::ports::cache::Cache;

use super::{Note, environment, finish, server};
use crate::support::eventually;

const PROCESSES: usize = 50;
const TASKS: usize = 20;
/// Tells a process where its server and its folder are.
const ORDERS: &str = "CACHE_FLEET";

/// What one process of a fleet does: says that it is ready, waits for the start, and wants the value in many tasks at once.
/// In the test run itself nobody ordered anything.
#[test]
fn a_process_of_the_fleet() {
    #[expect(clippy::disallowed_methods, reason = "the orders come from the process that started this one")]
    let Ok(orders) = std::env::var(ORDERS) else { return };
    let (url, folder) = orders.split_once(' ').unwrap();
    let folder = Path::new(folder);
    finish(async {
        let cache = environment(url);
        // Connected before the start: the fleet is to meet at the value, not at the door.
        cache.get_many(&[Note::named("warm-up")], 1).await;
        note(folder, "ready");
        while !folder.join("start").exists() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let wanted = (0..TASKS).map(|_| want(&cache, folder));
        for value in join_all(wanted).await {
            assert_eq!(value, "the one value");
        }
        note(folder, &format!("done {:?}", cache.counted().get(Family::List, Event::FailOpen)));
    });
}

/// Wants the value of the folder; computing it takes a while, or for ever if the folder says so.
async fn want(cache: &Cache, folder: &Path) -> String {
    let compute = async {
        note(folder, "computed");
        if folder.join("stuck").exists() {
            std::future::pending::<()>().await;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
        Ok("the one value".to_owned())
    };
    cache.get_or_compute(&key(folder), 1, compute).await.unwrap().to_string()
}

fn key(folder: &Path) -> Note {
    Note::named(folder.display().to_string())
}

/// Appends a line that no other process can break.
fn note(folder: &Path, line: &str) {
    let mut file = OpenOptions::new().append(true).create(true).open(folder.join("notes")).unwrap();
    file.write_all(format!("{line}\n").as_bytes()).unwrap();
}

fn noted(folder: &Path, beginning: &str) -> usize {
    let notes = fs::read_to_string(folder.join("notes")).unwrap_or_default();
    notes.lines().filter(|line| line.starts_with(beginning)).count()
}

fn folder(name: &str) -> PathBuf {
    let folder = xtask::workspace::local_aws().unwrap().join(format!("test-cache-fleet-{name}-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn launch(folder: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["cache::fleet::a_process_of_the_fleet", "--exact", "--quiet"])
        .env(ORDERS, format!("{} {}", server().url(), folder.display()))
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

#[test]
fn a_thousand_misses_from_fifty_processes_compute_once() {
    let folder = folder("crowd");
    let mut fleet: Vec<Child> = (0..PROCESSES).map(|_| launch(&folder)).collect();
    eventually("all processes to be ready", || (noted(&folder, "ready") == PROCESSES).then_some(()));
    note(&folder, "start");
    fs::write(folder.join("start"), "").unwrap();
    for process in &mut fleet {
        assert!(process.wait().unwrap().success());
    }
    assert_eq!(noted(&folder, "done 0"), PROCESSES, "nobody went on without the cache");
    assert_eq!(noted(&folder, "computed"), 1);
    fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn when_the_holder_of_a_lease_dies_exactly_one_takes_over() {
    let folder = folder("holder");
    fs::write(folder.join("stuck"), "").unwrap();
    fs::write(folder.join("start"), "").unwrap();
    let mut holder = launch(&folder);
    eventually("the holder to compute", || (noted(&folder, "computed") == 1).then_some(()));
    fs::remove_file(folder.join("stuck")).unwrap();
    holder.kill().unwrap();
    holder.wait().unwrap();
    // They do not know that it died, and wait for the end of its lease. Whoever had waited too long would compute too.
    let caches: Vec<Cache> = (0..5).map(|_| environment(&server().url())).collect();
    let values = finish(join_all(caches.iter().map(|cache| want(cache, &folder))));
    assert!(values.iter().all(|value| value == "the one value"));
    let mut tally = Tally::default();
    for cache in &caches {
        tally.merge(&cache.counted());
    }
    let of = |event| tally.get(Family::List, event);
    assert_eq!((of(Event::Computed), of(Event::Waited), of(Event::FailOpen)), (1, 4, 0));
    assert_eq!(noted(&folder, "computed"), 2);
    fs::remove_dir_all(&folder).unwrap();
}

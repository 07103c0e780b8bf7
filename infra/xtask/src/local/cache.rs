//! The cache's process: a real redis-server in cluster mode with all slots on one node, as `ElastiCache` would show itself.
//!
//! It ends with whoever started it, in any way. Tests kill, freeze and fill it.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::sleep;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::emulator::{Leash, Leashed};
use super::redis::{Reply, ask};
use super::stack::claim_folder;
use crate::failure::{Explain, Failure};
use crate::progress::Progress;
use crate::tools::{CACHE, Tools};

/// A node that starts waits two seconds before it takes part in its cluster; the rest is patience.
const START_LIMIT: Duration = Duration::from_mins(1);
/// The bus of the cluster listens this far above the port.
const BUS: u16 = 10_000;
const MAX_MEMORY: &str = "64mb";

#[derive(Debug)]
pub struct LocalCache {
    tools: Tools,
    folder: PathBuf,
    port: u16,
    leash: Mutex<Option<Leash>>,
    /// Keeps the folder when the cache runs without a stack.
    _folder_lock: Option<fs::File>,
}

impl LocalCache {
    /// A cache without a stack, for those who test nothing else.
    pub fn start(label: &str) -> Result<Self, Failure> {
        let tools = Tools::ensure(&CACHE, Progress::default())?;
        let (folder, lock) = claim_folder(label)?;
        let cache = Self { _folder_lock: Some(lock), ..Self::launch(tools, &folder)? };
        cache.wait_until_ready()?;
        Ok(cache)
    }

    /// Starts the process; [`Self::wait_until_ready`] waits for it.
    pub(super) fn launch(tools: Tools, folder: &Path) -> Result<Self, Failure> {
        let folder = folder.to_owned();
        let cache = Self { tools, folder, port: choose_port()?, leash: Mutex::default(), _folder_lock: None };
        cache.run()?;
        Ok(cache)
    }

    /// Gives the node all slots, unless it remembers them, and waits until it serves them.
    pub fn wait_until_ready(&self) -> Result<(), Failure> {
        let deadline = Instant::now() + START_LIMIT;
        loop {
            let state = self.command(&["CLUSTER", "INFO"]).map(|reply| reply.text());
            match state {
                Ok(state) if state.contains("cluster_state:ok") => return Ok(()),
                Ok(state) if state.contains("cluster_slots_assigned:0\r") => self.take_all_slots()?,
                _ => {}
            }
            if let Some(log) = self.leash().as_mut().and_then(Leash::ended) {
                return Err(Failure::new("the cache ended while it started").evidence(log));
            }
            if Instant::now() > deadline {
                return Err(Failure::new(format!("the cache did not serve within {START_LIMIT:?}"))
                    .remedy(format!("read {}", self.folder.join("cache.log").display())));
            }
            sleep(Duration::from_millis(50));
        }
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Any command, as `redis-cli` would send it.
    pub fn command(&self, words: &[&str]) -> Result<Reply, Failure> {
        ask(self.port, words)
    }

    /// Ends the process as a crash would.
    pub fn kill(&self) -> Result<(), Failure> {
        self.signal(Signal::SIGKILL)?;
        self.leash().take();
        Ok(())
    }

    /// Starts it again after [`Self::kill`], empty and on the same port.
    pub fn start_again(&self) -> Result<(), Failure> {
        self.run()?;
        self.wait_until_ready()
    }

    /// Stops it as a machine that swaps or a broken network would: connections stay open, and nothing answers.
    pub fn freeze(&self) -> Result<(), Failure> {
        self.signal(Signal::SIGSTOP)
    }

    pub fn thaw(&self) -> Result<(), Failure> {
        self.signal(Signal::SIGCONT)
    }

    /// Full, and nothing in it may be evicted: it reads, and refuses every write.
    pub fn fill(&self) -> Result<(), Failure> {
        self.set("maxmemory-policy", "noeviction")?;
        self.set("maxmemory", "1")
    }

    /// Undoes [`Self::fill`].
    pub fn make_room(&self) -> Result<(), Failure> {
        self.set("maxmemory", MAX_MEMORY)?;
        self.set("maxmemory-policy", "volatile-lru")
    }

    fn set(&self, name: &str, value: &str) -> Result<(), Failure> {
        self.command(&["CONFIG", "SET", name, value]).map(drop)
    }

    fn signal(&self, signal: Signal) -> Result<(), Failure> {
        let path = self.folder.join("cache.pid");
        let text = fs::read_to_string(&path).explain(|| format!("cannot read {}", path.display()))?;
        let pid = text.trim().parse().explain(|| format!("{} holds no process id", path.display()))?;
        kill(Pid::from_raw(pid), signal).explain(|| format!("cannot send {signal} to the cache"))
    }

    fn run(&self) -> Result<(), Failure> {
        let log = self.folder.join("cache.log");
        let arguments = arguments(&self.tools.program("redis-server"), &self.folder, self.port);
        let command = Leashed { folder: &self.folder, log: &log, arguments: &arguments, environment: &[] };
        *self.leash() = Some(Leash::start(&self.tools, command)?);
        Ok(())
    }

    fn take_all_slots(&self) -> Result<(), Failure> {
        let slots: Vec<String> = (0..16_384).map(|slot| slot.to_string()).collect();
        let words: Vec<&str> = ["CLUSTER", "ADDSLOTS"].into_iter().chain(slots.iter().map(String::as_str)).collect();
        self.command(&words).map(drop)
    }

    fn leash(&self) -> MutexGuard<'_, Option<Leash>> {
        self.leash.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What differs from the default. Nothing in a cache is worth a disk, and a key without an end would be a defect: it is
/// never evicted, as in `ElastiCache`.
fn arguments(server: &Path, folder: &Path, port: u16) -> Vec<String> {
    let (folder, port) = (folder.display().to_string(), port.to_string());
    let pid = format!("{folder}/cache.pid");
    [
        &server.display().to_string(),
        "--port",
        &port,
        "--bind",
        "127.0.0.1",
        "--cluster-enabled",
        "yes",
        "--cluster-config-file",
        "cache-nodes.conf",
        "--cluster-announce-ip",
        "127.0.0.1",
        "--save",
        "",
        "--appendonly",
        "no",
        "--maxmemory",
        MAX_MEMORY,
        "--maxmemory-policy",
        "volatile-lru",
        "--dir",
        &folder,
        "--pidfile",
        &pid,
    ]
    .map(str::to_owned)
    .to_vec()
}

/// A free port whose bus port is free, too.
fn choose_port() -> Result<u16, Failure> {
    for _ in 0..100 {
        let listener = TcpListener::bind(("127.0.0.1", 0)).explain(|| "no free port on 127.0.0.1".to_owned())?;
        let port = listener.local_addr().explain(|| "cannot read the chosen port".to_owned())?.port();
        let Some(bus) = port.checked_add(BUS) else { continue };
        if TcpListener::bind(("127.0.0.1", bus)).is_ok() {
            return Ok(port);
        }
    }
    Err(Failure::new("no free port below 55535 on 127.0.0.1").remedy("end some of what listens there"))
}

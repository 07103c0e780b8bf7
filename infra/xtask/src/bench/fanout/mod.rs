//! What it takes to tell a thousand sockets something: beside boto3 and python-socketio, and while some of them fail.
//!
//! Ours is a bench target of `shared`, built like the functions; another process of it stands for the management API, which
//! answers each post after ten milliseconds, over TLS. What is counted is the processor's time of the program under test.

mod audience;
mod report;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};

use super::tls::Tls;
use super::worker::Worker;
use crate::failure::{Explain, Failure};
use crate::local::LocalCache;
use crate::programs as program;
use crate::progress::{Progress, warn};
use crate::tools::{BROADCAST, Tools};
use crate::workspace;

use audience::Audience;

const BOTO3: &str = include_str!("boto3_posts.py");
const SOCKETIO: &str = include_str!("socketio_server.py");
const RECIPIENTS: usize = 1_000;
/// Ours and boto3 take turns, so that what slows the machine down for a while slows both.
const TURNS: usize = 5;
const ROUNDS: usize = 20;
/// boto3 takes most of a second for one.
const PEER_ROUNDS: usize = 2;
/// Fan-outs with faults, each of which takes until its deadline, and as many without.
const FAULTY_ROUNDS: usize = 40;
/// As many as one process may have files open, and some to spare.
const AUDIENCE: usize = 800;
const MESSAGES: usize = 20;

/// Fan-outs of one program.
#[derive(Default)]
pub(super) struct Posts {
    /// The first one, which finds no connection open.
    first: Duration,
    walls: Vec<Duration>,
    cpu: Duration,
}

/// Messages of Socket.IO.
pub(super) struct Broadcasts {
    clients: usize,
    heard: Vec<Duration>,
    cpu: Duration,
}

pub(super) struct Figures {
    /// Over HTTP/2, and over HTTP/1.1 only.
    ours: [Posts; 2],
    boto3: Option<Posts>,
    /// How long after the start of a fan-out those got their frame who are well in every fan-out: when all are, and when
    /// some are not.
    clean: Vec<Duration>,
    faulty: Vec<Duration>,
    socketio: Option<Broadcasts>,
}

pub fn run(as_json: bool) -> Result<(), Failure> {
    let bench = program::build("shared", "fanout")?;
    let folder = workspace::target()?.join("bench/fanout");
    fs::create_dir_all(&folder).explain(|| format!("cannot create {}", folder.display()))?;
    let tools = or_without("the peers", Tools::ensure(&BROADCAST, Progress::Loud));
    let tls = Tls::new(&folder)?;
    let (mut api, old_api) = (Api::start(&bench, &tls, "h2")?, Api::start(&bench, &tls, "http/1.1")?);
    let mut ours = [ours(&bench, &api)?, ours(&bench, &old_api)?];
    let peer = tools.as_ref().and_then(|tools| or_without("boto3", old_api.with(&tools.python(), BOTO3)));
    let mut figures =
        Figures { ours: Default::default(), boto3: None, clean: Vec::new(), faulty: Vec::new(), socketio: None };
    Progress::Loud.step("post to a thousand, in turns", || figures.take_turns(&mut ours, peer))?;
    Progress::Loud.step("post while some fail", || figures.fail(&mut ours[0], &mut api))?;
    figures.socketio = tools.and_then(|tools| {
        let broadcast = || Broadcasts::take(&tools.python());
        or_without("python-socketio", Progress::Loud.step("broadcast with python-socketio", broadcast))
    });
    report::print(&figures, as_json);
    Ok(())
}

/// A peer that cannot be had is said to be missing, and the others are measured.
fn or_without<T>(what: &str, had: Result<T, Failure>) -> Option<T> {
    had.map_err(|failure| warn(format_args!("without {what}: {failure}"))).ok()
}

/// A process that stands for the management API.
struct Api {
    process: Worker,
    url: String,
    authority: PathBuf,
}

impl Api {
    fn start(bench: &Path, tls: &Tls, newest: &str) -> Result<Self, Failure> {
        let mut process = Worker::start(Command::new(bench).arg("stub").args(&tls.server).args([newest, "http/1.1"]))?;
        let url = format!("https://127.0.0.1:{}", process.ask(&json!({"do": "port"}))?);
        Ok(Self { process, url, authority: tls.authority.clone() })
    }

    fn with(&self, python: &Path, script: &str) -> Result<Worker, Failure> {
        Worker::start(Command::new(python).args(["-c", script, &self.url]).arg(&self.authority))
    }

    fn arrivals(&mut self) -> Result<Vec<Duration>, Failure> {
        Ok(durations(&self.process.ask(&json!({"do": "arrivals"}))?))
    }
}

fn ours(bench: &Path, api: &Api) -> Result<Worker, Failure> {
    Worker::start(Command::new(bench).args(["ours", &api.url]).arg(&api.authority))
}

impl Posts {
    /// The first fan-out of a process, by itself.
    fn begin(worker: &mut Worker) -> Result<Self, Failure> {
        let mut posts = Self::default();
        posts.add(worker, 1)?;
        Ok(Self { first: posts.walls[0], ..Self::default() })
    }

    fn add(&mut self, worker: &mut Worker, rounds: usize) -> Result<(), Failure> {
        let answer = worker.ask(&json!({"recipients": RECIPIENTS, "rounds": rounds, "faults": false}))?;
        // Whoever leaves somebody out is quick, too.
        if answer.get("outcome").is_some_and(|outcome| outcome["delivered"] != RECIPIENTS) {
            return Err(Failure::new("not everybody got the frame").evidence(answer["outcome"].to_string()));
        }
        self.walls.extend(durations(&answer["wall_ns"]));
        self.cpu += Duration::from_nanos(answer["cpu_ns"].as_u64().unwrap_or_default());
        Ok(())
    }

    fn cpu_each(&self) -> Duration {
        self.cpu.div_f64(cases(self.walls.len() * RECIPIENTS))
    }
}

impl Figures {
    fn take_turns(&mut self, ours: &mut [Worker; 2], peer: Option<Worker>) -> Result<(), Failure> {
        let mut peer = peer.and_then(|mut peer| {
            let first = or_without("boto3", Posts::begin(&mut peer))?;
            Some((peer, first))
        });
        for (posts, worker) in self.ours.iter_mut().zip(ours.iter_mut()) {
            *posts = Posts::begin(worker)?;
        }
        for _ in 0..TURNS {
            for (posts, worker) in self.ours.iter_mut().zip(ours.iter_mut()) {
                posts.add(worker, ROUNDS)?;
            }
            if let Some((worker, posts)) = &mut peer {
                posts.add(worker, PEER_ROUNDS)?;
            }
        }
        self.boto3 = peer.map(|(_, posts)| posts);
        Ok(())
    }

    /// Clean fan-outs and those with faults in turns.
    fn fail(&mut self, ours: &mut Worker, api: &mut Api) -> Result<(), Failure> {
        api.arrivals()?;
        for round in 0..FAULTY_ROUNDS * 2 {
            let (faults, expected, into) = if round % 2 == 0 {
                (false, json!({"delivered": RECIPIENTS, "gone": 0, "left": 0}), &mut self.clean)
            } else {
                (true, json!({"delivered": 980, "gone": 10, "left": 10}), &mut self.faulty)
            };
            let answer = ours.ask(&json!({"recipients": RECIPIENTS, "rounds": 1, "faults": faults}))?;
            let outcome = &answer["outcome"];
            if ["delivered", "gone", "left"].iter().any(|what| outcome[what] != expected[what]) {
                return Err(Failure::new("not everybody who is well got the frame").evidence(outcome.to_string()));
            }
            into.extend(api.arrivals()?);
        }
        Ok(())
    }
}

impl Broadcasts {
    /// Two processes with half of the clients each; what one is told, Redis tells the other.
    fn take(python: &Path) -> Result<Self, Failure> {
        let redis = LocalCache::start("bench-fanout")?;
        let start = || Worker::start(Command::new(python).args(["-c", SOCKETIO, &redis.url()]));
        let mut servers = [start()?, start()?];
        let mut ports = Vec::new();
        for server in &mut servers {
            ports.push(server.ask(&json!({"do": "port"}))?.as_u64().unwrap_or_default());
        }
        let audience = Audience::gather(AUDIENCE, &ports)?;
        let mut heard = Vec::new();
        let mut before = Duration::ZERO;
        // The first message warms up and does not count.
        for message in 0..=MESSAGES {
            servers[0].ask(&json!({"do": "tell"}))?;
            let all = audience.heard()?;
            if message == 0 {
                before = spent(&mut servers)?;
            } else {
                heard.extend(all);
            }
        }
        Ok(Self { clients: AUDIENCE, heard, cpu: spent(&mut servers)?.saturating_sub(before) })
    }

    fn cpu_each(&self) -> Duration {
        self.cpu.div_f64(cases(self.heard.len()))
    }
}

fn spent(servers: &mut [Worker]) -> Result<Duration, Failure> {
    let mut sum = Duration::ZERO;
    for server in servers {
        sum += Duration::from_nanos(server.ask(&json!({"do": "spent"}))?.as_u64().unwrap_or_default());
    }
    Ok(sum)
}

fn durations(answer: &Value) -> Vec<Duration> {
    answer.as_array().into_iter().flatten().filter_map(Value::as_u64).map(Duration::from_nanos).collect()
}

#[expect(clippy::cast_precision_loss, reason = "there are not 2^52 of anything")]
fn cases(count: usize) -> f64 {
    count.max(1) as f64
}

//! Connections to one server: kept, shared, and given up when they turn out to be dead.

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, StatusCode, Uri};
use tokio::time::{Instant, timeout_at};

use super::link::{Link, Multiplexed};
use super::tls::{Dialer, Trouble};
use crate::domain::time::Timestamp;
use crate::ports::ambient::Clock;

/// For one request, from looking for a connection to the status of the answer; the same as of other clients.
const ATTEMPT_TIMEOUT: Duration = Duration::from_millis(1_500);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);
/// Servers end connections that are idle for a minute or so, and a frozen function does not hear of it.
const IDLE_LIMIT: Duration = Duration::from_secs(50);

pub(super) struct Links {
    dialer: Dialer,
    clock: Arc<dyn Clock>,
    pool: Mutex<Pool>,
    /// How many requests were answered, on whatever connection.
    answers: AtomicUsize,
    /// Whoever dials a server that may multiplex, so that all who wait share what is dialled.
    turn: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Pool {
    /// Of the newest link; a link is older than all with a higher number.
    born: u64,
    /// What the server was found to do.
    multiplexes: Option<bool>,
    /// Each carries one request at a time, and is in here between two of them.
    idle: Vec<(Link, Timestamp)>,
    shared: Vec<Arc<Multiplexed>>,
}

impl Links {
    pub(super) fn new(private_roots: Option<PathBuf>, clock: Arc<dyn Clock>) -> Self {
        let (pool, answers, turn) = (Mutex::default(), AtomicUsize::default(), tokio::sync::Mutex::default());
        Self { dialer: Dialer::new(private_roots), clock, pool, answers, turn }
    }

    /// The status of the answer. A kept connection that is closed before it answers says nothing about the server, only
    /// that it has been kept too long: the request is made once more, on a newer one.
    pub(super) async fn exchange(&self, request: Request<Bytes>) -> Result<StatusCode, Trouble> {
        let until = Instant::now() + ATTEMPT_TIMEOUT;
        let link = timeout_at(until, self.link(request.uri())).await??;
        if link.is_new {
            return Ok(self.send(link, request, until).await?);
        }
        match self.send(link, request.clone(), until).await {
            Err(Broken::Closed(_)) => {}
            done => return Ok(done?),
        }
        let link = timeout_at(until, self.link(request.uri())).await??;
        Ok(self.send(link, request, until).await?)
    }

    async fn send(&self, mut link: Link, request: Request<Bytes>, until: Instant) -> Result<StatusCode, Broken> {
        let (heard, newest) = (self.heard(&link), self.pool().born);
        match timeout_at(until, link.send(request)).await {
            Ok(Ok(status)) => {
                self.answers.fetch_add(1, Ordering::Relaxed);
                self.keep(link);
                Ok(status)
            }
            Ok(Err(trouble)) => {
                // What killed one connection, such as a freeze of the function, has most likely killed all of that time.
                self.give_up(|born| born <= newest);
                Err(Broken::Closed(trouble))
            }
            Err(late) => {
                // One client that does not read is no reason to leave connections on which others are answered.
                if self.heard(&link) == heard {
                    self.give_up(|born| born == link.born || link.is_exclusive() && born <= newest);
                }
                Err(Broken::Late(late.into()))
            }
        }
    }

    /// A kept link if there is one, else a new one.
    async fn link(&self, uri: &Uri) -> Result<Link, Trouble> {
        if let Some(link) = self.kept() {
            return Ok(link);
        }
        if self.pool().multiplexes == Some(false) {
            return self.dial(uri).await;
        }
        let turn = self.turn.lock().await;
        if let Some(link) = self.kept() {
            return Ok(link);
        }
        if self.pool().multiplexes == Some(false) {
            drop(turn);
        }
        self.dial(uri).await
    }

    async fn dial(&self, uri: &Uri) -> Result<Link, Trouble> {
        let dialled = timeout_at(Instant::now() + CONNECT_TIMEOUT, self.dialer.dial(uri)).await??;
        let born = {
            let mut pool = self.pool();
            pool.multiplexes = Some(dialled.multiplexes);
            pool.born += 1;
            pool.born
        };
        if !dialled.multiplexes {
            return Link::exclusive(born, dialled.stream).await;
        }
        let multiplexed = Arc::new(Multiplexed::start(born, dialled.stream, self.clock.now()).await?);
        let link = Link::stream_of(&multiplexed, true);
        self.pool().shared.push(multiplexed);
        Ok(link)
    }

    /// The answers by which a connection that is silent is told from one whose peer is gone: those on it if it carries more
    /// than one request, else those on all.
    fn heard(&self, link: &Link) -> usize {
        link.answers().unwrap_or_else(|| self.answers.load(Ordering::Relaxed))
    }

    fn kept(&self) -> Option<Link> {
        let now = self.clock.now();
        let mut pool = self.pool();
        while let Some((link, since)) = pool.idle.pop() {
            if link.is_open() && now.since(since) < IDLE_LIMIT {
                return Some(link);
            }
        }
        pool.shared.retain(|shared| shared.is_open() && now.since(shared.last_used()) < IDLE_LIMIT);
        let shared = pool.shared.iter().find(|shared| shared.has_room())?;
        shared.note_use(now);
        Some(Link::stream_of(shared, false))
    }

    fn keep(&self, mut link: Link) {
        if link.is_exclusive() && link.is_open() {
            link.is_new = false;
            self.pool().idle.push((link, self.clock.now()));
        }
    }

    /// Keeps no link for which this holds. Requests that are under way on one are left alone.
    fn give_up(&self, is_dead: impl Fn(u64) -> bool) {
        let mut pool = self.pool();
        pool.idle.retain(|(link, _)| !is_dead(link.born));
        pool.shared.retain(|shared| !is_dead(shared.born));
    }

    fn pool(&self) -> MutexGuard<'_, Pool> {
        self.pool.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Why there is no answer.
enum Broken {
    Closed(Trouble),
    Late(Trouble),
}

impl From<Broken> for Trouble {
    fn from(broken: Broken) -> Self {
        match broken {
            Broken::Closed(trouble) | Broken::Late(trouble) => trouble,
        }
    }
}

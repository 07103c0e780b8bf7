//! What the devices of a history share: how far it has come, and what it came to.

use std::collections::BTreeMap;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// How long a device waits for what it was promised once no promise is left. Only a history that breaks one takes as long.
const LAST_PATIENCE: Duration = Duration::from_secs(20);

pub(super) struct World {
    /// Messages.
    pub(super) acknowledged: AtomicUsize,
    /// Devices that have something to say yet.
    talking: AtomicUsize,
    has_cleared_up: AtomicBool,
    has_failed: AtomicBool,
    rest: OnceLock<Rest>,
}

/// A history that has come to rest.
struct Rest {
    /// The number of the last entry of each conversation.
    last: BTreeMap<String, u64>,
    since: Instant,
}

impl World {
    pub(super) fn new(talking: usize) -> Self {
        Self {
            acknowledged: AtomicUsize::default(),
            talking: talking.into(),
            has_cleared_up: AtomicBool::default(),
            has_failed: AtomicBool::default(),
            rest: OnceLock::default(),
        }
    }

    pub(super) fn is_stormy(&self) -> bool {
        !self.has_cleared_up.load(Ordering::Relaxed) && !self.has_failed()
    }

    pub(super) fn clears_up(&self) {
        self.has_cleared_up.store(true, Ordering::Relaxed);
    }

    pub(super) fn one_is_silent(&self) {
        self.talking.fetch_sub(1, Ordering::Relaxed);
    }

    pub(super) fn is_silent(&self) -> bool {
        self.talking.load(Ordering::Relaxed) == 0 || self.has_failed()
    }

    pub(super) fn comes_to_rest(&self, last: BTreeMap<String, u64>) {
        assert!(self.rest.set(Rest { last, since: Instant::now() }).is_ok(), "a history rests once");
    }

    /// The last entries, once there will be no more of them.
    pub(super) fn last(&self) -> Option<&BTreeMap<String, u64>> {
        self.rest.get().map(|rest| &rest.last)
    }

    /// Whether waiting any longer makes no sense.
    pub(super) fn is_over(&self) -> bool {
        self.has_failed() || self.rest.get().is_some_and(|rest| rest.since.elapsed() > LAST_PATIENCE)
    }

    fn has_failed(&self) -> bool {
        self.has_failed.load(Ordering::Relaxed)
    }
}

/// Held by every thread of a history: whoever panics ends it for all.
pub(super) struct Fuse<'w>(pub(super) &'w World);

impl Drop for Fuse<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.has_failed.store(true, Ordering::Relaxed);
        }
    }
}

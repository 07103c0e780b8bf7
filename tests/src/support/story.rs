//! A story: fresh people in a town, and a look around at the end for anything they left lying about.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, UNIX_EPOCH};

use serde_json::{Value, json};
use shared::domain::limit::{Limit, Subject, Window};
use shared::domain::time::Timestamp;

use super::{Person, Town, eventually};

pub(crate) struct Story {
    pub(crate) town: &'static Town,
    /// Ids that outbox rows of this story carry.
    ids: Mutex<Vec<String>>,
    /// The town's only story, until it ends.
    _turn: Option<MutexGuard<'static, ()>>,
}

impl Story {
    pub(crate) fn in_peace() -> Self {
        Self { town: Town::peaceful(), ids: Mutex::default(), _turn: None }
    }

    pub(crate) fn in_trouble() -> Self {
        Self { town: Town::troubled(), ids: Mutex::default(), _turn: None }
    }

    /// A story that changes what holds for everybody: others in its town wait for its end.
    pub(crate) fn alone() -> Self {
        static TURN: Mutex<()> = Mutex::new(());
        // A story that failed before this one has been told of already.
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        Self { town: Town::secluded(), ids: Mutex::default(), _turn: Some(turn) }
    }

    /// The only story in its town: nobody else can do with a cache that comes and goes.
    pub(crate) fn in_a_storm() -> Self {
        Self { town: Town::stormy(), ids: Mutex::default(), _turn: None }
    }

    /// A story about everything that goes wrong at random, or about what is done when nothing does: one at a time.
    pub(crate) fn in_the_weather() -> Self {
        static TURN: Mutex<()> = Mutex::new(());
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        Self { town: Town::weathered(), ids: Mutex::default(), _turn: Some(turn) }
    }

    /// The only story in its town: about mails by the thousand.
    pub(crate) fn in_the_post_office() -> Self {
        Self { town: Town::postal(), ids: Mutex::default(), _turn: None }
    }

    /// A story about backups, which are of everybody: one at a time.
    pub(crate) fn in_the_archive() -> Self {
        static TURN: Mutex<()> = Mutex::new(());
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        Self { town: Town::archived(), ids: Mutex::default(), _turn: Some(turn) }
    }

    pub(crate) fn with_providers() -> Self {
        Self { town: Town::with_providers(), ids: Mutex::default(), _turn: None }
    }

    /// Somebody who has registered, confirmed and signed in.
    pub(crate) fn newcomer(&self, name: &str) -> Person<'_> {
        let person = Person::arrives(self, name);
        person.confirms();
        person.signs_in();
        person
    }

    /// A newcomer with a profile.
    pub(crate) fn resident(&self, name: &str) -> Person<'_> {
        let person = self.newcomer(name);
        person.writes_profile(&Person::profile(name));
        person
    }

    /// Two residents who matched, and their conversation.
    pub(crate) fn couple(&self) -> (Person<'_>, Person<'_>, String) {
        let (ada, bob) = (self.resident("Ada"), self.resident("Bob"));
        ada.likes(&bob);
        let conversation = bob.matches_with(&ada);
        (ada, bob, conversation)
    }

    pub(crate) fn remember(&self, id: &str) {
        self.ids.lock().unwrap().push(id.to_owned());
    }

    /// As if all but `left` of what a limit allows had been done already, in a window that lasts for a while yet.
    pub(crate) fn has_left(&self, limit: &Limit, subject: &Subject, left: u32) {
        let window = eventually("a window that does not end at once", || {
            let now = Timestamp::from_unix_seconds(UNIX_EPOCH.elapsed().unwrap().as_secs());
            let window = limit.window_of(subject, now);
            (window.ends_at.since(now) > Duration::from_secs(25)).then_some(window)
        });
        self.town.put_item("Ops", &counter(limit, subject, &window, i64::from(limit.max - left)));
    }

    /// Room for more than a limit allows, for some minutes: this story is not about the limit.
    pub(crate) fn has_room(&self, limit: &Limit, subject: &Subject) {
        let now = UNIX_EPOCH.elapsed().unwrap().as_secs();
        for step in 0..15 {
            let window = limit.window_of(subject, Timestamp::from_unix_seconds(now) + limit.window * step);
            self.town.put_item("Ops", &counter(limit, subject, &window, -100_000));
        }
    }

    fn left_over(&self) -> Vec<String> {
        let ids = self.ids.lock().unwrap();
        self.town.outbox().into_iter().filter(|row| ids.iter().any(|id| row.contains(id))).collect()
    }
}

fn counter(limit: &Limit, subject: &Subject, window: &Window, count: i64) -> Value {
    json!({
        "pk": { "S": format!("LIMIT#{}#{}", limit.name, subject.as_str()) },
        "sk": { "S": format!("{}#0", window.number) },
        "count": { "N": count.to_string() },
        "expires_at": { "N": window.ends_at.unix_seconds().to_string() },
    })
}

/// A story that leaves promises in the outbox, messages in a dead-letter queue or secrets in a log has failed.
impl Drop for Story {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.town.tell_what_went_wrong();
            return;
        }
        eventually("an empty outbox", || self.left_over().is_empty().then_some(()));
        let queues = self.town.stack.queue_depths().unwrap();
        let dead: Vec<_> =
            queues.iter().filter(|queue| queue.name.contains("DeadLetter") && queue.visible > 0).collect();
        assert!(dead.is_empty(), "dead letters: {dead:?}");
        let leaks = self.town.leaks();
        assert!(leaks.is_empty(), "secrets in the logs:\n{}", leaks.join("\n"));
    }
}

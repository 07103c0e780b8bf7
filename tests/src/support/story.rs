//! A story: fresh people in a town, and a look around at the end for anything they left lying about.

use std::sync::{Mutex, MutexGuard, PoisonError};

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

    fn left_over(&self) -> Vec<String> {
        let ids = self.ids.lock().unwrap();
        self.town.outbox().into_iter().filter(|row| ids.iter().any(|id| row.contains(id))).collect()
    }
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

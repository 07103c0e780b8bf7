//! Visits: who looks at their list, noted for whoever makes lists ahead.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::domain::id::UserId;
use crate::error::{Error, Result};
use crate::ports::activity::Activity;
use crate::ports::ambient::Ambient;
use crate::telemetry;

/// How long a request may be kept by it, beside which it reads its page: a note is not worth a retry.
const PATIENCE: Duration = Duration::from_millis(250);
/// Of how many people an environment remembers that they are noted. Others are noted once more, which is no error.
const REMEMBERED: usize = 10_000;

/// Notes everybody once per hour and environment. Whatever fails is reported, and is nothing to the request.
#[derive(Clone)]
pub struct Visits {
    activity: Arc<dyn Activity>,
    ambient: Ambient,
    noted: Arc<Mutex<Noted>>,
}

/// Who was noted in one hour, counted since 1970.
#[derive(Default)]
struct Noted {
    hour: u64,
    people: HashSet<UserId>,
}

impl Visits {
    pub fn new(activity: Arc<dyn Activity>, ambient: Ambient) -> Self {
        Self { activity, ambient, noted: Arc::default() }
    }

    /// To be awaited beside other reads.
    pub async fn note(&self, user_id: UserId) {
        let hour = self.ambient.now().unix_seconds() / 3_600;
        if self.is_noted(hour, user_id) {
            return;
        }
        match self.write(user_id).await {
            Ok(()) => self.remember(hour, user_id),
            Err(error) => telemetry::report(&error),
        }
    }

    async fn write(&self, user_id: UserId) -> Result<()> {
        let written = tokio::time::timeout(PATIENCE, self.activity.visited(user_id)).await;
        written.unwrap_or_else(|_| Err(Error::unavailable("noting a visit took too long")))
    }

    fn is_noted(&self, hour: u64, user_id: UserId) -> bool {
        let noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        noted.hour == hour && noted.people.contains(&user_id)
    }

    fn remember(&self, hour: u64, user_id: UserId) {
        let mut noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        if noted.hour != hour || noted.people.len() >= REMEMBERED {
            *noted = Noted { hour, people: HashSet::new() };
        }
        noted.people.insert(user_id);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use async_trait::async_trait;

    use super::*;
    use crate::domain::id::Id;
    use crate::domain::time::Timestamp;
    use crate::ports::ambient::{Clock, Rng};

    /// A table that takes notes, fails, or never answers, and a clock.
    #[derive(Default)]
    struct World {
        seconds: AtomicU64,
        notes: AtomicU64,
        mood: Mutex<Mood>,
    }

    #[derive(Clone, Copy, Default)]
    enum Mood {
        #[default]
        Well,
        Failing,
        Silent,
    }

    impl World {
        fn notes(&self) -> u64 {
            self.notes.load(Ordering::Relaxed)
        }
    }

    #[async_trait]
    impl Activity for World {
        async fn visited(&self, _: UserId) -> Result<()> {
            self.notes.fetch_add(1, Ordering::Relaxed);
            let mood = *self.mood.lock().unwrap();
            match mood {
                Mood::Well => Ok(()),
                Mood::Failing => Err(Error::unavailable("the table takes nothing")),
                Mood::Silent => std::future::pending().await,
            }
        }

        async fn visitors(&self, _: Timestamp, _: usize) -> Result<Vec<UserId>> {
            Ok(Vec::new())
        }

        async fn wished(&self, _: usize) -> Result<Vec<UserId>> {
            Ok(Vec::new())
        }
    }

    impl Clock for World {
        fn now(&self) -> Timestamp {
            Timestamp::from_unix_seconds(self.seconds.load(Ordering::Relaxed))
        }
    }

    impl Rng for World {
        fn fill(&self, _: &mut [u8]) {}
    }

    fn visits(world: &Arc<World>) -> Visits {
        Visits::new(world.clone(), Ambient::new(world.clone(), world.clone()))
    }

    fn person(number: u8) -> UserId {
        UserId::from_parts(Timestamp::from_unix_seconds(0), [number; 10])
    }

    #[tokio::test]
    async fn everybody_is_noted_once_an_hour() {
        let world = Arc::new(World::default());
        let visits = visits(&world);
        for _ in 0..3 {
            visits.note(person(1)).await;
            visits.clone().note(person(2)).await;
        }
        assert_eq!(world.notes(), 2);
        world.seconds.store(3_600, Ordering::Relaxed);
        visits.note(person(1)).await;
        visits.note(person(1)).await;
        assert_eq!(world.notes(), 3);
    }

    #[tokio::test]
    async fn what_could_not_be_noted_is_noted_with_the_next_visit_and_keeps_nobody_waiting() {
        let world = Arc::new(World::default());
        let visits = visits(&world);
        for mood in [Mood::Failing, Mood::Silent, Mood::Well] {
            *world.mood.lock().unwrap() = mood;
            let noted = tokio::time::timeout(Duration::from_secs(10), visits.note(person(1))).await;
            noted.expect("a visit should keep nobody waiting");
        }
        assert_eq!(world.notes(), 3);
        visits.note(person(1)).await;
        assert_eq!(world.notes(), 3);
    }
}

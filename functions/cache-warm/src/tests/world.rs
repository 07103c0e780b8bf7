//! People in memory, with a clock in the test's hand. Making a list shows in whom the index was asked for.

use std::collections::BTreeMap;
use std::sync::Mutex;

use async_trait::async_trait;
use shared::domain::cache::{KeyText, Tally, Tiers};
use shared::domain::id::Id;
use shared::domain::matching::{Answer, Head, Model, Person, Statements, Taste};
use shared::domain::pair::Pair;
use shared::domain::profile::{Profile, ProfileDetails};
use shared::domain::time::Timestamp;
use shared::models::Models;
use shared::ports::ambient::{Clock, Rng};
use shared::ports::cache::{Cache, CacheStore, Claim, LeaseToken};
use shared::ports::cache_stats::CacheStats;
use shared::ports::candidates::{CandidateIndex, Candidates};
use shared::ports::matrix::Matrix;
use shared::ports::pairs::{BlockedPerson, ConnectedPerson, Consequences, Pairs};
use shared::ports::profiles::{self, Profiles};
use shared::ports::tastes::Tastes;

use super::super::*;

/// The hour in which every run begins, counted since 1970.
const HOUR: u64 = 500_000;

#[derive(Default)]
pub(super) struct World {
    /// Milliseconds into the hour.
    pub(super) millis: Mutex<u64>,
    /// Who came, by how many hours ago.
    pub(super) visitors: Mutex<BTreeMap<u64, Vec<UserId>>>,
    pub(super) wished: Mutex<Vec<UserId>>,
    pub(super) strangers: Mutex<Vec<UserId>>,
    pub(super) broken: Mutex<Option<UserId>>,
    /// How long the index takes, in milliseconds.
    pub(super) slowness: Mutex<u64>,
    pub(super) made: Mutex<Vec<UserId>>,
    /// How many are made now, and at most were.
    pub(super) at_work: Mutex<(usize, usize)>,
    pub(super) has_no_cache: Mutex<bool>,
    pub(super) questions: Mutex<usize>,
}

pub(super) fn id(number: usize) -> UserId {
    let mut entropy = [0; 10];
    entropy[2..].copy_from_slice(&number.to_be_bytes());
    UserId::from_parts(Timestamp::from_unix_seconds(0), entropy)
}

pub(super) fn ids(numbers: std::ops::Range<usize>) -> Vec<UserId> {
    numbers.map(id).collect()
}

impl World {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self::default())
    }

    pub(super) fn came(&self, hours_ago: u64, people: std::ops::Range<usize>) {
        self.visitors.lock().unwrap().insert(hours_ago, ids(people));
    }

    pub(super) fn passes(&self, millis: u64) {
        *self.millis.lock().unwrap() += millis;
    }

    pub(super) async fn runs(self: &Arc<Self>) -> Result<()> {
        let ambient = Ambient::new(self.clone(), self.clone());
        let cache = Arc::new(Cache::new(self.clone(), self.clone(), Tiers::default(), ambient.clone()));
        let people = People::without_presence(self.clone(), self.clone());
        let ranker = Ranker::new(self.clone(), people.clone(), cache.clone());
        let deps = Deps {
            activity: self.clone(),
            people,
            lens: Lens::new(Models::new(self.clone()).through(cache), self.clone()),
            ranker: (!*self.has_no_cache.lock().unwrap()).then_some(ranker),
            ambient,
        };
        warm(&deps).await
    }

    /// Whose lists were made since the last question, in that order.
    pub(super) fn made(&self) -> Vec<UserId> {
        std::mem::take(&mut self.made.lock().unwrap())
    }
}

impl Clock for World {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix_millis(HOUR * 3_600_000 + *self.millis.lock().unwrap())
    }
}

/// Chance that always draws the first.
impl Rng for World {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(0);
    }
}

#[async_trait]
impl Activity for World {
    async fn visited(&self, _: UserId) -> Result<()> {
        Err(Error::internal("a run notes nobody"))
    }

    async fn visitors(&self, time: Timestamp, limit: usize) -> Result<Vec<UserId>> {
        *self.questions.lock().unwrap() += 1;
        let hours_ago = HOUR - time.unix_seconds() / 3_600;
        let visitors = self.visitors.lock().unwrap();
        Ok(visitors.get(&hours_ago).into_iter().flatten().take(limit).copied().collect())
    }

    async fn wished(&self, limit: usize) -> Result<Vec<UserId>> {
        *self.questions.lock().unwrap() += 1;
        Ok(self.wished.lock().unwrap().iter().take(limit).copied().collect())
    }
}

#[async_trait]
impl Profiles for World {
    async fn find(&self, _: UserId) -> Result<Option<Profile>> {
        Err(Error::internal("a run reads people"))
    }

    async fn find_people(&self, user_ids: &[UserId]) -> Result<Vec<Person>> {
        let strangers = self.strangers.lock().unwrap();
        let said = serde_json::json!({"name": "Sam", "field": "design", "experience_years": 5, "time_zone": "UTC"});
        let details = ProfileDetails::parse(&serde_json::from_value(said).unwrap()).unwrap();
        let known = user_ids.iter().filter(|user_id| !strangers.contains(user_id));
        Ok(known.map(|user_id| Person::new(Profile::new(*user_id, details.clone(), Clock::now(self)), None)).collect())
    }

    async fn save(&self, _: &Profile, _: &profiles::Consequences) -> Result<bool> {
        Err(Error::internal("a run writes no profiles"))
    }
}

#[async_trait]
impl Pairs for World {
    async fn find(&self, a: UserId, b: UserId) -> Result<Pair> {
        Ok(Pair::strangers(a, b))
    }

    async fn find_many(&self, _: UserId, _: &[UserId]) -> Result<Vec<Pair>> {
        Ok(Vec::new())
    }

    async fn replace(&self, _: &Pair, _: &Pair, _: &Consequences) -> Result<bool> {
        Err(Error::internal("a run changes no pairs"))
    }

    async fn answered_by(&self, _: UserId) -> Result<Vec<UserId>> {
        Ok(Vec::new())
    }

    async fn connections_of(&self, _: UserId) -> Result<Vec<ConnectedPerson>> {
        Ok(Vec::new())
    }

    async fn blocks_of(&self, _: UserId) -> Result<Vec<BlockedPerson>> {
        Ok(Vec::new())
    }
}

#[async_trait]
impl Tastes for World {
    async fn find(&self, _: UserId) -> Result<Taste> {
        Ok(Taste::default())
    }

    async fn before_answer(&self, _: UserId, _: UserId) -> Result<(Taste, Option<Answer>)> {
        Err(Error::internal("nobody answers in a run"))
    }
}

#[async_trait]
impl Matrix for World {
    async fn head(&self) -> Result<Head> {
        Ok(Head::default())
    }

    async fn statements(&self) -> Result<Statements> {
        Ok(Statements::default())
    }
}

#[async_trait]
impl CandidateIndex for World {
    async fn search(&self, seeker: &Person, _: &Model, _: &Wanted, _: usize) -> Result<Candidates> {
        let is_broken = *self.broken.lock().unwrap() == Some(seeker.profile.user_id);
        if !is_broken {
            self.made.lock().unwrap().push(seeker.profile.user_id);
        }
        {
            let mut at_work = self.at_work.lock().unwrap();
            at_work.0 += 1;
            at_work.1 = at_work.1.max(at_work.0);
        }
        for _ in 0..10 {
            tokio::task::yield_now().await;
        }
        self.at_work.lock().unwrap().0 -= 1;
        self.passes(*self.slowness.lock().unwrap());
        if is_broken {
            return Err(Error::unavailable("the index fails for this one"));
        }
        Ok(Candidates { ids: Vec::new(), searched: 0, of: 0, fresh_as_of: Clock::now(self) })
    }

    async fn changed_since(&self, _: Timestamp) -> Result<Option<Vec<UserId>>> {
        Ok(Some(Vec::new()))
    }
}

#[async_trait]
impl CacheStore for World {
    async fn get(&self, keys: &[KeyText]) -> Result<Vec<Option<Vec<u8>>>> {
        Ok(vec![None; keys.len()])
    }

    async fn put(&self, _: &KeyText, _: &[u8], _: Duration) -> Result<()> {
        Ok(())
    }

    async fn claim(&self, _: &KeyText, _: LeaseToken, _: Duration) -> Result<Claim> {
        Ok(Claim { is_ours: true, value: None })
    }

    async fn settle(&self, _: &KeyText, _: LeaseToken, _: Option<(&[u8], Duration)>) -> Result<()> {
        Ok(())
    }
}

#[async_trait]
impl CacheStats for World {
    async fn add(&self, _: &Tally) -> Result<()> {
        Ok(())
    }

    async fn read(&self, _: Timestamp) -> Result<Tally> {
        Ok(Tally::default())
    }
}

//! What people are compared through: the model that all share, kept in process for as long as its version is current, and
//! in the cache for environments that begin; and what the one who asks has taught by their answers.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use futures::try_join;

use crate::domain::cache::{Family, Key, Parts, Tier};
use crate::domain::id::UserId;
use crate::domain::matching::{ForYou, Head, KeptMatrix, Leaning, Model, Score, SkillMatrix, Weights};
use crate::error::Result;
use crate::ports::cache::Cache;
use crate::ports::matrix::Matrix;
use crate::ports::tastes::Tastes;

/// Gives the current model. A request reads the head, which it does beside its other first reads; the matrix itself is read
/// only when there is another version of it.
#[derive(Clone)]
pub struct Models {
    matrix: Arc<dyn Matrix>,
    cache: Option<Arc<Cache>>,
    kept: Arc<Mutex<Kept>>,
}

/// A model, and the generation of the caches in which it was made.
#[derive(Clone, Default)]
struct Kept {
    model: Arc<Model>,
    generation: u64,
}

impl Kept {
    /// The built-in model is the same in every generation.
    fn is_of(&self, head: &Head) -> bool {
        let is_renewed = head.matrix == 0 || self.generation == head.generation(Family::Matrix);
        self.model.matrix.version() == head.matrix && is_renewed
    }
}

/// A version of what is stated. The built-in matrix is code, and comes with the one who reads it.
struct MatrixKey(u64);

impl Key for MatrixKey {
    type Value = KeptMatrix;

    const FAMILY: Family = Family::Matrix;
    const TIER: Tier = Tier::Matrix;
    const SCHEMA: u16 = 1;

    fn parts(&self, parts: &mut Parts) {
        parts.add(self.0);
    }
}

impl Models {
    /// Before anything is stated it is the built-in model, which needs no reading.
    pub fn new(matrix: Arc<dyn Matrix>) -> Self {
        Self { matrix, cache: None, kept: Arc::default() }
    }

    /// The same for a function that has a cache: of all environments that have not read a version yet, one reads its rows.
    #[must_use]
    pub fn through(self, cache: Arc<Cache>) -> Self {
        Self { cache: Some(cache), ..self }
    }

    pub async fn head(&self) -> Result<Head> {
        self.matrix.head().await
    }

    /// The model of this version, or of a later one if somebody edits at this moment: it says itself which.
    pub async fn at(&self, head: &Head) -> Result<Arc<Model>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if kept.is_of(head) {
            return Ok(kept.model);
        }
        let matrix = Arc::new(self.read(head).await?);
        let model = Arc::new(Model { matrix, weights: Weights::default() });
        let kept = Kept { model: Arc::clone(&model), generation: head.generation(Family::Matrix) };
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = kept;
        Ok(model)
    }

    async fn read(&self, head: &Head) -> Result<SkillMatrix> {
        if let Some(cache) = self.cache.as_ref().filter(|_| head.matrix > 0) {
            let rows = async { Ok(KeptMatrix::from(&self.matrix.statements().await?)) };
            let generation = head.generation(Family::Matrix);
            let kept = cache.get_or_compute(&MatrixKey(head.matrix), generation, rows).await?;
            // Whoever read the rows while somebody edited them has kept a later version under this one.
            if kept.version() == head.matrix {
                return Ok(kept.matrix());
            }
        }
        Ok(self.matrix.statements().await?.matrix())
    }

    /// The model that is current now.
    pub async fn current(&self) -> Result<Arc<Model>> {
        self.at(&self.head().await?).await
    }
}

impl fmt::Debug for Models {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Models")
    }
}

/// Gives the current model together with the taste of whoever asks.
#[derive(Clone)]
pub struct Lens {
    models: Models,
    tastes: Arc<dyn Tastes>,
}

/// How one person sees others. Nobody's taste but their own is in it.
#[derive(Clone, Debug)]
pub struct Sight {
    pub head: Head,
    /// The model of the score that both sides share.
    pub model: Arc<Model>,
    /// How the person weighs it, if their answers moved anything and they did not switch it off.
    pub leaning: Option<Leaning>,
    /// How often the person has let somebody back into their lists.
    pub returns: u64,
}

impl Lens {
    pub fn new(models: Models, tastes: Arc<dyn Tastes>) -> Self {
        Self { models, tastes }
    }

    /// Strongly consistent: an edit of the matrix and an answer count in the very next list.
    pub async fn of(&self, user_id: UserId) -> Result<Sight> {
        let (head, taste) = try_join!(self.models.head(), self.tastes.find(user_id))?;
        let model = self.models.at(&head).await?;
        let leaning = taste.leaning(&model.weights);
        Ok(Sight { head, model, leaning, returns: taste.returns })
    }
}

impl fmt::Debug for Lens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Lens")
    }
}

impl Sight {
    /// What the person's list is ordered by.
    pub fn ranking(&self) -> Model {
        let weights = self.leaning.as_ref().map_or(self.model.weights, |leaning| leaning.weights);
        self.model.weighing(weights)
    }

    /// What of the person's taste their list depends on, for what is kept of it. Most answers change nothing in it.
    pub fn weights(&self) -> String {
        self.ranking().weights.to_string()
    }

    /// What a score is for this person, if that is not what it is for everybody.
    pub fn for_you(&self, score: &Score) -> Option<ForYou> {
        self.leaning.as_ref().map(|leaning| leaning.on(score))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::time::Duration;

    use async_trait::async_trait;

    use super::*;
    use crate::domain::cache::{KeyText, Tally, Tiers};
    use crate::domain::id::{Id, UserId};
    use crate::domain::matching::{SkillPair, Statement, Statements};
    use crate::domain::time::Timestamp;
    use crate::ports::ambient::{Ambient, Clock, Rng};
    use crate::ports::cache::{CacheStore, Claim, LeaseToken};
    use crate::ports::cache_stats::CacheStats;

    /// A matrix in which every version states its own number about the same pair.
    #[derive(Default)]
    struct Sheet {
        version: AtomicU64,
        readings: AtomicU64,
        generation: AtomicU64,
        /// What is kept for all environments.
        store: Mutex<HashMap<KeyText, Vec<u8>>>,
    }

    #[async_trait]
    impl Matrix for Sheet {
        async fn head(&self) -> Result<Head> {
            Ok(Head::new(self.version.load(Ordering::Relaxed), |_| self.generation.load(Ordering::Relaxed)))
        }

        async fn statements(&self) -> Result<Statements> {
            self.readings.fetch_add(1, Ordering::Relaxed);
            let version = self.version.load(Ordering::Relaxed);
            let pair =
                SkillPair::parse("falconry", "rust", f64::from(u32::try_from(version).unwrap()) / 100.0).unwrap();
            let (at, by) =
                (Timestamp::from_unix_millis(0), UserId::from_parts(Timestamp::from_unix_millis(0), [0; 10]));
            Ok(Statements::new(version, [Statement { pair, stated_by: by, stated_at: at, version }]))
        }
    }

    #[tokio::test]
    async fn a_version_is_read_once_and_the_built_in_one_never() {
        let sheet = Arc::new(Sheet::default());
        let models = Models::new(sheet.clone());
        assert_eq!(models.current().await.unwrap().matrix.version(), 0);
        assert_eq!(sheet.readings.load(Ordering::Relaxed), 0);
        for version in [1, 2] {
            sheet.version.store(version, Ordering::Relaxed);
            for models in [&models, &models.clone(), &models] {
                assert_eq!(models.current().await.unwrap().matrix.version(), version);
            }
            assert_eq!(sheet.readings.load(Ordering::Relaxed), version);
        }
        // Restored from a backup: an older version is another one, too.
        sheet.version.store(1, Ordering::Relaxed);
        assert_eq!(models.current().await.unwrap().matrix.version(), 1);
    }

    #[async_trait]
    impl CacheStore for Sheet {
        async fn get(&self, keys: &[KeyText]) -> Result<Vec<Option<Vec<u8>>>> {
            let store = self.store.lock().unwrap();
            Ok(keys.iter().map(|key| store.get(key).cloned()).collect())
        }

        async fn put(&self, key: &KeyText, value: &[u8], _: Duration) -> Result<()> {
            self.store.lock().unwrap().insert(key.clone(), value.to_vec());
            Ok(())
        }

        async fn claim(&self, key: &KeyText, _: LeaseToken, _: Duration) -> Result<Claim> {
            Ok(Claim { is_ours: true, value: self.store.lock().unwrap().get(key).cloned() })
        }

        async fn settle(&self, key: &KeyText, _: LeaseToken, value: Option<(&[u8], Duration)>) -> Result<()> {
            match value {
                Some((value, ttl)) => self.put(key, value, ttl).await,
                None => Ok(()),
            }
        }
    }

    #[async_trait]
    impl CacheStats for Sheet {
        async fn add(&self, _: &Tally) -> Result<()> {
            Ok(())
        }

        async fn read(&self, _: Timestamp) -> Result<Tally> {
            Ok(Tally::default())
        }
    }

    impl Clock for Sheet {
        fn now(&self) -> Timestamp {
            Timestamp::from_unix_seconds(1_000_000)
        }
    }

    impl Rng for Sheet {
        fn fill(&self, _: &mut [u8]) {}
    }

    /// An environment that has just begun.
    fn environment(sheet: &Arc<Sheet>) -> Models {
        let ambient = Ambient::new(sheet.clone(), sheet.clone());
        let cache = Cache::new(sheet.clone(), sheet.clone(), Tiers::default(), ambient);
        Models::new(sheet.clone()).through(Arc::new(cache))
    }

    #[tokio::test]
    async fn environments_that_begin_take_a_version_from_the_cache_until_it_is_cleared() {
        let sheet = Arc::new(Sheet::default());
        let readings = || sheet.readings.load(Ordering::Relaxed);
        assert_eq!(environment(&sheet).current().await.unwrap().matrix.version(), 0);
        assert_eq!(readings(), 0, "the built-in one is nowhere to be read");
        sheet.version.store(7, Ordering::Relaxed);
        let [first, second] = [environment(&sheet), environment(&sheet)];
        for models in [&first, &second, &first] {
            let matrix = &models.current().await.unwrap().matrix;
            assert_eq!((matrix.version(), readings()), (7, 1));
        }
        sheet.generation.store(1, Ordering::Relaxed);
        for models in [&first, &second, &environment(&sheet)] {
            models.current().await.unwrap();
            assert_eq!(readings(), 2, "cleared for everybody, and read once");
        }
    }

    #[tokio::test]
    async fn a_later_version_that_was_kept_under_an_earlier_one_is_not_believed() {
        let sheet = Arc::new(Sheet::default());
        sheet.version.store(4, Ordering::Relaxed);
        let head = sheet.head().await.unwrap();
        sheet.version.store(5, Ordering::Relaxed);
        assert_eq!(environment(&sheet).at(&head).await.unwrap().matrix.version(), 5, "somebody edits at this moment");
        // Restored from a backup.
        sheet.version.store(4, Ordering::Relaxed);
        assert_eq!(environment(&sheet).current().await.unwrap().matrix.version(), 4);
    }
}

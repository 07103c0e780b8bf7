//! What people are compared through: the model that all share, kept in process for as long as its version is current, and
//! what the one who asks has taught by their answers.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use futures::try_join;

use crate::domain::id::UserId;
use crate::domain::matching::{ForYou, Head, Leaning, Model, Score, Weights};
use crate::error::Result;
use crate::ports::matrix::Matrix;
use crate::ports::tastes::Tastes;

/// Gives the current model. A request reads the head, which it does beside its other first reads; the matrix itself is read
/// only when there is another version of it.
#[derive(Clone)]
pub struct Models {
    matrix: Arc<dyn Matrix>,
    kept: Arc<Mutex<Arc<Model>>>,
}

impl Models {
    /// Before anything is stated it is the built-in model, which needs no reading.
    pub fn new(matrix: Arc<dyn Matrix>) -> Self {
        Self { matrix, kept: Arc::default() }
    }

    pub async fn head(&self) -> Result<Head> {
        self.matrix.head().await
    }

    /// The model of this version, or of a later one if somebody edits at this moment: it says itself which.
    pub async fn at(&self, head: &Head) -> Result<Arc<Model>> {
        let kept = Arc::clone(&self.kept.lock().unwrap_or_else(PoisonError::into_inner));
        if kept.matrix.version() == head.matrix {
            return Ok(kept);
        }
        let matrix = self.matrix.statements().await?.matrix();
        let model = Arc::new(Model { matrix: Arc::new(matrix), weights: Weights::default() });
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&model);
        Ok(model)
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
        Ok(Sight { head, model, leaning })
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
    use std::sync::atomic::{AtomicU64, Ordering};

    use async_trait::async_trait;

    use super::*;
    use crate::domain::id::{Id, UserId};
    use crate::domain::matching::{SkillPair, Statement, Statements};
    use crate::domain::time::Timestamp;

    /// A matrix in which every version states its own number about the same pair.
    #[derive(Default)]
    struct Sheet {
        version: AtomicU64,
        readings: AtomicU64,
    }

    #[async_trait]
    impl Matrix for Sheet {
        async fn head(&self) -> Result<Head> {
            Ok(Head::new(self.version.load(Ordering::Relaxed), |_| 0))
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
}

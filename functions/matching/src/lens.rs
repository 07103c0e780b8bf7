//! What people are compared through: the model that all share, and what the one who asks has taught by their answers.

use std::sync::Arc;

use futures::try_join;
use shared::domain::id::UserId;
use shared::domain::matching::{ForYou, Leaning, Model, Score};
use shared::error::Result;
use shared::models::Models;
use shared::ports::tastes::Tastes;

#[derive(Clone)]
pub struct Lens {
    models: Models,
    tastes: Arc<dyn Tastes>,
}

/// How one person sees others. Nobody's taste but their own is in it.
#[derive(Clone, Debug)]
pub(crate) struct Sight {
    /// The model of the score that both sides share.
    pub(crate) model: Arc<Model>,
    /// How the person weighs it, if their answers moved anything and they did not switch it off.
    leaning: Option<Leaning>,
}

impl Lens {
    pub fn new(models: Models, tastes: Arc<dyn Tastes>) -> Self {
        Self { models, tastes }
    }

    pub(crate) async fn of(&self, user_id: UserId) -> Result<Sight> {
        let (model, taste) = try_join!(self.models.current(), self.tastes.find(user_id))?;
        let leaning = taste.leaning(&model.weights);
        Ok(Sight { model, leaning })
    }
}

impl Sight {
    /// What the person's list is ordered by.
    pub(crate) fn ranking(&self) -> Model {
        let weights = self.leaning.as_ref().map_or(self.model.weights, |leaning| leaning.weights);
        self.model.weighing(weights)
    }

    pub(crate) fn for_you(&self, score: &Score) -> Option<ForYou> {
        self.leaning.as_ref().map(|leaning| leaning.on(score))
    }
}

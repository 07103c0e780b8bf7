//! The simulation's ports, for the suite that holds them to the terms of the real ones.

use std::sync::Arc;

use shared::domain::conversation::Party;
use shared::domain::id::{ConversationId, UserId};
use shared::domain::time::Timestamp;

use super::gateway::Gateway;
use super::memory::Memory;
use super::state::Talk;
use super::world::{Weather, World};

/// The ports on a fine day.
#[derive(Clone)]
pub(crate) struct InMemory(Memory);

impl InMemory {
    pub(crate) fn on_a_fine_day() -> Self {
        let world = World::new(1, Weather::default(), None);
        Self(Memory(world.clone(), Gateway::new(world)))
    }

    pub(crate) fn ports(&self) -> Arc<Memory> {
        Arc::new(self.0.clone())
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.0.0.now()
    }

    pub(crate) fn opens(&self, conversation_id: ConversationId, pair: [UserId; 2]) {
        let now = self.now();
        self.0.0.state().open(Talk::between(conversation_id, Party::Pair(pair), &pair, now));
    }

    pub(crate) fn closes(&self, conversation_id: ConversationId) {
        self.0.0.state().close(conversation_id);
    }
}

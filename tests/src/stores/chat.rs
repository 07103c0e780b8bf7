//! What the ports of the chat promise, held against the real tables and against the simulation's memory alike.

mod registry;
mod talk;

use std::sync::Arc;

use shared::adapters::dynamo::{
    DynamoConversations, DynamoMarks, DynamoMessages, DynamoOutbox, DynamoPairs, DynamoRegistry, DynamoWatches,
};
use shared::config::TableName;
use shared::domain::id::{ConversationId, UserId};
use shared::domain::pair::Pair;
use shared::domain::time::Timestamp;
use shared::ports::ambient::Ambient;
use shared::ports::conversations::Conversations;
use shared::ports::marks::Marks;
use shared::ports::messages::Messages;
use shared::ports::outbox::{Outbox, Promises};
use shared::ports::pairs::{Consequences, Pairs};
use shared::ports::registry::{PresenceBoard, Registry, Watches};

use super::{Hands, finish, table, today};
use crate::sim::InMemory;

/// All ports of one side.
struct Side {
    name: &'static str,
    messages: Arc<dyn Messages>,
    conversations: Arc<dyn Conversations>,
    marks: Arc<dyn Marks>,
    registry: Arc<dyn Registry>,
    board: Arc<dyn PresenceBoard>,
    watches: Arc<dyn Watches>,
    outbox: Arc<dyn Outbox>,
    promises: Arc<dyn Promises>,
    memory: Option<InMemory>,
}

impl Side {
    fn real() -> Self {
        let (chat, realtime) = (table(TableName::Chat), table(TableName::Realtime));
        let outbox = DynamoOutbox::new(table(TableName::Outbox));
        let registry = Arc::new(DynamoRegistry::new(realtime.clone()));
        Self {
            name: "the tables",
            messages: Arc::new(DynamoMessages::new(chat.clone(), outbox.clone())),
            conversations: Arc::new(DynamoConversations::new(chat.clone())),
            marks: Arc::new(DynamoMarks::new(chat)),
            registry: registry.clone(),
            board: registry,
            watches: Arc::new(DynamoWatches::new(realtime)),
            outbox: Arc::new(outbox.clone()),
            promises: Arc::new(outbox),
            memory: None,
        }
    }

    fn simulated() -> Self {
        let memory = InMemory::on_a_fine_day();
        Self {
            name: "the memory",
            messages: memory.ports(),
            conversations: memory.ports(),
            marks: memory.ports(),
            registry: memory.ports(),
            board: memory.ports(),
            watches: memory.ports(),
            outbox: memory.ports(),
            promises: memory.ports(),
            memory: Some(memory),
        }
    }

    fn now(&self) -> Timestamp {
        self.memory.as_ref().map_or_else(today, InMemory::now)
    }

    fn ambient(&self) -> Ambient {
        Hands::at(self.now()).ambient()
    }

    fn pairs() -> DynamoPairs {
        let outbox = DynamoOutbox::new(table(TableName::Outbox));
        DynamoPairs::new(table(TableName::Social), table(TableName::Chat), outbox)
    }

    /// Two people match.
    async fn opens(&self, [a, b]: [UserId; 2]) -> ConversationId {
        let id = self.ambient().id();
        if let Some(memory) = &self.memory {
            memory.opens(id, [a, b]);
            return id;
        }
        let before = Pair::strangers(a, b);
        let mut after = before.clone();
        for person in [a, b] {
            after.like(person, None, id, self.now()).unwrap();
        }
        assert!(Self::pairs().replace(&before, &after, &Consequences::default()).await.unwrap());
        id
    }

    /// One of the two ends it.
    async fn closes(&self, [a, b]: [UserId; 2], id: ConversationId) {
        if let Some(memory) = &self.memory {
            return memory.closes(id);
        }
        let before = Self::pairs().find(a, b).await.unwrap();
        let mut after = before.clone();
        after.unmatch().unwrap();
        assert!(Self::pairs().replace(&before, &after, &Consequences::default()).await.unwrap());
    }

    fn people<const N: usize>(&self) -> [UserId; N] {
        let ambient = self.ambient();
        std::array::from_fn(|_| ambient.id())
    }
}

/// Holds both sides to the same terms.
fn hold<R: Future<Output = ()>>(terms: impl Fn(Side) -> R) {
    for side in [Side::real(), Side::simulated()] {
        eprintln!("{}:", side.name);
        finish(terms(side));
    }
}

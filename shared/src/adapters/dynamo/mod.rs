//! The tables, one file per noun. `infra/DATA.md` lists the keys and who uses them.

mod accounts;
mod chat_items;
mod codes;
mod conditional;
mod conversations;
mod directory;
mod expression;
mod item;
mod keys;
mod mail_jobs;
mod messages;
mod outbox;
mod pairs;
mod profiles;
mod range;
mod registry;
mod sessions;
mod sweep;
mod table;
mod tickets;
mod transaction;

pub use accounts::DynamoAccounts;
pub use codes::DynamoCodes;
pub use conversations::DynamoConversations;
pub use directory::DynamoDirectory;
pub use keys::DynamoKeys;
pub use mail_jobs::DynamoMailJobs;
pub use messages::DynamoMessages;
pub use outbox::DynamoOutbox;
pub use pairs::DynamoPairs;
pub use profiles::DynamoProfiles;
pub use registry::DynamoRegistry;
pub use sessions::DynamoSessions;
pub use sweep::DynamoSweepLog;
pub use table::Table;
pub use tickets::DynamoTickets;

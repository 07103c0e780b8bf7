//! The tables, one file per noun. `infra/DATA.md` lists the keys and who uses them.

mod accounts;
mod chat_items;
mod codes;
mod directory;
mod item;
mod keys;
mod mail_jobs;
mod outbox;
mod pairs;
mod profiles;
mod sessions;
mod table;
mod transaction;

pub use accounts::DynamoAccounts;
pub use codes::DynamoCodes;
pub use directory::DynamoDirectory;
pub use keys::DynamoKeys;
pub use mail_jobs::DynamoMailJobs;
pub use outbox::DynamoOutbox;
pub use pairs::DynamoPairs;
pub use profiles::DynamoProfiles;
pub use sessions::DynamoSessions;
pub use table::Table;

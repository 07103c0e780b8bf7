//! The tables, one file per noun. `infra/DATA.md` lists the keys and who uses them.

mod accounts;
mod codes;
mod item;
mod keys;
mod mail_jobs;
mod outbox;
mod sessions;
mod table;
mod transaction;

pub use accounts::DynamoAccounts;
pub use codes::DynamoCodes;
pub use keys::DynamoKeys;
pub use mail_jobs::DynamoMailJobs;
pub use outbox::DynamoOutbox;
pub use sessions::DynamoSessions;
pub use table::Table;

//! `cargo xtask erase-again`: whoever was erased, and came back with a table that was restored, is erased again.

use clap::Args;
use serde_json::json;

use super::deployment;
use crate::failure::Failure;
use crate::operator;

#[derive(Debug, Args)]
pub struct Options {
    /// The time to which tables were set back, such as 2026-11-26T02:00:00Z.
    #[arg(long, value_name = "TIME", value_parser = time)]
    since: String,
    /// The stack on AWS; the running `up` when not given.
    #[arg(long, value_name = "NAME")]
    stack: Option<String>,
    /// The bucket of backups whose ledger says who was erased; that of the stack when not given.
    #[arg(long, value_name = "BUCKET")]
    ledger: Option<String>,
    /// Say how many there are, and begin nothing.
    #[arg(long)]
    dry_run: bool,
}

/// The shape of a time; the program that is told it reads it.
fn time(text: &str) -> Result<String, String> {
    let shape: String = text.chars().map(|letter| if letter.is_ascii_digit() { '0' } else { letter }).collect();
    if shape == "0000-00-00T00:00:00Z" || shape == "0000-00-00T00:00:00.000Z" {
        return Ok(text.to_owned());
    }
    Err("a time is written as 2026-11-26T02:00:00Z".to_owned())
}

pub fn run(options: &Options) -> Result<(), Failure> {
    let outputs = deployment(options.stack.as_deref())?;
    let bucket = options.ledger.as_deref().map_or_else(|| outputs.output("BackupsBucketName"), Ok)?;
    let order = json!({
        "bucket": bucket,
        "since": options.since,
        "accounts": outputs.output("AccountsTableName")?,
        "profiles": outputs.output("ProfilesTableName")?,
        "outbox": outputs.output("OutboxTableName")?,
        "dry_run": options.dry_run,
    });
    operator::become_it(&json!({ "repeat_erasures": order }), outputs.endpoint())
}

#[cfg(test)]
mod tests {
    use super::time;

    #[test]
    fn a_time_is_told_from_other_words() {
        assert!(time("2026-11-26T02:00:00Z").is_ok() && time("2026-11-26T02:00:00.120Z").is_ok());
        for wrong in ["yesterday", "2026-11-26", "2026-11-26T02:00:00+01:00"] {
            assert!(time(wrong).is_err(), "{wrong}");
        }
    }
}

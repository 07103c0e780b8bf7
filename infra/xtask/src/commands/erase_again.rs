//! `cargo xtask erase-again`: whoever was erased, and came back with a table that was restored, is erased again.

use std::collections::BTreeSet;

use clap::Args;
use serde_json::json;

use super::deployment;
use crate::calendar::days_of_month;
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
    /// One more bucket of backups whose ledger says who was erased, beside that of the stack; may be repeated.
    #[arg(long = "ledger", value_name = "BUCKET")]
    ledgers: Vec<String>,
    /// Say how many there are, and begin nothing.
    #[arg(long)]
    dry_run: bool,
}

/// A time that there is; the program that is told it knows whether it has come.
fn time(text: &str) -> Result<String, String> {
    let shape: String = text.chars().map(|letter| if letter.is_ascii_digit() { '0' } else { letter }).collect();
    if shape != "0000-00-00T00:00:00Z" && shape != "0000-00-00T00:00:00.000Z" {
        return Err("a time is written as 2026-11-26T02:00:00Z".to_owned());
    }
    let number =
        |at: std::ops::Range<usize>| text.get(at).and_then(|digits| digits.parse::<u64>().ok()).unwrap_or(u64::MAX);
    let days = days_of_month(number(0..4), number(5..7));
    let is_there =
        (1..=days).contains(&number(8..10)) && number(11..13) < 24 && number(14..16) < 60 && number(17..19) < 60;
    if is_there { Ok(text.to_owned()) } else { Err("there is no such day, or no such time of day".to_owned()) }
}

pub fn run(options: &Options) -> Result<(), Failure> {
    let outputs = deployment(options.stack.as_deref())?;
    let own = outputs.output("BackupsBucketName")?.to_owned();
    let ledgers: BTreeSet<&String> = options.ledgers.iter().chain([&own]).collect();
    let order = json!({
        "ledgers": ledgers,
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
        assert!(time("2028-02-29T23:59:59Z").is_ok());
        for wrong in [
            "yesterday",
            "2026-11-26",
            "2026-11-26T02:00:00+01:00",
            "9999-99-99T99:99:99Z",
            "2026-02-29T02:00:00Z",
            "2026-11-31T02:00:00Z",
            "2026-13-01T02:00:00Z",
            "2026-11-26T24:00:00Z",
            "2026-11-00T02:00:00Z",
        ] {
            assert!(time(wrong).is_err(), "{wrong}");
        }
    }
}

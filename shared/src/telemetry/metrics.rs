//! Metrics in the embedded format of `CloudWatch`: a line of the log from which it takes numbers, without a call.
//!
//! Every name and function is a series that is billed by the month, so there are few: how long a message takes to be stored
//! and to be posted to everybody, what that met, how many people are there, which mails nobody can vouch for, and that a backup
//! is whole. How long the queue keeps something waiting, and how many sockets are open, AWS counts itself.

use std::io::Write;
use std::sync::OnceLock;

use serde_json::{Map, Value, json};

use crate::domain::time::Timestamp;

const NAMESPACE: &str = "collabmatch";

static FUNCTION: OnceLock<String> = OnceLock::new();

/// One measured value, under a name that says its unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Metric {
    /// From the request to the commit.
    SendToCommit { ms: u64 },
    /// From the promise to the end of the fan-out.
    PromiseToDelivery { ms: u64 },
    /// Posts that were repeated.
    PostRetries { count: u64 },
    /// Sockets that turned out to be gone.
    SocketsGone { count: u64 },
    /// Sockets that were left to another try.
    SocketsLeft { count: u64 },
    /// People who are there.
    PeopleOnline { count: u64 },
    /// Mails that were sent although an earlier try may have been accepted.
    MailsRepeated { count: u64 },
    /// Mails that were not sent because an earlier try may have been accepted.
    MailsDropped { count: u64 },
    /// Backups whose manifest was written.
    BackupsCompleted { count: u64 },
}

impl Metric {
    const fn parts(self) -> (&'static str, &'static str, u64) {
        match self {
            Self::SendToCommit { ms } => ("send_to_commit_ms", "Milliseconds", ms),
            Self::PromiseToDelivery { ms } => ("promise_to_delivery_ms", "Milliseconds", ms),
            Self::PostRetries { count } => ("post_retries", "Count", count),
            Self::SocketsGone { count } => ("sockets_gone", "Count", count),
            Self::SocketsLeft { count } => ("sockets_left", "Count", count),
            Self::PeopleOnline { count } => ("people_online", "Count", count),
            Self::MailsRepeated { count } => ("mails_repeated", "Count", count),
            Self::MailsDropped { count } => ("mails_dropped", "Count", count),
            Self::BackupsCompleted { count } => ("backups_completed", "Count", count),
        }
    }
}

pub(super) fn name_function(name: Option<String>) {
    // Whoever names it first has named the process: tests start functions several times.
    FUNCTION.get_or_init(|| name.unwrap_or_else(|| "local".to_owned()));
}

/// Writes metrics of one moment, in one line. Outside of a function nobody reads them, and nothing is written.
pub fn record(metrics: &[Metric], now: Timestamp) {
    let Some(function) = FUNCTION.get() else { return };
    let line = line(metrics, function, now).to_string();
    let mut out = std::io::stdout().lock();
    if let Err(error) = writeln!(out, "{line}") {
        tracing::warn!(error.cause = %error, "metrics were lost");
    }
}

fn line(metrics: &[Metric], function: &str, now: Timestamp) -> Value {
    let mut fields = Map::new();
    let mut names = Vec::with_capacity(metrics.len());
    for (name, unit, value) in metrics.iter().map(|metric| metric.parts()) {
        names.push(json!({ "Name": name, "Unit": unit }));
        fields.insert(name.to_owned(), value.into());
    }
    let metrics = json!([{ "Namespace": NAMESPACE, "Dimensions": [["function"]], "Metrics": names }]);
    fields.insert("_aws".to_owned(), json!({ "Timestamp": now.unix_millis(), "CloudWatchMetrics": metrics }));
    fields.insert("function".to_owned(), function.into());
    Value::Object(fields)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_names_what_it_holds() {
        let metrics = [Metric::SendToCommit { ms: 7 }, Metric::SocketsGone { count: 1 }];
        let line = line(&metrics, "stack-chat-send", Timestamp::from_unix_millis(1_000));
        assert_eq!((line["send_to_commit_ms"].as_u64(), line["sockets_gone"].as_u64()), (Some(7), Some(1)));
        assert_eq!(line["function"], "stack-chat-send");
        let told = &line["_aws"]["CloudWatchMetrics"][0]["Metrics"];
        assert_eq!(told[0], json!({ "Name": "send_to_commit_ms", "Unit": "Milliseconds" }));
        for named in told.as_array().unwrap() {
            assert!(line[named["Name"].as_str().unwrap()].is_u64(), "{named} has a value");
        }
    }
}

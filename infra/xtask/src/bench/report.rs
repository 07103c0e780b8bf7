//! The figures, for people and for machines.

use std::time::Duration;

use serde_json::{Value, json};

use super::cold_start::Settings;
use super::measure::Outcome;
use super::subjects::Kind;
use crate::progress::{bytes, result};
use crate::table::Table;

/// One function in one build over one transport; times are medians.
#[derive(Debug)]
pub(super) struct Row {
    pub function: String,
    pub build: Kind,
    pub event: String,
    pub transport: &'static str,
    pub outcome: Option<Outcome>,
    pub first_poll: Duration,
    pub first_response: Duration,
    pub best_response: Duration,
    pub warm: Duration,
    pub instructions: Option<u64>,
    pub sizes: Option<(u64, u64)>,
}

pub(super) fn print(rows: &[Row], settings: Settings) {
    if settings.json {
        let rows: Vec<Value> = rows.iter().map(Row::to_json).collect();
        result(json!({"cold_processes": settings.cold, "warm_invocations": settings.warm, "rows": rows}));
        return;
    }
    for transport in ["plain HTTP", "TLS"] {
        result(format_args!(
            "\nOver {transport}: medians of {} cold starts and {} warm calls, in ms from the start of the process.",
            settings.cold, settings.warm
        ));
        let of_transport: Vec<&Row> = rows.iter().filter(|row| row.transport == transport).collect();
        result(table(&of_transport));
    }
    result("event: the file in events/ and the answer's status. calls: to AWS services, over so many connections.");
    result("×: the first response as a multiple of ours. warm: from handing an event out to its answer.");
}

fn table(rows: &[&Row]) -> Table {
    let mut table = Table::new([
        "function",
        "build",
        "event",
        "calls",
        "first poll",
        "first response",
        "×",
        "best",
        "warm",
        "instructions",
        "binary",
        "zip",
    ]);
    for row in rows {
        let ours = rows.iter().find(|other| other.function == row.function && other.build == Kind::Ours);
        let ratio = ours.map(|ours| row.first_response.as_secs_f64() / ours.first_response.as_secs_f64());
        let (status, calls) = row.outcome.as_ref().map_or_else(Default::default, |outcome| {
            (outcome.status.clone(), format!("{}/{}", outcome.traffic.calls, outcome.traffic.connections))
        });
        let first = row.build == Kind::Ours;
        table.row(&[
            if first { row.function.clone() } else { String::new() },
            row.build.name().to_owned(),
            if first { format!("{} → {status}", row.event) } else { format!("→ {status}") },
            calls,
            milliseconds(row.first_poll),
            milliseconds(row.first_response),
            ratio.map(|ratio| format!("{ratio:.1}")).unwrap_or_default(),
            milliseconds(row.best_response),
            milliseconds(row.warm),
            row.instructions.map(millions).unwrap_or_default(),
            row.sizes.map(|(binary, _)| bytes(binary)).unwrap_or_default(),
            row.sizes.map(|(_, zip)| bytes(zip)).unwrap_or_default(),
        ]);
    }
    table
}

fn milliseconds(time: Duration) -> String {
    format!("{:.2}", time.as_secs_f64() * 1_000.0)
}

#[expect(clippy::cast_precision_loss, reason = "one decimal of a million is all that is shown")]
fn millions(count: u64) -> String {
    format!("{:.1} M", count as f64 / 1_000_000.0)
}

impl Row {
    fn to_json(&self) -> Value {
        let rounded = |time: Duration| (time.as_secs_f64() * 1e6).round() / 1e3;
        json!({
            "function": self.function,
            "build": self.build.name(),
            "event": self.event,
            "transport": self.transport,
            "status": self.outcome.as_ref().map(|outcome| outcome.status.as_str()),
            "service_calls": self.outcome.as_ref().map(|outcome| outcome.traffic.calls),
            "service_connections": self.outcome.as_ref().map(|outcome| outcome.traffic.connections),
            "first_poll_ms": rounded(self.first_poll),
            "first_response_ms": rounded(self.first_response),
            "best_response_ms": rounded(self.best_response),
            "warm_ms": rounded(self.warm),
            "instructions": self.instructions,
            "binary_bytes": self.sizes.map(|(binary, _)| binary),
            "zip_bytes": self.sizes.map(|(_, zip)| zip),
        })
    }
}

//! The account of a job: what was counted, what it comes to, and how it is shown.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use super::prices::{GIGABYTE_SECOND, INVOCATIONS, Kind, WHOLE_PROCESSOR};
use super::services::Requests;
use crate::progress::result;
use crate::table::Table;

/// A function that works on one event.
pub(super) struct Invocation {
    pub function: &'static str,
    /// What the template gives it, in megabytes.
    pub memory: f64,
    pub processor: Duration,
    /// Of the whole call, on a processor of one's own.
    pub time: Duration,
    pub requests: Requests,
}

pub(super) struct Job {
    pub what: &'static str,
    pub invocations: Vec<Invocation>,
    /// What others ask for it: the request before, clients, and Lambda itself.
    pub beside: Requests,
}

impl Invocation {
    fn waiting(&self) -> Duration {
        self.time.saturating_sub(self.processor)
    }

    /// What Lambda counts where the memory buys a part of a processor, and one that is no faster than this one.
    fn billed_ms(&self) -> f64 {
        let stretch = (WHOLE_PROCESSOR / self.memory).max(1.0);
        (self.waiting().as_secs_f64() + self.processor.as_secs_f64() * stretch) * 1_000.0
    }

    /// US dollars for a million.
    fn price(&self) -> f64 {
        INVOCATIONS + self.billed_ms() * 1_000.0 * self.memory / 1_024.0 * GIGABYTE_SECOND
    }
}

impl Job {
    fn units(&self) -> BTreeMap<Kind, u64> {
        let mut units = BTreeMap::new();
        let all = self.invocations.iter().map(|invocation| &invocation.requests).chain([&self.beside]);
        for ((kind, _), count) in all.flatten() {
            *units.entry(*kind).or_default() += count;
        }
        units
    }

    fn price(&self) -> f64 {
        let requests: f64 = self.units().iter().map(|(kind, count)| kind.price() * count_of(*count)).sum();
        requests + self.invocations.iter().map(Invocation::price).sum::<f64>()
    }

    fn to_json(&self) -> Value {
        let invocations = self.invocations.iter().map(|invocation| {
            json!({
                "function": invocation.function, "memory_mb": invocation.memory,
                "processor_ms": invocation.processor.as_secs_f64() * 1_000.0, "billed_ms": invocation.billed_ms(),
                "requests": named(&invocation.requests),
            })
        });
        json!({
            "job": self.what, "invocations": invocations.collect::<Vec<_>>(), "beside": named(&self.beside),
            "dollars_per_million": self.price(),
        })
    }
}

pub(super) fn print(jobs: &[Job], as_json: bool) {
    if as_json {
        return result(json!(jobs.iter().map(Job::to_json).collect::<Vec<_>>()));
    }
    for job in jobs {
        let mut table = Table::new([
            job.what,
            "memory",
            "processor",
            "waiting",
            "Lambda counts",
            "of waiting alone",
            "$ per million",
        ]);
        for invocation in &job.invocations {
            let (waiting, billed) = (invocation.waiting().as_secs_f64() * 1_000.0, invocation.billed_ms());
            table.row(&[
                invocation.function.to_owned(),
                format!("{} MB", invocation.memory),
                format!("{:.2} ms", invocation.processor.as_secs_f64() * 1_000.0),
                format!("{waiting:.0} ms"),
                format!("{billed:.0} ms"),
                format!("{:.2} x", billed / waiting),
                format!("{:.2}", invocation.price()),
            ]);
        }
        for (kind, count) in job.units() {
            let price = format!("{:.2}", kind.price() * count_of(count));
            let empty = String::new;
            table.row(&[format!("{count} {}", kind.name()), empty(), empty(), empty(), empty(), empty(), price]);
        }
        result(format_args!("{table}\na million: ${:.2}\n", job.price()));
    }
    result(
        "Services answer after: DynamoDB 5 ms, SQS 8, S3 25 and 40, SES 60. Prices: us-east-1, arm64, November 2026.",
    );
}

/// As `TransactWriteItems 4`.
fn named(requests: &Requests) -> BTreeMap<String, u64> {
    requests.iter().map(|((kind, name), count)| (format!("{} {name}", kind.name()), *count)).collect()
}

#[expect(clippy::cast_precision_loss, reason = "requests of one job are few")]
const fn count_of(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_is_paid_as_it_is_and_work_by_the_share_of_a_processor() {
        let invocation = Invocation {
            function: "email-send",
            memory: WHOLE_PROCESSOR / 4.0,
            processor: Duration::from_millis(2),
            time: Duration::from_millis(102),
            requests: Requests::from([((Kind::Mail, "POST".to_owned()), 1)]),
        };
        assert!((invocation.billed_ms() - 108.0).abs() < 0.001);
        let beside = Requests::from([((Kind::Queue, "ReceiveMessage".to_owned()), 2)]);
        let job = Job { what: "mail", invocations: vec![invocation], beside };
        assert!((job.price() - (100.0 + 0.8 + job.invocations[0].price())).abs() < 0.001);
    }
}

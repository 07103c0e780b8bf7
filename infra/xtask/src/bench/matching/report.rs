//! The figures of matching, for people and for machines, and what they must not fall below.

use serde_json::{Value, json};

use super::super::measure::{median, percentile};
use super::{Figures, Pairs, Sentences};
use crate::failure::Failure;
use crate::progress::result;
use crate::table::Table;

/// What every vector must have in common with the peer's.
const AGREEMENT: f64 = 0.999;
/// What the plan of the old system promised of its caches, in percent.
const PROMISED: [(&str, &str); 4] = [
    ("lists", "lists: 70 to 80"),
    ("pairs", "pairs: 60 to 75"),
    ("texts", "embeddings: 85 to 95"),
    ("vectors", "embeddings: 85 to 95"),
];

impl Figures {
    /// Agreement is a promise; the rest depends on the machine.
    pub(super) fn judge(&self) -> Result<(), Failure> {
        let apart = self.agreement.iter().filter(|cosine| **cosine < AGREEMENT || cosine.is_nan()).count();
        if apart == 0 {
            return Ok(());
        }
        Err(Failure::new(format!("{apart} vectors are not what ONNX Runtime makes of the same texts"))
            .remedy("compare the word pieces first, then the layers: minilm/bert.rs beside sentences.py"))
    }

    pub(super) fn print(&self) {
        let [old, runtime] = &self.peers;
        result(format_args!("\nScores of pairs, one thread; the peer is the engine that came before, in {old}:"));
        let mut table = Table::new(["work", "ns a pair", "pairs a second", "its ns", "times as fast"]);
        for pairs in &self.pairs {
            let [ours, theirs] = pairs.medians();
            let cells = [format!("{ours:.0}"), format!("{:.0}", 1e9 / ours), format!("{theirs:.0}")];
            let [ours_ns, rate, theirs_ns] = cells;
            table.row(&[pairs.work.to_owned(), ours_ns, rate, theirs_ns, format!("{:.0}", theirs / ours)]);
        }
        result(table);
        result(format_args!("\nEmbeddings, one thread; the peer is {runtime}:"));
        let mut table = Table::new(["texts of", "batch", "ms a text", "texts a second", "its ms", "times as fast"]);
        for sentences in &self.sentences {
            let [ours, theirs] = sentences.medians();
            table.row(&[
                sentences.kind.to_owned(),
                sentences.batch.to_string(),
                format!("{ours:.2}"),
                format!("{:.0}", 1e3 / ours),
                format!("{theirs:.2}"),
                format!("{:.2}", theirs / ours),
            ]);
        }
        result(table);
        let [least, middle] = self.agreement();
        result(format_args!(
            "\nAgreement with {runtime}, cosine over {} texts: at least {least:.8}, median {middle:.8}.",
            self.agreement.len()
        ));
        result("\nGET /v1/matches, twenty of three hundred people, warm, among stub services:");
        let mut table = Table::new(["the list is", "p50 ms", "p99 ms"]);
        for calls in &self.calls {
            let milliseconds = |rank| percentile(calls.times.clone(), rank).as_secs_f64() * 1e3;
            table.row(&[calls.what.to_owned(), format!("{:.2}", milliseconds(50)), format!("{:.2}", milliseconds(99))]);
        }
        result(table);
        self.print_explanations();
        self.print_workload();
        self.print_top();
    }

    fn agreement(&self) -> [f64; 2] {
        [self.agreement.iter().copied().fold(1.0, f64::min), middle(self.agreement.clone())]
    }

    fn print_explanations(&self) {
        let [read, computed, written, bytes] = self.explanations();
        result(format_args!(
            "\nThe explanation of a pair, in µs: computed from two people {:.1}, read from the {bytes:.0} bytes of JSON in a cache \
             {:.1}, written {:.1}.\nA hit costs {:.2} times what it saves, before the round trip to the cache: \
             explanations are computed, not cached, where both people are at hand.",
            computed / 1e3,
            read / 1e3,
            written / 1e3,
            read / computed,
        ));
    }

    fn explanations(&self) -> [f64; 4] {
        ["read", "computed", "written", "bytes"].map(|key| middle(numbers(&self.explanations[key])))
    }

    fn print_workload(&self) {
        result(format_args!(
            "\nHit rates of caches in a day of {} people and {} visits (see workload.rs), in percent:",
            self.workload["people"], self.workload["visits_a_day"]
        ));
        let mut table = Table::new(["cache", "weights learn", "weights stay", "asked", "old plan's target"]);
        for (key, promised) in PROMISED {
            let rate = |run: &str| {
                let figures = &self.workload[run][key];
                100.0 * figures["hits"].as_f64().unwrap_or_default() / figures["asked"].as_f64().unwrap_or(1.0)
            };
            let (learning, still) = (rate("learning"), rate("not_learning"));
            let asked = self.workload["learning"][key]["asked"].to_string();
            table.row(&[key.to_owned(), format!("{learning:.1}"), format!("{still:.1}"), asked, promised.to_owned()]);
        }
        result(table);
        result(
            "texts: what `embed` finds read before, among edits. vectors: whether somebody's vector is there when they are scored.",
        );
    }

    fn print_top(&self) {
        for person in self.top.as_array().into_iter().flatten() {
            result(format_args!("\n{}", introduced(&person["person"])));
            for (place, best) in (1..).zip(person["best"].as_array().into_iter().flatten()) {
                let score = &best["score"];
                result(format_args!(
                    "  {place}. {} ({:.2})",
                    introduced(&best["person"]),
                    score["total"].as_f64().unwrap_or(0.0)
                ));
                for component in score["components"].as_array().into_iter().flatten() {
                    for (sign, list) in [("+", "reasons"), ("-", "counter_reasons")] {
                        for reason in component[list].as_array().into_iter().flatten() {
                            result(format_args!("       {sign} {}", reason["text"].as_str().unwrap_or_default()));
                        }
                    }
                }
            }
        }
    }

    pub(super) fn to_json(&self) -> Value {
        let [least, middle] = self.agreement();
        let [read, computed, written, bytes] = self.explanations();
        let pairs = self.pairs.iter().map(|pairs| {
            let [ours, theirs] = pairs.medians();
            json!({"work": pairs.work, "ns": ours, "peer_ns": theirs, "ratio": theirs / ours})
        });
        let sentences = self.sentences.iter().map(|sentences| {
            let [ours, theirs] = sentences.medians();
            json!({"texts": sentences.kind, "batch": sentences.batch, "ms": ours, "peer_ms": theirs, "ratio": theirs / ours})
        });
        json!({
            "peers": self.peers,
            "pairs": pairs.collect::<Vec<_>>(),
            "sentences": sentences.collect::<Vec<_>>(),
            "agreement": {"texts": self.agreement.len(), "least": least, "median": middle},
            "explanation_ns": {"read": read, "computed": computed, "written": written, "bytes": bytes},
            "workload": self.workload,
            "calls_ms": self.calls.iter().map(|calls| {
                let milliseconds = |rank| percentile(calls.times.clone(), rank).as_secs_f64() * 1e3;
                json!({"cache": calls.what, "p50": milliseconds(50), "p99": milliseconds(99)})
            }).collect::<Vec<_>>(),
            "top": self.top,
        })
    }
}

impl Pairs {
    fn medians(&self) -> [f64; 2] {
        [&self.ours, &self.theirs].map(|times| middle(times.clone()))
    }
}

impl Sentences {
    /// Milliseconds a text.
    fn medians(&self) -> [f64; 2] {
        let batch = f64::from(u32::try_from(self.batch).unwrap_or(1));
        [&self.ours, &self.theirs].map(|times| median(times.clone()).as_secs_f64() * 1e3 / batch)
    }
}

fn introduced(person: &Value) -> String {
    let part = |key: &str| person[key].as_str().unwrap_or_default().to_owned();
    format!("{}: {}", part("name"), part("headline"))
}

fn numbers(list: &Value) -> Vec<f64> {
    list.as_array().into_iter().flatten().filter_map(Value::as_f64).collect()
}

fn middle(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_unstable_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_that_are_apart_or_no_numbers_are_a_failure() {
        let figures = |agreement: Vec<f64>| Figures {
            peers: Default::default(),
            pairs: Vec::new(),
            sentences: Vec::new(),
            agreement,
            top: Value::Null,
            explanations: Value::Null,
            workload: Value::Null,
            calls: Vec::new(),
        };
        assert!(figures(vec![1.0, 0.9995]).judge().is_ok());
        assert!(figures(vec![1.0, 0.998]).judge().is_err());
        assert!(figures(vec![f64::NAN]).judge().is_err());
    }
}

//! What a password's hash and a token's verification take, beside the reference implementation in C and `openssl speed`.

use std::process::Command;
use std::time::Duration;

use serde_json::json;

use super::measure::{median, percentile};
use crate::failure::Failure;
use crate::programs as program;
use crate::progress::{Progress, result, warn};
use crate::table::Table;
use crate::tools::{ARGON2, Tools};

const REFERENCE: &str = include_str!("reference.py");
/// Ours and the references take turns, so that what slows the machine down for a while slows both.
const ROUNDS: usize = 5;
const HASHES: usize = 20;
const VERIFICATIONS: usize = 20_000;

/// What was measured of one kind of work.
#[derive(Default)]
struct Times {
    ours: Vec<Duration>,
    reference: Vec<Duration>,
}

pub fn run(as_json: bool) -> Result<(), Failure> {
    let bench = program::build("shared", "credentials")?;
    let python = Tools::ensure(&ARGON2, Progress::Loud)?.python();
    let (mut hashes, mut verifications) = (Times::default(), Times::default());
    Progress::Loud.step(&format!("hash and verify, in {ROUNDS} rounds"), || {
        for _ in 0..ROUNDS {
            hashes.ours.extend(program::nanoseconds(Command::new(&bench).args(["hash", &HASHES.to_string()]))?);
            hashes.reference.extend(program::nanoseconds(Command::new(&python).args([
                "-c",
                REFERENCE,
                &HASHES.to_string(),
            ]))?);
            verifications
                .ours
                .extend(program::nanoseconds(Command::new(&bench).args(["verify", &VERIFICATIONS.to_string()]))?);
            verifications.reference.extend(openssl());
        }
        Ok(())
    })?;
    if verifications.reference.is_empty() {
        warn("    no reference for tokens: install OpenSSL (Debian: `apt install openssl`) to get one");
    }
    report(&hashes, &verifications, as_json);
    Ok(())
}

/// The mean of a second of Ed25519 verifications, if OpenSSL is there.
fn openssl() -> Option<Duration> {
    let output = Command::new("openssl").args(["speed", "-seconds", "1", "ed25519"]).output().ok()?;
    per_second(&String::from_utf8_lossy(&output.stdout)).map(|rate| Duration::from_secs_f64(1.0 / rate))
}

/// ` 253 bits EdDSA (Ed25519)   0.0000s   0.0001s  24170.0   8711.0`: the last figure counts verifications.
fn per_second(report: &str) -> Option<f64> {
    let line = report.lines().find(|line| line.contains("Ed25519") && line.contains("bits"))?;
    line.split_whitespace().last()?.parse().ok().filter(|rate| *rate > 0.0)
}

fn report(hashes: &Times, verifications: &Times, as_json: bool) {
    let ratio = |times: &Times| {
        let reference = median(times.reference.clone()).as_secs_f64();
        (reference > 0.0).then(|| median(times.ours.clone()).as_secs_f64() / reference)
    };
    let microseconds = |time: Duration| time.as_secs_f64() * 1e6;
    let rows = [
        ("Argon2id, 19 MiB, 2 passes, 1 lane", "reference in C (argon2-cffi)", hashes),
        ("access token: header, Ed25519, claims", "openssl speed ed25519 (mean of a second)", verifications),
    ];
    if as_json {
        let rows = rows.map(|(work, reference, times)| {
            json!({
                "work": work, "reference": reference, "ratio": ratio(times),
                "p50_us": microseconds(median(times.ours.clone())),
                "p99_us": microseconds(percentile(times.ours.clone(), 99)),
                "reference_p50_us": microseconds(median(times.reference.clone())),
            })
        });
        result(json!({ "rows": rows }));
        return;
    }
    let mut table = Table::new(["work", "p50 µs", "p99 µs", "reference", "its p50 µs", "ours / its"]);
    for (work, reference, times) in rows {
        table.row(&[
            work.to_owned(),
            format!("{:.1}", microseconds(median(times.ours.clone()))),
            format!("{:.1}", microseconds(percentile(times.ours.clone(), 99))),
            reference.to_owned(),
            format!("{:.1}", microseconds(median(times.reference.clone()))),
            ratio(times).map(|ratio| format!("{ratio:.2}")).unwrap_or_default(),
        ]);
    }
    result(format_args!("\n{} hashes and {} verifications of ours:", hashes.ours.len(), verifications.ours.len()));
    result(table);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_figure_of_openssl_counts_verifications() {
        let report = "                              sign    verify    sign/s verify/s\n \
                      253 bits EdDSA (Ed25519)   0.0000s   0.0001s  24170.0   8711.0\n";
        assert_eq!(per_second(report), Some(8_711.0));
        assert_eq!(per_second("openssl: not found"), None);
    }
}

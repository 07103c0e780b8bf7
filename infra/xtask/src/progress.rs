//! What a person sees while commands work: progress on standard error, results on standard output.

use std::fmt::Display;
use std::time::{Duration, Instant};

use crate::failure::Failure;

/// Whether steps are announced. Tests start many stacks at once and stay quiet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Progress {
    Loud,
    #[default]
    Quiet,
}

impl Progress {
    #[expect(clippy::print_stderr, reason = "this is the one place that talks to the person at the terminal")]
    pub fn say(self, line: impl Display) {
        if self == Self::Loud {
            eprintln!("{line}");
        }
    }

    /// Announces `title`, does the work and says how long it took.
    pub fn step<T>(self, title: &str, work: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
        self.say(format_args!("==> {title}"));
        let started = Instant::now();
        let done = work()?;
        self.say(format_args!("    {title}: done in {}", seconds(started.elapsed())));
        Ok(done)
    }
}

/// Writes a result, as opposed to progress, to standard output.
#[expect(clippy::print_stdout, reason = "this is the one place that writes results")]
pub fn result(line: impl Display) {
    println!("{line}");
}

/// Writes a warning or an error whatever the progress setting is.
pub fn warn(line: impl Display) {
    Progress::Loud.say(line);
}

pub fn seconds(elapsed: Duration) -> String {
    format!("{:.1} s", elapsed.as_secs_f64())
}

pub fn bytes(count: u64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "one decimal is all that is shown")]
    let mebibytes = count as f64 / 1_048_576.0;
    format!("{mebibytes:.1} MiB")
}

/// With thousands separated, where every byte counts.
pub fn exact_bytes(count: u64) -> String {
    let digits = count.to_string();
    let groups: Vec<_> = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy).collect();
    format!("{} B", groups.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exact_bytes_are_grouped() {
        for (count, text) in [(0, "0 B"), (999, "999 B"), (1_000, "1,000 B"), (2_930_119, "2,930,119 B")] {
            assert_eq!(exact_bytes(count), text);
        }
    }
}

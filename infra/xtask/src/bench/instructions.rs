//! Counts the instructions from the start of a process to its first answer, which no other load on the machine disturbs.
//!
//! The counters of the processor are not there on most virtual machines, so valgrind counts, for every subject alike.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use super::events::Event;
use super::lambda::Lambda;
use super::runtime_api::RuntimeApi;
use crate::failure::{Explain, Failure};

pub(super) fn can_count() -> bool {
    let valgrind = Command::new("valgrind").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    valgrind.is_ok_and(|status| status.success())
}

pub(super) fn count(lambda: Lambda, event: &Event, folder: &Path) -> Result<Option<u64>, Failure> {
    let log = folder.join("instructions.log");
    let log_option = format!("--log-file={}", log.display());
    let lambda =
        lambda.under(["/usr/bin/env", "valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", &log_option]);
    let api = RuntimeApi::start()?;
    let mut process = lambda.start(&api)?;
    api.polled(&mut process)?;
    api.invoke(&event.payload)?;
    process.end()?;
    let log = fs::read_to_string(&log).explain(|| format!("cannot read {}", log.display()))?;
    Ok(collected(&log))
}

/// `==42== Collected : 2238574`
fn collected(log: &str) -> Option<u64> {
    let (_, count) = log.lines().find(|line| line.contains("Collected"))?.rsplit_once(' ')?;
    count.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_count_is_found_in_the_report() {
        let log = "==42== Events    : Ir\n==42== Collected : 2238574\n==42== \n";
        assert_eq!(collected(log), Some(2_238_574));
        assert_eq!(collected("==42== Command: ./bootstrap\n"), None);
    }
}

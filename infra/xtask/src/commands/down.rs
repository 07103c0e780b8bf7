//! `cargo xtask down`: ends the running `up`.

use std::thread::sleep;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::up;
use crate::failure::{Explain, Failure};
use crate::progress::warn;

const PATIENCE: Duration = Duration::from_secs(10);

pub fn run() -> Result<(), Failure> {
    let record = up::record()?;
    let pid = record["pid"].as_i64().and_then(|pid| i32::try_from(pid).ok()).map(Pid::from_raw);
    let pid = pid.ok_or_else(|| Failure::new("up.json names no process"))?;
    kill(pid, Signal::SIGTERM).explain(|| format!("cannot end process {pid}"))?;
    let deadline = Instant::now() + PATIENCE;
    while up::record().is_ok() {
        if Instant::now() > deadline {
            return Err(Failure::new(format!("process {pid} did not end within {PATIENCE:?}"))
                .remedy(format!("end it with `kill -9 {pid}`; what it started ends with it")));
        }
        sleep(Duration::from_millis(50));
    }
    warn("Stopped.");
    Ok(())
}

//! The processes of a town's functions, as the operating system sees them.

use std::fs;
use std::path::PathBuf;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::Town;

impl Town {
    /// The warm processes of a function in this town and no other: they run the code that its emulator has unpacked into its
    /// own folder, in an environment that names the function.
    pub(crate) fn processes_of(&self, function: &str) -> Vec<Pid> {
        let folder = self.stack.folder().canonicalize().unwrap();
        let name = format!("AWS_LAMBDA_FUNCTION_NAME={}", self.stack.functions()[function]);
        let is_meant = |process: &PathBuf| {
            let is_here = fs::read_link(process.join("exe")).is_ok_and(|code| code.starts_with(&folder));
            let environment = || fs::read(process.join("environ")).unwrap_or_default();
            is_here && environment().split(|byte| *byte == 0).any(|variable| variable == name.as_bytes())
        };
        let processes = fs::read_dir("/proc").unwrap().filter_map(|entry| Some(entry.ok()?.path())).filter(is_meant);
        processes.filter_map(|process| Some(Pid::from_raw(process.file_name()?.to_str()?.parse().ok()?))).collect()
    }

    /// Kills them all, and answers how many there were.
    pub(crate) fn kill_processes_of(&self, function: &str) -> usize {
        // One of them may have ended by itself meanwhile.
        self.processes_of(function).into_iter().filter(|process| kill(*process, Signal::SIGKILL).is_ok()).count()
    }

    /// How many processes of functions have died while they were at work, as the emulator tells.
    pub(crate) fn died_at_work(&self) -> usize {
        let log = fs::read_to_string(self.stack.folder().join("emulator.log")).unwrap();
        log.matches("Runtime exited before returning a response").count()
    }
}

//! What a run costs the machine: the most memory that it and everything it started held at one time, and disk space.

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// Short enough to see a burst of function processes, long enough to cost nothing.
const INTERVAL: Duration = Duration::from_millis(500);

/// Watches the memory of a process and its descendants until it is asked for the peak.
#[derive(Debug)]
pub struct MemoryWatch {
    peak: Arc<AtomicU64>,
    stopped: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl MemoryWatch {
    pub fn over(root: u32) -> Self {
        let (peak, stopped) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
        let (seen, stop) = (Arc::clone(&peak), Arc::clone(&stopped));
        let thread = thread::spawn(move || {
            while !stop.load(Ordering::Relaxed) {
                seen.fetch_max(resident_bytes(root), Ordering::Relaxed);
                thread::sleep(INTERVAL);
            }
        });
        Self { peak, stopped, thread: Some(thread) }
    }

    /// The peak in bytes; zero where there is no `/proc` to read it from.
    pub fn peak(mut self) -> u64 {
        self.stop();
        self.peak.load(Ordering::Relaxed)
    }

    fn stop(&mut self) {
        self.stopped.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // A watcher that panicked has seen nothing more; what it saw before still counts.
            thread.join().unwrap_or_default();
        }
    }
}

impl Drop for MemoryWatch {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The bytes of all files below a folder.
pub fn disk_bytes(folder: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(folder) else { return 0 };
    entries
        .filter_map(Result::ok)
        .map(|entry| match entry.metadata() {
            Ok(meta) if meta.is_dir() => disk_bytes(&entry.path()),
            Ok(meta) => meta.len(),
            Err(_) => 0,
        })
        .sum()
}

struct Process {
    parent: u32,
    resident_bytes: u64,
}

fn resident_bytes(root: u32) -> u64 {
    let processes = processes();
    let belongs = |pid: &u32| {
        let mut current = *pid;
        // A process tree is shallow; the bound guards against a parent that changes while it is read.
        for _ in 0..64 {
            if current == root {
                return true;
            }
            let Some(process) = processes.get(&current) else { return false };
            current = process.parent;
        }
        false
    };
    processes.iter().filter(|(pid, _)| belongs(pid)).map(|(_, process)| process.resident_bytes).sum()
}

fn processes() -> HashMap<u32, Process> {
    let Ok(entries) = fs::read_dir("/proc") else { return HashMap::new() };
    entries
        .filter_map(|entry| {
            let pid = entry.ok()?.file_name().to_str()?.parse().ok()?;
            Some((pid, process(pid)?))
        })
        .collect()
}

fn process(pid: u32) -> Option<Process> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let field = |name: &str| status.lines().find_map(|line| line.strip_prefix(name))?.split_whitespace().next();
    let parent = field("PPid:")?.parse().ok()?;
    let resident_bytes = field("VmRSS:").and_then(|kib| kib.parse::<u64>().ok()).unwrap_or(0) * 1024;
    Some(Process { parent, resident_bytes })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_counts_with_what_it_started() {
        // This process shrinks and grows with other tests; a shell that waits does not.
        let mut shell = std::process::Command::new("sh").args(["-c", "sleep 5; true"]).spawn().unwrap();
        let counts_more = || {
            let alone = process(shell.id()).map_or(0, |process| process.resident_bytes);
            alone > 0 && resident_bytes(shell.id()) > alone
        };
        let has_counted = (0..500).any(|_| {
            thread::sleep(Duration::from_millis(5));
            counts_more()
        });
        shell.kill().unwrap();
        shell.wait().unwrap();
        assert!(has_counted, "the shell has started another process");
    }
}

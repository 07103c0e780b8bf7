//! What a stack costs the machine: the memory of its processes and the disk under its folder.

use std::fs;
use std::path::Path;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// The sum of the peaks of the processes that run now; an upper bound of what they held at one time.
    pub peak_memory_bytes: u64,
    pub disk_bytes: u64,
    pub processes: usize,
}

impl Usage {
    pub(super) fn of(group: u32, folder: &Path) -> Self {
        let peaks: Vec<u64> = members(group).iter().filter_map(|pid| peak_memory(*pid)).collect();
        Self { peak_memory_bytes: peaks.iter().sum(), disk_bytes: disk(folder), processes: peaks.len() }
    }
}

/// Read from /proc; elsewhere than on Linux nothing is found and the memory is reported as zero.
fn members(group: u32) -> Vec<u32> {
    let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
    entries
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter(|pid| process_group(*pid) == Some(group))
        .collect()
}

/// The third field after the parenthesised command name, which itself may hold spaces.
fn process_group(pid: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit_once(')')?.1.split_whitespace().nth(2)?.parse().ok()
}

fn peak_memory(pid: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.split_whitespace().next()?.parse::<u64>().ok()? * 1024)
}

fn disk(folder: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(folder) else { return 0 };
    entries
        .filter_map(Result::ok)
        .map(|entry| match entry.metadata() {
            Ok(meta) if meta.is_dir() => disk(&entry.path()),
            Ok(meta) => meta.len(),
            Err(_) => 0,
        })
        .sum()
}

//! What a photo costs: `photos times <file> <count>` prints nanoseconds of the processor, `photos peak <file>` how much
//! memory decoding took, in bytes.

use std::error::Error;
use std::fs;
use std::time::Duration;

use nix::time::{ClockId, clock_gettime};
use pictures::{Flaw, process};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Sides of what is published.
const SIZES: [u32; 3] = [1_080, 480, 160];

#[expect(clippy::print_stdout, reason = "what is printed is the result")]
fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["times", path, count] => {
            let file = fs::read(path)?;
            // The first one pays for the memory of all.
            run(&file)?;
            for _ in 0..count.parse::<usize>()? {
                println!("{}", run(&file)?.as_nanos());
            }
        }
        ["peak", path] => {
            let file = fs::read(path)?;
            let before = peak()?;
            let verdict = process(&file, &SIZES).map(drop);
            println!("{}", peak()? - before);
            println!(
                "{}",
                verdict.err().map_or_else(|| "ready".to_owned(), |flaw: Flaw| format!("{flaw:?}").to_lowercase())
            );
        }
        _ => return Err("photos times <file> <count> | photos peak <file>".into()),
    }
    Ok(())
}

fn run(file: &[u8]) -> Result<Duration> {
    let started = now()?;
    process(file, &SIZES).map_err(|flaw| format!("{flaw:?}"))?;
    Ok(now()?.saturating_sub(started))
}

fn now() -> Result<Duration> {
    Ok(clock_gettime(ClockId::CLOCK_PROCESS_CPUTIME_ID)?.into())
}

/// The most memory that this process ever had.
fn peak() -> Result<u64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no VmHWM")?;
    Ok(line.trim().trim_end_matches(" kB").parse::<u64>()? * 1_024)
}

//! What a photo costs: `photos times <file> <count>` prints nanoseconds of the processor, `photos peak <file>` how much
//! memory decoding took, in bytes. What becomes of it: `photos copies <file> <folder>` writes what others would see,
//! `photos verdicts` reads paths, and prints how each file fares.

use std::error::Error;
use std::fs;
use std::io;
use std::path::Path;
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
            println!("{}", told(verdict));
        }
        ["copies", path, folder] => {
            let photo = process(&fs::read(path)?, &SIZES).map_err(|flaw| told(Err(flaw)))?;
            for (size, rendition) in SIZES.iter().zip(photo.renditions) {
                fs::write(Path::new(folder).join(format!("{size}.jpg")), rendition.jpeg)?;
            }
        }
        ["verdicts"] => {
            for path in io::stdin().lines() {
                println!("{}", told(process(&fs::read(path?)?, &SIZES).map(drop)));
            }
        }
        _ => return Err("photos times <file> <count> | peak <file> | copies <file> <folder> | verdicts".into()),
    }
    Ok(())
}

fn told(verdict: std::result::Result<(), Flaw>) -> String {
    verdict.map_or_else(|flaw| format!("{flaw:?}").to_lowercase(), |()| "ready".to_owned())
}

fn run(file: &[u8]) -> Result<Duration> {
    let started = now()?;
    process(file, &SIZES).map_err(|flaw| told(Err(flaw)))?;
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

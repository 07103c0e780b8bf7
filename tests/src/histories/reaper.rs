//! Death: kills processes of functions, as Lambda does with an environment that it takes away.

use std::fs;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};

use super::world::World;
use crate::support::{Dice, Town, processes_of};

const FUNCTIONS: [&str; 3] = ["chat-send", "socket", "push"];
/// One process dies for so many acknowledged messages: a kill that stops everybody would else be followed by the next one.
const MESSAGES_PER_KILL: usize = 24;

/// Kills until the weather clears up, and answers how often.
pub(super) fn reaps(town: &Town, world: &World, seed: u64) -> usize {
    let (dice, mut killed, mut due) = (Dice::new(seed), 0, MESSAGES_PER_KILL);
    while world.is_stormy() {
        if world.acknowledged.load(Ordering::Relaxed) < due {
            thread::sleep(Duration::from_millis(2));
            continue;
        }
        due += MESSAGES_PER_KILL;
        // Whoever sends is killed as often as all others together.
        let function = FUNCTIONS[usize::try_from(dice.below(4)).unwrap() % 3];
        let processes = processes_of(town, function);
        if !processes.is_empty() {
            let victim = processes[usize::try_from(dice.below(processes.len() as u64)).unwrap()];
            // It may have ended by itself meanwhile.
            killed += usize::from(kill(victim, Signal::SIGKILL).is_ok());
        }
    }
    killed
}

/// How many of them died while they were at work, as the emulator tells.
pub(super) fn died_at_work(town: &Town) -> usize {
    let log = fs::read_to_string(town.stack.folder().join("emulator.log")).unwrap();
    log.matches("Runtime exited before returning a response").count()
}

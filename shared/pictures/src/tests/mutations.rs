//! Files that were changed by chance: whatever they are, the answer is a photo or a reason.
//!
//! `PHOTO_MUTATIONS=1000000` plays more of them.

use std::panic::catch_unwind;

use super::check;
use super::files::with_right_sums;
use super::hostile::{Dice, Named, floods, held, liars, with_canaries, with_trailers};
use super::process;
use super::samples::{ANIMATED, VALID};

const MUTATIONS: u64 = 20_000;

#[expect(clippy::disallowed_methods, reason = "a developer asks for more of them")]
fn mutations() -> u64 {
    std::env::var("PHOTO_MUTATIONS").ok().and_then(|count| count.parse().ok()).unwrap_or(MUTATIONS)
}

fn seeds() -> Vec<Named> {
    let plain = VALID.iter().chain(&ANIMATED).map(|(name, file)| ((*name).to_owned(), file.to_vec()));
    let mut seeds: Vec<Named> = plain.collect();
    seeds.extend((1..=8).flat_map(held));
    seeds.extend([with_canaries(), with_trailers(), floods(), liars()].concat());
    seeds
}

#[test]
#[ignore = "for the fuzzer, which says where to"]
#[expect(clippy::disallowed_methods, reason = "this is how the folder is told")]
fn seeds_are_written() {
    let folder = std::env::var("PHOTO_SEEDS").unwrap();
    for (index, (_, file)) in seeds().iter().enumerate() {
        std::fs::write(format!("{folder}/{index}"), file).unwrap();
    }
}

/// One change: of a bit, a byte, a number, or a piece.
fn mutate(dice: &mut Dice, file: &mut Vec<u8>, other: &[u8]) {
    if file.is_empty() {
        return;
    }
    let at = dice.below(file.len());
    let piece = (1 + dice.below(32)).min(file.len() - at);
    match dice.below(9) {
        0 => file[at] ^= 1 << dice.below(8),
        1 => file[at] = dice.next() as u8,
        2 => file[at] = [0, 1, 0x7f, 0x80, 0xff][dice.below(5)],
        3 => file[at..at + piece].fill(0),
        4 => drop(file.drain(at..at + piece)),
        5 => {
            let copy = file[at..at + piece].to_vec();
            file.splice(at..at, copy);
        }
        6 => {
            let from = dice.below(other.len());
            let borrowed = other[from..(from + piece).min(other.len())].to_vec();
            file.splice(at..at + piece, borrowed);
        }
        7 if at + 2 <= file.len() => {
            let number = [0_u16, 1, 2, 0xff, 0x100, 0x7fff, 0x8000, 0xffff][dice.below(8)];
            file[at..at + 2].copy_from_slice(&number.to_be_bytes());
        }
        _ => file.truncate(at),
    }
}

#[test]
fn no_mutation_is_more_than_a_photo_or_a_reason() {
    let seeds = seeds();
    let (mut accepted, mut refused) = (0, 0);
    for seed in 0..mutations() {
        let mut dice = Dice::new(seed + 1);
        let (name, mut file) = seeds[dice.below(seeds.len())].clone();
        let other = &seeds[dice.below(seeds.len())].1;
        for _ in 0..=dice.below(4) {
            mutate(&mut dice, &mut file, other);
        }
        // Half of the changes are to be found by what lies behind the sums.
        if file.starts_with(b"\x89PNG") && dice.below(2) == 0 {
            file = with_right_sums(file);
        }
        let outcome = catch_unwind(|| process(&file));
        match outcome.unwrap_or_else(|_| panic!("mutation {seed} of {name} made a decoder panic")) {
            Ok(photo) => {
                check(&format!("mutation {seed} of {name}"), &photo);
                accepted += 1;
            }
            Err(_) => refused += 1,
        }
    }
    println!("{accepted} mutations were accepted, {refused} refused");
    assert!(accepted > 0 && refused > accepted / 10, "{accepted} accepted, {refused} refused");
}

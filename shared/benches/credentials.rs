//! Hashes passwords or verifies access tokens, so often, and prints how long each took, in nanoseconds, a line each.
//!
//! It is built like the functions and run by `cargo xtask bench credentials`, in turns with the references.

#![expect(clippy::print_stdout, reason = "the figures are what it is for")]

use std::error::Error;
use std::hint::black_box;
use std::time::Instant;

use shared::domain::id::{Id, SessionId, UserId};
use shared::domain::password::Password;
use shared::domain::time::Timestamp;
use shared::domain::token::{self, Claims, SigningKey};

const ISSUER: &str = "https://api.example.org";
const NOW: Timestamp = Timestamp::from_unix_seconds(1_800_000_000);

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["hash", count, ..] => hash(count.parse()?),
        ["verify", count, ..] => verify(count.parse()?),
        // `cargo bench` runs every benchmark, with arguments of its own.
        _ => hash(1).and_then(|()| verify(1)),
    }
}

fn hash(count: usize) -> Result<(), Box<dyn Error>> {
    let password = Password::parse("correct horse battery")?;
    for _ in 0..count {
        let started = Instant::now();
        black_box(password.hash(black_box([7; 16]))?);
        println!("{}", started.elapsed().as_nanos());
    }
    Ok(())
}

/// What every request with a token does before it reads the session: the key's name, then everything else.
fn verify(count: usize) -> Result<(), Box<dyn Error>> {
    let key = SigningKey::from_seed(&[7; 32])?;
    let (user_id, session_id) = (UserId::from_parts(NOW, [1; 10]), SessionId::from_parts(NOW, [2; 10]));
    let token = key.sign(&Claims::new(ISSUER, user_id, session_id, 1, NOW))?;
    for _ in 0..count {
        let started = Instant::now();
        black_box(token::key_id(black_box(&token))?);
        black_box(token::verify(black_box(&token), key.public(), ISSUER, NOW)?);
        println!("{}", started.elapsed().as_nanos());
    }
    Ok(())
}

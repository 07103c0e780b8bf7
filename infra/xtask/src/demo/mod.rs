//! The main job as a transcript: two people find each other and talk.
//!
//! It calls the public APIs only, like any client, and reads the confirmation codes from the local mails.

mod api;
mod socket;
mod story;
mod transcript;

use std::io::Write;

use serde_json::Value;

use crate::failure::Failure;

/// Plays the story on the system that `record` describes and writes what happens.
pub fn run(record: &Value, output: &mut dyn Write) -> Result<(), Failure> {
    story::play(&api::Api::of(record), &mut transcript::Transcript::new(output))
}

//! Deploys packaged functions the way an operator does, to a local AWS, and runs them where this machine can.

use super::Platform;
use crate::demo;
use crate::failure::Failure;
use crate::local::{Deployment, LocalStack, StackOptions};
use crate::progress::Progress;

pub fn rehearse(platform: Platform, progress: Progress) -> Result<(), Failure> {
    let stack = LocalStack::start(StackOptions {
        label: "rehearsal".to_owned(),
        deployment: Deployment::Sam,
        progress,
        ..StackOptions::default()
    })?;
    stack.announce_differences();
    match platform {
        Platform::Host => demo::run(&stack.record(), &mut std::io::stderr()),
        Platform::Lambda => {
            progress.say("\nDeployed. These functions are for arm64; with --host they would also be run.");
            Ok(())
        }
    }
}

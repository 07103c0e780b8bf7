//! One module per command.

pub mod admin;
pub mod bench;
pub mod check;
pub mod demo;
pub mod dlq;
pub mod down;
pub mod erase;
pub mod erase_again;
pub mod logs;
pub mod mail;
pub mod model;
pub mod package;
pub mod passwords;
pub mod photos;
pub mod restore;
pub mod test;
pub mod up;

use crate::Failure;
use crate::deployment::{AwsDeployment, Deployment, LocalDeployment};

/// The stack on AWS of that name, or the running `up`.
fn deployment(stack: Option<&str>) -> Result<Box<dyn Deployment>, Failure> {
    Ok(match stack {
        Some(stack) => Box::new(AwsDeployment::of_stack(stack)?),
        None => Box::new(LocalDeployment::of_record(&up::record()?)),
    })
}

//! `cargo xtask admin`: what only somebody with access to the tables can do.

use clap::{Args, Subcommand};

use super::up;
use crate::admin::{AwsTables, Granted, LocalTables, Role, grant};
use crate::failure::Failure;
use crate::progress::result;

#[derive(Debug, Args)]
pub struct Options {
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, Subcommand)]
enum Act {
    /// Give somebody who has an account a role, for instance the first admin.
    Grant(Grant),
}

#[derive(Debug, Args)]
struct Grant {
    /// The mail address of their account.
    mail: String,
    #[arg(long, value_enum, default_value_t = Role::Admin)]
    role: Role,
    /// A stack on AWS, reached with the AWS CLI; the running `up` when not given.
    #[arg(long, value_name = "NAME")]
    stack: Option<String>,
}

pub fn run(options: &Options) -> Result<(), Failure> {
    let Act::Grant(Grant { mail, role, stack }) = &options.act;
    let granted = match stack {
        Some(stack) => grant(&AwsTables::of_stack(stack)?, mail, *role),
        None => grant(&LocalTables::of_record(&up::record()?), mail, *role),
    }?;
    match granted {
        Granted::Now => result(format_args!("{mail} is {} from the next request on.", role.as_str())),
        Granted::Before => result(format_args!("{mail} was {} already.", role.as_str())),
    }
    Ok(())
}

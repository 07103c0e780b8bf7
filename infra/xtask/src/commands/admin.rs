//! `cargo xtask admin`: what only somebody with access to the tables can do.

use clap::{Args, Subcommand};

use super::deployment;
use crate::admin::{Granted, Revoked, Role, grant, revoke};
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
    Grant(Change),
    /// Take a role from somebody, the last admin included.
    Revoke(Change),
}

#[derive(Debug, Args)]
struct Change {
    /// The mail address of their account.
    mail: String,
    #[arg(long, value_enum, default_value_t = Role::Admin)]
    role: Role,
    /// A stack on AWS, reached with the AWS CLI; the running `up` when not given.
    #[arg(long, value_name = "NAME")]
    stack: Option<String>,
}

pub fn run(options: &Options) -> Result<(), Failure> {
    match &options.act {
        Act::Grant(change) => grants(change),
        Act::Revoke(change) => revokes(change),
    }
}

fn grants(Change { mail, role, stack }: &Change) -> Result<(), Failure> {
    match grant(deployment(stack.as_deref())?.as_ref(), mail, *role)? {
        Granted::Now => result(format_args!("{mail} is {} from the next request on.", role.as_str())),
        Granted::Before => result(format_args!("{mail} was {} already.", role.as_str())),
    }
    Ok(())
}

fn revokes(Change { mail, role, stack }: &Change) -> Result<(), Failure> {
    match revoke(deployment(stack.as_deref())?.as_ref(), mail, *role)? {
        Revoked::Now => result(format_args!("{mail} is {} no more from the next request on.", role.as_str())),
        Revoked::Never => result(format_args!("{mail} was not {}.", role.as_str())),
    }
    Ok(())
}

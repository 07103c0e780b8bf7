//! `cargo xtask erase`: somebody who cannot sign in, and wants to be gone.

use clap::Args;
use serde_json::json;

use super::deployment;
use crate::failure::Failure;
use crate::operator;

#[derive(Debug, Args)]
pub struct Options {
    /// The mail address of the account, or its id.
    #[arg(value_name = "MAIL OR ID")]
    who: String,
    /// The stack on AWS; the running `up` when not given.
    #[arg(long, value_name = "NAME")]
    stack: Option<String>,
    /// Say whose account it is, and begin nothing.
    #[arg(long)]
    dry_run: bool,
}

pub fn run(options: &Options) -> Result<(), Failure> {
    let deployment = deployment(options.stack.as_deref())?;
    let order = json!({
        "who": options.who,
        "accounts": deployment.output("AccountsTableName")?,
        "profiles": deployment.output("ProfilesTableName")?,
        "outbox": deployment.output("OutboxTableName")?,
        "ops": deployment.output("OpsTableName")?,
        "dry_run": options.dry_run,
    });
    operator::become_it(&json!({ "erase": order }), deployment.endpoint())
}

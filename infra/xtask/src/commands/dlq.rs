//! `cargo xtask dlq`: what failed five times, to look at and to put back.

use clap::{Args, Subcommand};
use serde_json::json;

use super::deployment;
use crate::failure::Failure;
use crate::operator;

#[derive(Debug, Args)]
pub struct Options {
    #[command(subcommand)]
    action: Action,
    /// A stack on AWS, reached with the credentials of the environment or of the AWS CLI; the running `up` when not given.
    #[arg(long, value_name = "NAME", global = true)]
    stack: Option<String>,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// The dead-letter queues, and how many messages rest in each.
    List,
    /// Messages of one queue, the oldest first. They stay in it, out of others' sight while they are looked at: half a minute for
    /// every 200 if it is killed.
    Show(Selection),
    /// Put messages back into the queues in which they failed, once the cause is mended.
    Redrive(Selection),
    /// Delete a message that will never be done, and give its promise up, which would come again. There is no way back.
    Discard(Message),
}

#[derive(Debug, Args)]
struct Message {
    /// The queue, as `list` names it.
    queue: String,
    /// The message, as `show` names it.
    message_id: String,
}

#[derive(Debug, Args)]
struct Selection {
    /// The queue, as `list` names it.
    queue: String,
    /// At most so many messages.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u16).range(1..))]
    limit: u16,
}

pub fn run(options: &Options) -> Result<(), Failure> {
    let deployment = deployment(options.stack.as_deref())?;
    let act = match &options.action {
        Action::List => json!("list"),
        Action::Show(Selection { queue, limit }) => json!({ "show": { "queue": queue, "limit": limit } }),
        Action::Redrive(Selection { queue, limit }) => json!({ "redrive": { "queue": queue, "limit": limit } }),
        Action::Discard(Message { queue, message_id }) => {
            json!({ "discard": { "queue": queue, "message_id": message_id } })
        }
    };
    let outbox = deployment.output("OutboxTableName")?;
    let order = json!({ "queues": operator::queues(deployment.as_ref()), "outbox": outbox, "act": act });
    operator::become_it(&json!({ "dead_letters": order }), deployment.endpoint())
}

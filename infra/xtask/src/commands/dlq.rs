//! `cargo xtask dlq`: what failed five times, to look at and to put back.

use clap::{Args, Subcommand};

use super::deployment;
use crate::dead_letters::{discard, look, piles, redrive};
use crate::deployment::Deployment;
use crate::failure::Failure;
use crate::progress::result;
use crate::table::Table;

#[derive(Debug, Args)]
pub struct Options {
    #[command(subcommand)]
    action: Action,
    /// A stack on AWS, reached with the AWS CLI; the running `up` when not given.
    #[arg(long, value_name = "NAME", global = true)]
    stack: Option<String>,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// The dead-letter queues, and how many messages rest in each.
    List,
    /// Messages of one queue. They stay in it; for half a minute nobody else may see them.
    Show(Selection),
    /// Put messages back into the queues in which they failed, once the cause is mended.
    Redrive(Selection),
    /// Delete a message that will never be done. There is no way back.
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
    act(deployment(options.stack.as_deref())?.as_ref(), &options.action)
}

fn act(deployment: &dyn Deployment, action: &Action) -> Result<(), Failure> {
    match action {
        Action::List => list(deployment),
        Action::Show(Selection { queue, limit }) => show(deployment, queue, usize::from(*limit)),
        Action::Discard(Message { queue, message_id }) => {
            discard(deployment, queue, message_id)?;
            result(format_args!("{message_id} is gone."));
            Ok(())
        }
        Action::Redrive(Selection { queue, limit }) => {
            let moved = redrive(deployment, queue, usize::from(*limit))?;
            result(format_args!("{moved} put back. What fails five times again comes back to `{queue}`."));
            Ok(())
        }
    }
}

fn list(deployment: &dyn Deployment) -> Result<(), Failure> {
    let mut table = Table::new(["queue", "messages"]);
    for pile in piles(deployment)? {
        table.row(&[pile.name, pile.messages.to_string()]);
    }
    result(table);
    Ok(())
}

fn show(deployment: &dyn Deployment, queue: &str, limit: usize) -> Result<(), Failure> {
    let letters = look(deployment, queue, limit)?;
    if letters.is_empty() {
        result(format_args!("Nothing rests in `{queue}`, or somebody is looking at it."));
    }
    for letter in letters {
        let source = letter.came_from.as_deref().unwrap_or("nobody knows where");
        result(format_args!("{}  sent {} to {source}\n  {}", letter.message_id, letter.sent_at, letter.body));
    }
    Ok(())
}

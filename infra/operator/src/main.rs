//! Wires what an operator does to AWS, or to the local AWS, as the environment says. `cargo xtask restore`, `erase-again`,
//! `erase` and `dlq` become it.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "it talks to the operator")]

use std::process::ExitCode;

use operator::{Failure, Task, care, erase, list, repeat_erasures, restore};
use shared::adapters::aws::Aws;
use shared::adapters::system;
use shared::config::Vars;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Failure> {
    let unclear = |why: String| Failure::new(format!("the order cannot be read: {why}"));
    let order = std::env::args().nth(1).ok_or_else(|| unclear("`cargo xtask` writes it".to_owned()))?;
    let task: Task = serde_json::from_str(&order).map_err(|error| unclear(error.to_string()))?;
    let aws = Aws::new(&Vars::from_process());
    let (ambient, tell) = (system::ambient(), |line| println!("{line}"));
    match &task {
        Task::Restore(order) => restore(&aws, &ambient, order, &tell).await,
        Task::List(bucket) => list(&aws, bucket, &tell).await,
        Task::RepeatErasures(order) => repeat_erasures(&aws, &ambient, order, &tell).await,
        Task::Erase(order) => erase(&aws, &ambient, order, &tell).await,
        Task::DeadLetters(order) => care(&aws, order, &tell).await,
    }
}

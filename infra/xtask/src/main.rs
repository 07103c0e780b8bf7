//! Wires the command line to the commands.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use xtask::Failure;
use xtask::commands::{
    admin, bench, check, demo, dlq, down, erase, erase_again, logs, mail, model, package, passwords, photos, restore,
    test, up,
};
use xtask::progress::warn;

/// Run, show, test and check the whole backend.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", version, disable_help_subcommand = true)]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the system on this machine, show the main job, and keep running until Ctrl-C.
    Up(up::Options),
    /// Show the main job on the running system.
    Demo,
    /// Build the functions and run every test.
    Test(test::Options),
    /// Check format, lints, dependencies, template and secrets.
    Check(check::Options),
    /// Build the functions for AWS and zip them.
    Package(package::Options),
    /// Measure the functions.
    Bench(bench::Options),
    /// Build the filter of breached passwords from lists of them.
    Passwords(passwords::Options),
    /// Try pictures that are hostile, and those that others have.
    Photos(photos::Options),
    /// Fetch and verify the sentence model.
    Model(model::Options),
    /// Make the first admin.
    Admin(admin::Options),
    /// Look at what failed five times, and put it back.
    Dlq(dlq::Options),
    /// Restore a backup into tables, and compare them with it item by item.
    Restore(restore::Options),
    /// Erase somebody who cannot ask for it, such as who is banned.
    Erase(erase::Options),
    /// Erase everybody again who came back with a table that was restored.
    EraseAgain(erase_again::Options),
    /// Write the mails to files, to look at.
    Mail(mail::Options),
    /// Print what the functions of the running system wrote.
    Logs(logs::Options),
    /// Stop the running system.
    Down,
}

fn main() -> ExitCode {
    let done = run(CommandLine::parse().command);
    if let Err(failure) = done {
        warn(format_args!("error: {failure}"));
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Up(options) => up::run(&options),
        Command::Demo => demo::run(),
        Command::Test(options) => test::run(&options),
        Command::Check(options) => check::run(&options),
        Command::Package(options) => package::run(&options),
        Command::Bench(options) => bench::run(&options),
        Command::Passwords(options) => passwords::run(&options),
        Command::Photos(options) => photos::run(&options),
        Command::Model(options) => model::run(&options),
        Command::Admin(options) => admin::run(&options),
        Command::Dlq(options) => dlq::run(&options),
        Command::Restore(options) => restore::run(&options),
        Command::Erase(options) => erase::run(&options),
        Command::EraseAgain(options) => erase_again::run(&options),
        Command::Mail(options) => mail::run(&options),
        Command::Logs(options) => logs::run(&options),
        Command::Down => down::run(),
    }
}

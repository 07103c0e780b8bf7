//! `cargo xtask bench`: what functions cost to start, what they cost to run, and what answers give away.

use clap::{Args, Subcommand};

use crate::failure::Failure;

#[derive(Debug, Args)]
pub struct Options {
    #[command(subcommand)]
    benchmark: Benchmark,
}

#[derive(Debug, Subcommand)]
enum Benchmark {
    /// Start functions again and again, beside a naive build and a Python twin of each.
    ColdStart(ColdStart),
    /// Back a hundred thousand items up and restore them, beside boto3.
    Backup(Backup),
    /// Look things up in the cache, beside computing them, and with a server that is frozen.
    Cache(Cache),
    /// Count requests and milliseconds of one mail and one photo, and what they cost.
    Costs(Costs),
    /// Hash passwords and verify tokens, beside the reference implementation in C and `openssl speed`.
    Credentials(Credentials),
    /// Post a frame to a thousand sockets, beside boto3 and python-socketio, and again while some of them fail or stall.
    Fanout(Fanout),
    /// Compare what `auth` answers, and how long it takes, for addresses that have an account and for others.
    Enumeration(Enumeration),
    /// Score pairs and embed texts, beside the engine that came before and ONNX Runtime; show matches and hit rates.
    Matching(Matching),
    /// Make small pictures of large ones, beside Pillow and libvips.
    Photos(Photos),
    /// Scan a million vectors beside numpy and faiss, rank up to a million people, and count the true nearest.
    Retrieval(Retrieval),
}

#[derive(Debug, Args)]
struct Backup {
    /// Print the figures as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct Fanout {
    /// Print the figures as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct Photos {
    /// Print the figures as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct Retrieval {
    /// Print the figures as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct Cache {
    /// Print the figures as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct Costs {
    /// Print the figures as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct Credentials {
    /// Print the figures as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct Enumeration {
    /// How often to ask for each of the two.
    #[arg(long, value_name = "N", default_value_t = 2_000, value_parser = clap::value_parser!(u16).range(1..))]
    samples: u16,
    /// Print the figures as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct Matching {
    /// How often ours and the peers take turns.
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..))]
    rounds: u16,
    /// Print the figures as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct ColdStart {
    /// Every function, not only the four that have twins.
    #[arg(long)]
    all: bool,
    /// Print the figures as JSON.
    #[arg(long)]
    json: bool,
    /// How many processes to start of each.
    #[arg(long, value_name = "N", default_value_t = 15, value_parser = clap::value_parser!(u16).range(1..))]
    cold: u16,
    /// How often to call a warm process.
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = clap::value_parser!(u16).range(1..))]
    warm: u16,
}

#[cfg(feature = "bench")]
pub fn run(options: &Options) -> Result<(), Failure> {
    use crate::bench::{
        backup, cache, cold_start, costs, credentials, enumeration, fanout, matching, photos, retrieval,
    };

    match &options.benchmark {
        Benchmark::ColdStart(options) => cold_start::run(cold_start::Settings {
            all: options.all,
            json: options.json,
            cold: options.cold.into(),
            warm: options.warm.into(),
        }),
        Benchmark::Backup(options) => backup::run(options.json),
        Benchmark::Cache(options) => cache::run(options.json),
        Benchmark::Costs(options) => costs::run(options.json),
        Benchmark::Credentials(options) => credentials::run(options.json),
        Benchmark::Fanout(options) => fanout::run(options.json),
        Benchmark::Photos(options) => photos::run(options.json),
        Benchmark::Retrieval(options) => retrieval::run(options.json),
        Benchmark::Enumeration(options) => enumeration::run(options.samples.into(), options.json),
        Benchmark::Matching(options) => matching::run(options.rounds.into(), options.json),
    }
}

/// Runs this very command again in a build that has the stub services, so that other commands need not compile TLS.
#[cfg(not(feature = "bench"))]
pub fn run(_options: &Options) -> Result<(), Failure> {
    use std::process::Command;

    use crate::failure::Explain;
    use crate::workspace;

    let status = Command::new("cargo")
        .args(["run", "--profile", "local", "--package", "xtask", "--features", "bench", "--"])
        .args(std::env::args_os().skip(1))
        .current_dir(workspace::root())
        .status()
        .explain(|| "cannot run cargo".to_owned())?;
    if status.success() { Ok(()) } else { Err(Failure::new("the benchmark did not finish")) }
}

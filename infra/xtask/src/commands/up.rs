//! `cargo xtask up`: runs the whole system on this machine until Ctrl-C.

use std::fs::{self, File, TryLockError};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use clap::Args;
use serde_json::Value;

use crate::demo;
use crate::failure::{Explain, Failure};
use crate::local::{LocalStack, StackOptions};
use crate::progress::{Progress, result, seconds, warn};
use crate::workspace;

/// Where API clients expect a local AWS.
const DEFAULT_PORT: u16 = 4566;

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub struct Options {
    /// Rebuild and reload a function when its source changes (cargo lambda watch).
    #[arg(long)]
    watch: bool,
    /// Do not run the demonstration when the system is ready.
    #[arg(long)]
    no_demo: bool,
    /// Do without a cache, as a deployment with CacheEnabled=false does.
    #[arg(long)]
    no_cache: bool,
    /// The port of the local AWS.
    #[arg(long, default_value_t = DEFAULT_PORT)]
    port: u16,
    /// Print one line of JSON with the URLs on standard output when the system is ready.
    #[arg(long)]
    json: bool,
}

pub fn run(options: &Options) -> Result<(), Failure> {
    let started = Instant::now();
    let running = Running::claim()?;
    let mut stack = LocalStack::start(StackOptions {
        label: "up".to_owned(),
        port: Some(options.port),
        watch: options.watch,
        cache: !options.no_cache,
        progress: Progress::Loud,
        ..StackOptions::default()
    })?;
    let stop = stop_signal()?;
    running.announce(&stack)?;
    introduce(&stack, options, started);
    if options.json {
        result(stack.record());
    }
    if !options.no_demo {
        // A failed demonstration leaves the system running, which is what one needs to find out why.
        if let Err(failure) = demo::run(&running.record()?, &mut std::io::stderr()) {
            warn(format_args!("\nThe demonstration failed: {failure}"));
        }
    }
    warn("\nRunning. Press Ctrl-C to stop.");
    wait(&mut stack, &stop)?;
    warn("Stopping.");
    Ok(())
}

/// The claim to be the one `up` of this repository, and its record for the other commands.
#[derive(Debug)]
struct Running {
    record: PathBuf,
    _lock: File,
}

impl Running {
    fn claim() -> Result<Self, Failure> {
        let folder = workspace::local_aws()?;
        fs::create_dir_all(&folder).explain(|| format!("cannot create {}", folder.display()))?;
        let path = folder.join("up.json.lock");
        let lock = File::create(&path).explain(|| format!("cannot create {}", path.display()))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { record: folder.join("up.json"), _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(Failure::new("`cargo xtask up` is already running")
                .remedy("use the running one, or end it with `cargo xtask down`")),
            Err(TryLockError::Error(cause)) => Err(cause).explain(|| format!("cannot lock {}", path.display())),
        }
    }

    fn announce(&self, stack: &LocalStack) -> Result<(), Failure> {
        fs::write(&self.record, stack.record().to_string())
            .explain(|| format!("cannot write {}", self.record.display()))
    }

    fn record(&self) -> Result<Value, Failure> {
        let text = fs::read_to_string(&self.record).explain(|| format!("cannot read {}", self.record.display()))?;
        serde_json::from_str(&text).explain(|| format!("{} is no JSON", self.record.display()))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Nothing to remove when the start failed before the record was written.
        fs::remove_file(&self.record).ok();
    }
}

/// The record of the running `up`, or how to start one.
pub fn record() -> Result<Value, Failure> {
    let folder = workspace::local_aws()?;
    let not_running = || Failure::new("the system is not running").remedy("start it with `cargo xtask up`");
    let lock = File::open(folder.join("up.json.lock")).map_err(|_| not_running())?;
    if lock.try_lock_shared().is_ok() {
        return Err(not_running());
    }
    let text = fs::read_to_string(folder.join("up.json")).map_err(|_| {
        Failure::new("the system is still starting").remedy("wait until `cargo xtask up` says it is ready")
    })?;
    serde_json::from_str(&text).explain(|| "up.json is no JSON".to_owned())
}

fn introduce(stack: &LocalStack, options: &Options, started: Instant) {
    stack.announce_differences();
    warn(format_args!("\nReady after {}.", seconds(started.elapsed())));
    warn(format_args!("  HTTP API       {}", stack.http_url()));
    warn(format_args!("  WebSocket API  {}", stack.ws_url()));
    warn(format_args!("  AWS endpoint   {}   (any SDK: AWS_ENDPOINT_URL)", stack.endpoint()));
    warn(format_args!("  sent mails     {}/_ministack/ses/messages", stack.endpoint()));
    warn(format_args!("  logs           cargo xtask logs [function] [--follow], and {}", stack.folder().display()));
    warn(format_args!("  try            curl {}/health/ready", stack.http_url()));
    if options.watch {
        warn("  hot reload     edit a function; the next call runs it (build output: watch.log in the logs folder)");
        warn("                 watched functions act as the account's root: their roles are not enforced");
    }
}

/// Receives once for Ctrl-C, a termination request or a closed terminal.
fn stop_signal() -> Result<Receiver<()>, Failure> {
    let (sender, receiver) = channel();
    ctrlc::set_handler(move || {
        // The receiver is gone only when the command is ending already.
        sender.send(()).ok();
    })
    .explain(|| "cannot wait for Ctrl-C".to_owned())?;
    Ok(receiver)
}

fn wait(stack: &mut LocalStack, stop: &Receiver<()>) -> Result<(), Failure> {
    loop {
        match stop.recv_timeout(Duration::from_millis(500)) {
            Err(RecvTimeoutError::Timeout) => {}
            Ok(()) | Err(RecvTimeoutError::Disconnected) => return Ok(()),
        }
        if let Some(log) = stack.ended() {
            return Err(Failure::new("a process of the local AWS ended by itself")
                .evidence(log)
                .remedy("start again with `cargo xtask up`"));
        }
    }
}

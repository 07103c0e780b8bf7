//! A function as a process, started the way Lambda starts it.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::runtime_api::RuntimeApi;
use crate::failure::{Explain, Failure};

/// What Lambda sets in every environment.
const VARIABLES: [(&str, &str); 10] = [
    ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"),
    ("AWS_DEFAULT_REGION", "eu-central-1"),
    ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512"),
    ("AWS_LAMBDA_FUNCTION_NAME", "bench"),
    ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
    ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/bench"),
    ("AWS_LAMBDA_LOG_STREAM_NAME", "bench"),
    ("AWS_REGION", "eu-central-1"),
    ("AWS_SECRET_ACCESS_KEY", "example"),
    ("PATH", "/usr/local/bin:/usr/bin:/bin"),
];

/// How to start a function.
#[derive(Debug, Clone)]
pub struct Lambda {
    /// A program and its arguments; the last one is the function.
    pub command: Vec<OsString>,
    pub variables: BTreeMap<String, String>,
}

/// Ends the process when dropped.
#[derive(Debug)]
pub struct Running {
    child: Child,
    pub started: Instant,
}

impl Lambda {
    pub fn new(binary: PathBuf, variables: BTreeMap<String, String>) -> Self {
        Self { command: vec![binary.into()], variables }
    }

    /// The same, run by another program, such as a simulator.
    #[must_use]
    pub fn under(mut self, program: impl IntoIterator<Item = impl Into<OsString>>) -> Self {
        let mut command: Vec<OsString> = program.into_iter().map(Into::into).collect();
        command.append(&mut self.command);
        self.command = command;
        self
    }

    pub fn start(&self, api: &RuntimeApi) -> Result<Running, Failure> {
        let [program, arguments @ ..] = self.command.as_slice() else {
            return Err(Failure::new("there is nothing to start"));
        };
        let mut command = Command::new(program);
        command
            .args(arguments)
            .env_clear()
            .envs(VARIABLES)
            .env("AWS_LAMBDA_RUNTIME_API", api.address().to_string())
            .envs(&self.variables)
            .stdin(Stdio::null())
            .stdout(Stdio::null());
        let started = Instant::now();
        let child = command.spawn().explain(|| format!("cannot run {}", program.display()))?;
        Ok(Running { child, started })
    }
}

impl Running {
    /// Whether the process is gone. If that cannot be told, it is taken to be there.
    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().is_ok_and(|status| status.is_some())
    }

    /// How long its threads have been on a processor.
    pub fn processor(&self) -> Result<Duration, Failure> {
        let folder = format!("/proc/{}/task", self.child.id());
        let threads = fs::read_dir(&folder).explain(|| format!("cannot list {folder}"))?;
        let nanoseconds = |thread: fs::DirEntry| {
            let text = fs::read_to_string(thread.path().join("schedstat")).ok()?;
            text.split(' ').next()?.parse::<u64>().ok()
        };
        Ok(Duration::from_nanos(threads.filter_map(Result::ok).filter_map(nanoseconds).sum()))
    }

    /// Asks the process to end and waits until it did, so that what watches it can write its report.
    pub fn end(mut self) -> Result<(), Failure> {
        let id = i32::try_from(self.child.id()).explain(|| "no process id".to_owned())?;
        kill(Pid::from_raw(id), Signal::SIGTERM).explain(|| "cannot end a process".to_owned())?;
        self.child.wait().explain(|| "cannot wait for a process".to_owned())?;
        Ok(())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may be gone already, which is as good.
        self.child.kill().unwrap_or_default();
        self.child.wait().map(|_| ()).unwrap_or_default();
    }
}

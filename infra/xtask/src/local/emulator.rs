//! The emulator's process: started on a free port, watched while it starts, ended with everything it started.

use std::fs::{self, File};
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

use super::client::{ACCOUNT, Client, REGION};
use crate::failure::{Explain, Failure};
use crate::tools::{Tools, tail};

const LAUNCHER: &str = include_str!("../launcher.py");
/// What the launcher changes in the emulator, and where the emulator is kinder than AWS, as it shows.
pub(super) const DIFFERENCES: [&str; 2] = [
    "the address of a caller is the last one in X-Forwarded-For, if the request has any",
    "sockets take binary frames, and frames of more than 32 KB, on which API Gateway closes them",
];
const START_LIMIT: Duration = Duration::from_mins(1);

/// A process group that ends when this value is dropped or its owner dies in any way.
#[derive(Debug)]
pub(crate) struct Leash {
    child: Child,
    pipe: Option<ChildStdin>,
    log: PathBuf,
}

impl Leash {
    pub(crate) fn start(tools: &Tools, command: Leashed<'_>) -> Result<Self, Failure> {
        let launcher = command.log.with_extension("launcher.py");
        fs::write(&launcher, LAUNCHER).explain(|| format!("cannot write {}", launcher.display()))?;
        let log = command.log;
        let output = File::create(log).explain(|| format!("cannot create {}", log.display()))?;
        let errors = output.try_clone().explain(|| format!("cannot share {}", log.display()))?;
        let mut process = Command::new(tools.python());
        process.arg(launcher).args(command.arguments).current_dir(command.folder);
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.as_encoded_bytes().starts_with(b"AWS_")) {
            process.env_remove(name);
        }
        let mut child = process
            .envs(command.environment.iter().map(|(name, value)| (name, value)))
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(output)
            .stderr(errors)
            .spawn()
            .explain(|| format!("cannot run {}", tools.python().display()))?;
        let pipe = child.stdin.take();
        Ok(Self { child, pipe, log: log.to_owned() })
    }

    /// The end of the log when the process has ended by itself.
    pub(crate) fn ended(&mut self) -> Option<String> {
        let status = self.child.try_wait().ok().flatten()?;
        let log = fs::read_to_string(&self.log).unwrap_or_default();
        Some(format!("{}\n({status}; the whole log is {})", tail(&log, 15), self.log.display()))
    }
}

impl Drop for Leash {
    fn drop(&mut self) {
        drop(self.pipe.take());
        // The launcher ends the group by itself within milliseconds; this is for the case that it hangs.
        let group = i32::try_from(self.child.id()).map(Pid::from_raw);
        let deadline = Instant::now() + Duration::from_secs(2);
        while matches!(self.child.try_wait(), Ok(None)) && Instant::now() < deadline {
            sleep(Duration::from_millis(10));
        }
        if let (Ok(None), Ok(group)) = (self.child.try_wait(), group) {
            killpg(group, Signal::SIGKILL).ok();
            self.child.wait().ok();
        }
    }
}

/// What runs under the launcher.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Leashed<'a> {
    /// Where it runs and where what it prints goes.
    pub folder: &'a Path,
    pub log: &'a Path,
    /// The command; nothing stands for the emulator itself.
    pub arguments: &'a [String],
    pub environment: &'a [(String, String)],
}

#[derive(Debug)]
pub(crate) struct Emulator {
    leash: Leash,
    endpoint: String,
    port: u16,
}

impl Emulator {
    /// Starts the emulator in `folder` on the given port, or on any free one.
    pub(crate) fn start(tools: &Tools, folder: &Path, port: Option<u16>) -> Result<Self, Failure> {
        let mut attempts = if port.is_some() { 1 } else { 3 };
        loop {
            attempts -= 1;
            // Between choosing a free port and listening on it another process may take it: choose again.
            match Self::start_on(tools, folder, choose_port(port)?) {
                Err(_) if attempts > 0 => {}
                outcome => return outcome,
            }
        }
    }

    fn start_on(tools: &Tools, folder: &Path, port: u16) -> Result<Self, Failure> {
        let temporary = folder.join("tmp");
        fs::create_dir_all(&temporary).explain(|| format!("cannot create {}", temporary.display()))?;
        let endpoint = format!("http://127.0.0.1:{port}");
        let environment = environment(port, &endpoint, &temporary);
        let log = folder.join("emulator.log");
        let leash = Leash::start(tools, Leashed { folder, log: &log, arguments: &[], environment: &environment })?;
        let mut emulator = Self { leash, endpoint, port };
        emulator.wait_until_healthy()?;
        Ok(emulator)
    }

    fn wait_until_healthy(&mut self) -> Result<(), Failure> {
        let client = Client::new(&self.endpoint);
        let deadline = Instant::now() + START_LIMIT;
        while client.inspect("/_ministack/health").is_err() {
            if let Some(log) = self.leash.ended() {
                return Err(Failure::new("the local AWS ended while it started").evidence(log));
            }
            if Instant::now() > deadline {
                return Err(Failure::new(format!("the local AWS did not answer within {START_LIMIT:?}"))
                    .remedy(format!("read {}", self.leash.log.display())));
            }
            sleep(Duration::from_millis(50));
        }
        Ok(())
    }

    pub(crate) fn endpoint(&self) -> &str {
        &self.endpoint
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn ended(&mut self) -> Option<String> {
        self.leash.ended()
    }
}

/// With `AUTH` the emulator enforces each function's own role, so that a missing permission shows here and not in AWS.
fn environment(port: u16, endpoint: &str, temporary: &Path) -> Vec<(String, String)> {
    let temporary = temporary.display().to_string();
    [
        ("BIND_HOST", "127.0.0.1"),
        ("GATEWAY_PORT", &port.to_string()),
        ("AWS_ENDPOINT_URL", endpoint),
        ("AWS_DEFAULT_REGION", REGION),
        ("MINISTACK_REGION", REGION),
        ("MINISTACK_ACCOUNT_ID", ACCOUNT),
        ("AUTH", "true"),
        ("TMPDIR", &temporary),
        ("PYTHONUNBUFFERED", "1"),
        // Listeners on fixed ports that nothing here uses.
        ("IOT_MTLS_ENABLED", "0"),
        ("SFTP_ENABLED", "0"),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .collect()
}

fn choose_port(wanted: Option<u16>) -> Result<u16, Failure> {
    let listener = TcpListener::bind(("127.0.0.1", wanted.unwrap_or(0))).map_err(|cause| match wanted {
        Some(port) => Failure::new(format!("port {port} cannot be used: {cause}")).remedy(
            "end what listens there (`cargo xtask down` for an earlier `up`) or choose another one with `--port`",
        ),
        None => Failure::new(format!("no free port on 127.0.0.1: {cause}")),
    })?;
    Ok(listener.local_addr().explain(|| "cannot read the chosen port".to_owned())?.port())
}

//! Hot reload: `cargo lambda watch` behind the local gateway. An edit is rebuilt at the next call.
//!
//! The watched processes belong to no deployed function, so they act as the account's root: `--watch` does not enforce the
//! functions' roles.

use std::collections::BTreeMap;
use std::fs;
use std::net::{TcpListener, TcpStream};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::client::{ACCOUNT, REGION};
use super::emulator::{Leash, Leashed};
use super::stack::LocalStack;
use crate::failure::{Explain, Failure};
use crate::progress::Progress;
use crate::tools::Tools;
use crate::workspace;

/// The first call after an edit waits for the compiler, so a function's own time limit would be too short. A call that
/// comes in the very moment of a reload is lost by `cargo lambda watch` and waits for as long.
const REBUILD_LIMIT: Duration = Duration::from_mins(1);

#[derive(Debug)]
pub struct Watch {
    leash: Leash,
}

impl Watch {
    pub(super) fn start(tools: &Tools, stack: &LocalStack, progress: Progress) -> Result<Self, Failure> {
        progress.step("watch the sources of the functions", || {
            let port = free_port()?;
            let environment = shared_environment(stack)?;
            let file = stack.folder().join("watch.env");
            let lines: Vec<String> = environment.iter().map(|(name, value)| format!("{name}={value}")).collect();
            fs::write(&file, lines.join("\n")).explain(|| format!("cannot write {}", file.display()))?;
            let arguments = [
                tools.program("cargo-lambda").display().to_string(),
                "lambda".to_owned(),
                "watch".to_owned(),
                "--invoke-address=127.0.0.1".to_owned(),
                format!("--invoke-port={port}"),
                "--profile=local".to_owned(),
                "--disable-cors".to_owned(),
                format!("--env-file={}", file.display()),
            ];
            let log = stack.folder().join("watch.log");
            let command = Leashed { folder: workspace::root(), log: &log, arguments: &arguments, environment: &[] };
            let mut leash = Leash::start(tools, command)?;
            wait_until_listening(&mut leash, port)?;
            for function in stack.functions().keys() {
                let url = format!("http://127.0.0.1:{port}/2015-03-31/functions/{function}/invocations");
                stack.set_function_env(function, &[("MINISTACK_LAMBDA_PROXY_URL", &url)])?;
                stack.configure(function, &json!({ "Timeout": REBUILD_LIMIT.as_secs() }))?;
            }
            Ok(Self { leash })
        })
    }

    pub(super) fn ended(&mut self) -> Option<String> {
        self.leash.ended()
    }
}

/// `cargo lambda watch` takes one environment for all functions. A variable means the same in every function, so theirs
/// can be united; two values for one name would be a mistake in the template.
fn shared_environment(stack: &LocalStack) -> Result<BTreeMap<String, String>, Failure> {
    let mut shared: BTreeMap<String, String> = BTreeMap::new();
    for function in stack.functions().keys() {
        for (name, value) in stack.function_env(function)? {
            let value = match value {
                Value::String(text) => text,
                other => other.to_string(),
            };
            if let Some(other) = shared.get(&name).filter(|other| **other != value) {
                return Err(Failure::new(format!(
                    "{function} has {name}={value}, another function has {name}={other}"
                ))
                .remedy("give the variable one meaning in template.yaml: watched functions share one environment"));
            }
            shared.insert(name, value);
        }
    }
    for (name, value) in [
        ("AWS_ENDPOINT_URL", stack.endpoint()),
        ("AWS_REGION", REGION),
        ("AWS_DEFAULT_REGION", REGION),
        ("AWS_ACCESS_KEY_ID", ACCOUNT),
        ("AWS_SECRET_ACCESS_KEY", "local"),
    ] {
        shared.insert(name.to_owned(), value.to_owned());
    }
    Ok(shared)
}

fn free_port() -> Result<u16, Failure> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).explain(|| "no free port on 127.0.0.1".to_owned())?;
    Ok(listener.local_addr().explain(|| "cannot read the chosen port".to_owned())?.port())
}

fn wait_until_listening(leash: &mut Leash, port: u16) -> Result<(), Failure> {
    let deadline = Instant::now() + Duration::from_mins(1);
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        if let Some(log) = leash.ended() {
            return Err(Failure::new("`cargo lambda watch` ended while it started").evidence(log));
        }
        if Instant::now() > deadline {
            return Err(Failure::new("`cargo lambda watch` does not listen after 60 s"));
        }
        sleep(Duration::from_millis(50));
    }
    Ok(())
}

//! The town whose backups are looked at, and whose readers of tables can be killed.

use std::sync::LazyLock;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::json;

use super::{FaultProxy, Town};

impl Town {
    /// The town with a proxy between `backup-segment` and the tables, where messages that failed come again at once.
    pub(crate) fn archived() -> &'static Self {
        static TOWN: LazyLock<Town> = LazyLock::new(|| {
            let mut town = Town::found_with("archived", false, Vec::new());
            let proxy = FaultProxy::before(town.stack.endpoint());
            town.stack.set_function_env("backup-segment", &[("AWS_ENDPOINT_URL_DYNAMODB", proxy.url())]).unwrap();
            let queue = town.stack.output("BackupQueueUrl").unwrap();
            let soon = json!({ "QueueUrl": queue, "Attributes": { "VisibilityTimeout": "1" } });
            town.stack.client().json("sqs", "AmazonSQS.SetQueueAttributes", &soon).unwrap();
            town.faults = Some(proxy);
            town
        });
        &TOWN
    }

    /// Ends the processes of a function as they are, and answers how many there were.
    pub(crate) fn kills(&self, function: &str) -> usize {
        let name = format!("AWS_LAMBDA_FUNCTION_NAME={}", self.stack.functions()[function]);
        let town = format!("AWS_ENDPOINT_URL={}", self.stack.endpoint());
        let mut killed = 0;
        for process in std::fs::read_dir("/proc").unwrap().filter_map(Result::ok) {
            let Some(id) = process.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
            let Ok(environment) = std::fs::read(process.path().join("environ")) else { continue };
            let variables: Vec<&[u8]> = environment.split(|byte| *byte == 0).collect();
            if [&name, &town].iter().all(|wanted| variables.contains(&wanted.as_bytes())) {
                kill(Pid::from_raw(id), Signal::SIGKILL).unwrap();
                killed += 1;
            }
        }
        killed
    }
}

//! Rehearses a deployment: the `sam deploy` of production with this repository's samconfig.toml, aimed at the emulator.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::client::{ACCOUNT, Client, REGION};
use super::deploy::{Deployed, STACK, completed};
use crate::failure::{Explain, Failure};
use crate::progress::Progress;
use crate::tools::{DEPLOY, Tools, tail};
use crate::workspace;

pub(super) fn deploy(
    client: &Client,
    template: &Value,
    parameters: &[(String, String)],
    folder: &Path,
    progress: Progress,
) -> Result<Deployed, Failure> {
    let tools = Tools::ensure(&DEPLOY, progress)?;
    let adapted = folder.join("template.json");
    fs::write(&adapted, template.to_string()).explain(|| format!("cannot write {}", adapted.display()))?;
    let mut sam = Command::new(tools.program("sam"));
    sam.args(["deploy", "--stack-name", STACK, "--no-confirm-changeset", "--no-progressbar", "--template-file"]);
    sam.arg(&adapted).arg("--config-file").arg(workspace::root().join("samconfig.toml"));
    if !parameters.is_empty() {
        sam.arg("--parameter-overrides").args(parameters.iter().map(|(name, value)| format!("{name}={value}")));
    }
    let output = sam
        .env("AWS_ENDPOINT_URL", client.endpoint())
        .env("AWS_ACCESS_KEY_ID", ACCOUNT)
        .env("AWS_SECRET_ACCESS_KEY", "unused")
        .env("AWS_DEFAULT_REGION", REGION)
        .env("SAM_CLI_TELEMETRY", "0")
        .env_remove("AWS_PROFILE")
        .env_remove("AWS_SESSION_TOKEN")
        .output()
        .explain(|| "cannot run sam".to_owned())?;
    if !output.status.success() {
        let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        return Err(Failure::new("`sam deploy` failed against the local AWS")
            .evidence(tail(&said, 30))
            .remedy("correct template.yaml or samconfig.toml; the same command would fail in AWS"));
    }
    completed(client)
}

//! What an operator does to the data of a system, by a program that links what the functions link, SDK and formats included,
//! so that these commands need not.

use std::collections::BTreeMap;
use std::os::unix::process::CommandExt as _;
use std::process::Command;

use serde_json::Value;

use crate::deployment::Deployment;
use crate::failure::{Explain, Failure};
use crate::local::{ACCOUNT, REGION};
use crate::workspace;

/// Becomes the program, on the local AWS at this endpoint, or else on AWS; comes back only if that cannot be. There is one
/// process, so that whoever kills the command leaves nothing behind that goes on.
pub fn become_it(task: &Value, endpoint: Option<&str>) -> Result<(), Failure> {
    let cause = command(task, endpoint)?.exec();
    Err(Failure::new(format!("cannot run the operator's program: {cause}")))
}

/// The queues of a system by the variables that functions know them by: `MailQueueUrl` is `APP_QUEUES_MAIL` to them.
pub fn queues(deployment: &dyn Deployment) -> BTreeMap<String, String> {
    let outputs = deployment.outputs().iter();
    let queues = outputs.filter_map(|(output, url)| Some((variable(output.strip_suffix("QueueUrl")?), url.clone())));
    queues.collect()
}

fn variable(name: &str) -> String {
    let part =
        |letter: char| letter.is_ascii_uppercase().then_some('_').into_iter().chain([letter.to_ascii_uppercase()]);
    format!("APP_QUEUES{}", name.chars().flat_map(part).collect::<String>())
}

/// The program, built and ready to run.
pub fn command(task: &Value, endpoint: Option<&str>) -> Result<Command, Failure> {
    let mut program = Command::new(build()?);
    program.arg(task.to_string());
    match endpoint {
        Some(endpoint) => {
            program.env("AWS_ENDPOINT_URL", endpoint);
            program.envs([("AWS_ACCESS_KEY_ID", ACCOUNT), ("AWS_SECRET_ACCESS_KEY", "unused"), ("AWS_REGION", REGION)]);
            program.env_remove("AWS_SESSION_TOKEN");
        }
        None => drop(program.envs(credentials()?)),
    }
    Ok(program)
}

/// The whole workspace is named, so that nothing is compiled with other features than for every other command.
fn build() -> Result<std::path::PathBuf, Failure> {
    let mut cargo = Command::new("cargo");
    cargo.args(["build", "--profile", "local", "--workspace", "--bin", "operator", "--quiet"]);
    let built = cargo.current_dir(workspace::root()).status().explain(|| "cannot run cargo".to_owned())?;
    if !built.success() {
        return Err(Failure::new("the operator's program does not build").remedy("fix what cargo reported above"));
    }
    Ok(workspace::target()?.join("local/operator"))
}

/// Those of the environment stay as they are; without any, the AWS CLI is asked, which knows profiles and roles.
#[expect(clippy::disallowed_methods, reason = "an operator's credentials and region stand in the environment")]
fn credentials() -> Result<Vec<(&'static str, String)>, Failure> {
    let mut found = Vec::new();
    if std::env::var_os("AWS_REGION").is_none() {
        let region = std::env::var("AWS_DEFAULT_REGION").or_else(|_| cli(&["configure", "get", "region"]));
        found.push(("AWS_REGION", region?.trim().to_owned()));
    }
    if std::env::var_os("AWS_ACCESS_KEY_ID").is_none() {
        let exported = cli(&["configure", "export-credentials", "--format", "process"])?;
        let exported: Value = serde_json::from_str(&exported).explain(|| "the AWS CLI exported no JSON".to_owned())?;
        let parts = [
            ("AWS_ACCESS_KEY_ID", "AccessKeyId"),
            ("AWS_SECRET_ACCESS_KEY", "SecretAccessKey"),
            ("AWS_SESSION_TOKEN", "SessionToken"),
        ];
        found.extend(parts.into_iter().filter_map(|(name, part)| Some((name, exported[part].as_str()?.to_owned()))));
    }
    Ok(found)
}

fn cli(arguments: &[&str]) -> Result<String, Failure> {
    let missing = "set AWS_REGION, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or install the AWS CLI and sign in";
    let output = Command::new("aws").args(arguments).output();
    let output = output.map_err(|cause| Failure::new(format!("cannot run the AWS CLI: {cause}")).remedy(missing))?;
    if !output.status.success() {
        let reason = String::from_utf8_lossy(&output.stderr).into_owned();
        return Err(Failure::new("the AWS CLI has no credentials or no region").evidence(reason).remedy(missing));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(test)]
mod tests {
    use super::variable;

    #[test]
    fn queues_are_named_as_functions_name_them() {
        for (output, name) in [("Mail", "APP_QUEUES_MAIL"), ("AccountDeadLetter", "APP_QUEUES_ACCOUNT_DEAD_LETTER")] {
            assert_eq!(variable(output), name);
        }
    }
}

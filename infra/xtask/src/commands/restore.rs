//! `cargo xtask restore`: a backup back into tables, verified before and compared after.
//!
//! The work is done by a program that links what the functions link, SDK and format included, so that these commands need not.

use std::collections::BTreeMap;
use std::process::Command;

use clap::Args;
use serde_json::{Value, json};

use super::up;
use crate::deployment::{AwsDeployment, Deployment, LocalDeployment};
use crate::failure::{Explain, Failure};
use crate::local::{ACCOUNT, REGION};
use crate::workspace;

/// What a backup holds, and the output of the stack that names each.
const TABLES: [(&str, &str); 6] = [
    ("accounts", "AccountsTableName"),
    ("sessions", "SessionsTableName"),
    ("profiles", "ProfilesTableName"),
    ("social", "SocialTableName"),
    ("chat", "ChatTableName"),
    ("ops", "OpsTableName"),
];

#[derive(Debug, Args)]
pub struct Options {
    /// The name of a backup, such as 2026-11-26, or the address of its manifest: s3://<bucket>/backups/v1/<name>/manifest.json.
    manifest: String,
    /// The stack on AWS whose backup it is, reached with the credentials of the environment or of the AWS CLI; the running
    /// `up` when not given.
    #[arg(long, value_name = "NAME")]
    stack: Option<String>,
    /// Only this table; may be repeated.
    #[arg(long = "table", value_name = "NAME", value_parser = TABLES.map(|(table, _)| table))]
    tables: Vec<String>,
    /// Verify the backup, look at the tables, and write nothing.
    #[arg(long)]
    dry_run: bool,
    /// How new tables begin; `restored-<backup>` when nothing is said.
    #[arg(long, value_name = "PREFIX", conflicts_with = "into_stack")]
    into: Option<String>,
    /// A fresh stack on AWS into whose empty tables to restore; `up` is the running one.
    #[arg(long, value_name = "NAME")]
    into_stack: Option<String>,
}

pub fn run(options: &Options) -> Result<(), Failure> {
    let local = if options.stack.is_none() { Some(up::record()?) } else { None };
    let order = order(options, local.as_ref())?;
    let program = build()?;
    let mut restore = Command::new(&program);
    restore.arg(order.to_string());
    match &local {
        Some(record) => {
            restore.env("AWS_ENDPOINT_URL", record["endpoint"].as_str().unwrap_or_default());
            restore.envs([("AWS_ACCESS_KEY_ID", ACCOUNT), ("AWS_SECRET_ACCESS_KEY", "unused"), ("AWS_REGION", REGION)]);
            restore.env_remove("AWS_SESSION_TOKEN");
        }
        None => drop(restore.envs(credentials()?)),
    }
    let done = restore.status().explain(|| format!("cannot run {}", program.display()))?;
    if done.success() {
        Ok(())
    } else {
        Err(Failure::new("the backup was not restored").remedy("read what is said above"))
    }
}

/// What the program is told, in its words.
fn order(options: &Options, local: Option<&Value>) -> Result<Value, Failure> {
    let outputs: Box<dyn Deployment> = match (&options.stack, local) {
        (Some(stack), _) => Box::new(AwsDeployment::of_stack(stack)?),
        (None, Some(record)) => Box::new(LocalDeployment::of_record(record)),
        (None, None) => return Err(Failure::new("no system is named")),
    };
    let (bucket, manifest, backup) = if let Some(address) = options.manifest.strip_prefix("s3://") {
        located(address)?
    } else {
        let manifest = format!("backups/v1/{}/manifest.json", options.manifest);
        (outputs.output("BackupsBucketName")?.to_owned(), manifest, options.manifest.clone())
    };
    let into = match &options.into_stack {
        Some(stack) if stack == "up" && local.is_some() => json!({ "existing": names(outputs.as_ref())? }),
        Some(stack) => json!({ "existing": names(&AwsDeployment::of_stack(stack)?)? }),
        None => json!({ "new": options.into.clone().unwrap_or_else(|| format!("restored-{backup}")) }),
    };
    Ok(json!({
        "bucket": bucket, "manifest": manifest, "tables": options.tables, "into": into, "dry_run": options.dry_run,
    }))
}

/// Bucket, key and name of the backup of `<bucket>/<key>`.
fn located(address: &str) -> Result<(String, String, String), Failure> {
    let parts = address.split_once('/').and_then(|(bucket, key)| {
        let (folder, _) = key.rsplit_once("/manifest.json")?;
        Some((bucket.to_owned(), key.to_owned(), folder.rsplit('/').next()?.to_owned()))
    });
    parts.ok_or_else(|| {
        Failure::new(format!("s3://{address} is no manifest"))
            .remedy("name s3://<bucket>/backups/v1/<backup>/manifest.json, or the backup alone")
    })
}

fn names(deployment: &dyn Deployment) -> Result<BTreeMap<&'static str, String>, Failure> {
    TABLES.into_iter().map(|(table, output)| Ok((table, deployment.output(output)?.to_owned()))).collect()
}

/// The whole workspace is named, so that nothing is compiled with other features than for every other command.
fn build() -> Result<std::path::PathBuf, Failure> {
    let mut cargo = Command::new("cargo");
    cargo.args(["build", "--profile", "local", "--workspace", "--bin", "restore", "--quiet"]);
    let built = cargo.current_dir(workspace::root()).status().explain(|| "cannot run cargo".to_owned())?;
    if !built.success() {
        return Err(Failure::new("the program that restores does not build").remedy("fix what cargo reported above"));
    }
    Ok(workspace::target()?.join("local/restore"))
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
    use super::*;

    fn options(manifest: &str) -> Options {
        let manifest = manifest.to_owned();
        Options { manifest, stack: None, tables: Vec::new(), dry_run: false, into: None, into_stack: None }
    }

    fn record() -> Value {
        let mut outputs = json!({ "BackupsBucketName": "backups" });
        for (table, output) in TABLES {
            outputs[output] = json!(format!("stack-{table}"));
        }
        json!({ "endpoint": "http://127.0.0.1:1", "outputs": outputs })
    }

    #[test]
    fn a_backup_is_named_or_addressed() {
        let record = record();
        let named = order(&options("2026-11-26"), Some(&record)).unwrap();
        assert_eq!(
            (&named["bucket"], &named["manifest"]),
            (&json!("backups"), &json!("backups/v1/2026-11-26/manifest.json"))
        );
        assert_eq!(named["into"], json!({ "new": "restored-2026-11-26" }));
        let addressed = order(&options("s3://other/backups/v1/2026-11-25/manifest.json"), Some(&record)).unwrap();
        assert_eq!((&addressed["bucket"], &addressed["into"]["new"]), (&json!("other"), &json!("restored-2026-11-25")));
        for wrong in ["s3://other", "s3://other/backups/v1/2026-11-25/plan.json"] {
            assert!(order(&options(wrong), Some(&record)).is_err(), "{wrong}");
        }
    }

    #[test]
    fn tables_of_the_running_system_are_found_by_its_outputs() {
        let into = Options { into_stack: Some("up".to_owned()), ..options("2026-11-26") };
        assert_eq!(order(&into, Some(&record())).unwrap()["into"]["existing"]["chat"], "stack-chat");
    }
}

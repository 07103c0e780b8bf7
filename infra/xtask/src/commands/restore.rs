//! `cargo xtask restore`: a backup back into tables, verified before and compared after.

use std::collections::{BTreeMap, BTreeSet};

use clap::Args;
use serde_json::{Value, json};

use super::deployment;
use crate::deployment::{AwsDeployment, Deployment};
use crate::failure::Failure;
use crate::operator;

/// What a backup holds, and the output of the stack that names each.
pub const TABLES: [(&str, &str); 6] = [
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
    /// With --list, s3://<bucket>.
    #[arg(required_unless_present = "list")]
    manifest: Option<String>,
    /// Say which backups there are, and restore none.
    #[arg(long, conflicts_with_all = ["tables", "dry_run", "although_erased_return", "ledgers", "into", "into_stack"])]
    list: bool,
    /// The stack on AWS whose backup it is, reached with the credentials of the environment or of the AWS CLI; the running
    /// `up` when not given. With an s3:// address, any stack there.
    #[arg(long, value_name = "NAME")]
    stack: Option<String>,
    /// Only this table; may be repeated.
    #[arg(long = "table", value_name = "NAME", value_parser = TABLES.map(|(table, _)| table))]
    tables: Vec<String>,
    /// Verify the backup, look at the tables, and write nothing.
    #[arg(long)]
    dry_run: bool,
    /// Restore a backup that is older than the ledger of erasures goes back, although people come back who were erased.
    #[arg(long)]
    although_erased_return: bool,
    /// One more bucket of backups whose ledger says who was erased, beside that of the backup and that of --into-stack; may be
    /// repeated.
    #[arg(long = "ledger", value_name = "BUCKET")]
    ledgers: Vec<String>,
    /// How new tables begin; `restored-<backup>` when nothing is said.
    #[arg(long, value_name = "PREFIX", conflicts_with = "into_stack", value_parser = prefix)]
    into: Option<String>,
    /// A fresh stack on AWS into whose empty tables to restore; `up` is the running one.
    #[arg(long, value_name = "NAME")]
    into_stack: Option<String>,
}

pub fn run(options: &Options) -> Result<(), Failure> {
    let source = deployment(options.stack.as_deref())?;
    let Some(manifest) = options.manifest.as_ref().filter(|_| !options.list) else {
        let bucket = options.manifest.as_deref().map_or_else(|| source.output("BackupsBucketName"), bucket)?;
        return operator::become_it(&json!({ "list": bucket }), source.endpoint());
    };
    let order = order(options, manifest, source.as_ref())?;
    operator::become_it(&json!({ "restore": order }), source.endpoint())
}

/// What the program is told, in its words.
fn order(options: &Options, manifest: &str, source: &dyn Deployment) -> Result<Value, Failure> {
    let (bucket, manifest, backup) = if let Some(address) = manifest.strip_prefix("s3://") {
        located(address)?
    } else {
        let key = format!("backups/v1/{manifest}/manifest.json");
        (source.output("BackupsBucketName")?.to_owned(), key, manifest.to_owned())
    };
    let mut ledgers: BTreeSet<String> = options.ledgers.iter().cloned().chain([bucket.clone()]).collect();
    // Whoever was erased in that stack is in its ledger, and may be in an older backup of another one.
    let mut existing = |stack: &dyn Deployment| {
        ledgers.insert(stack.output("BackupsBucketName")?.to_owned());
        Ok::<_, Failure>(json!({ "existing": stack_of(stack)? }))
    };
    let into = match &options.into_stack {
        Some(stack) if source.endpoint().is_none() => existing(&AwsDeployment::of_stack(stack)?)?,
        Some(stack) if stack == "up" => existing(source)?,
        Some(stack) => {
            return Err(Failure::new(format!("a backup of the running `up` cannot go into {stack}"))
                .remedy("name the stack that it is of with --stack, or `up` with --into-stack"));
        }
        None => json!({ "new": options.into.clone().unwrap_or_else(|| format!("restored-{backup}")) }),
    };
    Ok(json!({
        "bucket": bucket, "manifest": manifest, "ledgers": ledgers, "tables": options.tables, "into": into, "dry_run": options.dry_run,
        "beyond_ledger": options.although_erased_return,
    }))
}

/// What the name of a table can begin with.
fn prefix(text: &str) -> Result<String, String> {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte);
    if (1..=200).contains(&text.len()) && text.bytes().all(is_part) {
        return Ok(text.to_owned());
    }
    Err("names of tables have 1 to 200 letters, digits, `_`, `.` and `-`".to_owned())
}

/// The bucket of an address that names nothing in it.
fn bucket(address: &str) -> Result<&str, Failure> {
    let bucket = address.strip_prefix("s3://").map(|bucket| bucket.trim_end_matches('/'));
    bucket.filter(|bucket| !bucket.is_empty() && !bucket.contains('/')).ok_or_else(|| {
        Failure::new(format!("{address} is no bucket"))
            .remedy("name it as s3://<bucket>, or say --list alone for the bucket of the stack")
    })
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

fn stack_of(deployment: &dyn Deployment) -> Result<Value, Failure> {
    let tables = TABLES.into_iter().map(|(table, output)| Ok((table, deployment.output(output)?.to_owned())));
    let tables: BTreeMap<&str, String> = tables.collect::<Result<_, Failure>>()?;
    Ok(json!({ "tables": tables, "outbox": deployment.output("OutboxTableName")? }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deployment::LocalDeployment;

    fn options() -> Options {
        Options {
            manifest: None,
            list: false,
            stack: None,
            tables: Vec::new(),
            dry_run: false,
            although_erased_return: false,
            ledgers: Vec::new(),
            into: None,
            into_stack: None,
        }
    }

    fn record() -> LocalDeployment {
        let mut outputs = json!({ "BackupsBucketName": "backups", "OutboxTableName": "stack-outbox" });
        for (table, output) in TABLES {
            outputs[output] = json!(format!("stack-{table}"));
        }
        LocalDeployment::of_record(&json!({ "endpoint": "http://127.0.0.1:1", "outputs": outputs }))
    }

    #[test]
    fn a_backup_is_named_or_addressed() {
        let record = record();
        let named = order(&options(), "2026-11-26", &record).unwrap();
        assert_eq!(
            (&named["bucket"], &named["manifest"]),
            (&json!("backups"), &json!("backups/v1/2026-11-26/manifest.json"))
        );
        assert_eq!(named["into"], json!({ "new": "restored-2026-11-26" }));
        let addressed = order(&options(), "s3://other/backups/v1/2026-11-25/manifest.json", &record).unwrap();
        assert_eq!((&addressed["bucket"], &addressed["into"]["new"]), (&json!("other"), &json!("restored-2026-11-25")));
        let elsewhere = Options { into_stack: Some("production".to_owned()), ..options() };
        assert!(
            order(&elsewhere, "2026-11-26", &record).is_err(),
            "two systems are not reached with one set of credentials"
        );
        assert_eq!((addressed["ledgers"].clone(), named["ledgers"].clone()), (json!(["other"]), json!(["backups"])));
        for wrong in ["s3://other", "s3://other/backups/v1/2026-11-25/plan.json"] {
            assert!(order(&options(), wrong, &record).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_prefix_is_what_a_table_can_be_called() {
        assert!(prefix("rehearsal-2026.11").is_ok());
        for wrong in ["", "a b", "tables/x"] {
            assert!(prefix(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn tables_of_the_running_system_are_found_by_its_outputs() {
        let into = Options { into_stack: Some("up".to_owned()), ..options() };
        let stack = order(&into, "2026-11-26", &record()).unwrap()["into"]["existing"].clone();
        assert_eq!((&stack["tables"]["chat"], &stack["outbox"]), (&json!("stack-chat"), &json!("stack-outbox")));
        let address = "s3://other/backups/v1/2026-11-25/manifest.json";
        let elsewhere = Options { ledgers: vec!["older".to_owned()], ..into };
        let ledgers = order(&elsewhere, address, &record()).unwrap()["ledgers"].clone();
        assert_eq!(ledgers, json!(["backups", "older", "other"]), "whoever was erased anywhere stays erased");
    }

    #[test]
    fn a_bucket_is_listed_that_no_stack_has_any_more() {
        assert_eq!((bucket("s3://kept").unwrap(), bucket("s3://kept/").unwrap()), ("kept", "kept"));
        for wrong in ["kept", "s3://", "s3://kept/backups"] {
            assert!(bucket(wrong).is_err(), "{wrong}");
        }
    }
}

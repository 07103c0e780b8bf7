//! An archive: six tables and a bucket of one's own, which the functions of backups work on in this process.

use std::cell::RefCell;
use std::io::{BufRead as _, BufReader};
use std::process::Stdio;
use std::sync::{Arc, Mutex};

use ::operator::{Failure, Into, Order, Removal, Repetition, Stack, erase, repeat_erasures, restore};
use async_trait::async_trait;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::{Value, json};
use shared::adapters::aws::Aws;
use shared::adapters::dynamo::{DynamoBackups, Table};
use shared::adapters::system::{self, SystemClock};
use shared::adapters::vault::S3Vault;
use shared::config::Vars;
use shared::domain::backup::{BackupId, SegmentJob, TableKind, manifest_key};
use shared::domain::profile::TimeZone;
use shared::domain::time::Timestamp;
use shared::error::Result;
use shared::ports::backups::BackupJobs;
use tokio::runtime::Runtime;
use tokio::sync::Notify;
use xtask::local::{ACCOUNT, Client, REGION};
use xtask::operator;

use super::still::still;

pub(crate) struct Archive {
    pub(crate) client: Client,
    pub(crate) bucket: String,
    prefix: String,
    aws: Aws,
    runtime: Runtime,
}

/// A queue that holds what it is sent.
#[derive(Default)]
struct Tray(Mutex<Vec<SegmentJob>>);

#[async_trait]
impl BackupJobs for Tray {
    async fn send(&self, jobs: &[SegmentJob]) -> Result<()> {
        self.0.lock().unwrap().extend_from_slice(jobs);
        Ok(())
    }
}

impl Archive {
    /// At the store of that address, with tables that nobody else has.
    pub(crate) fn at(endpoint: &str, prefix: &str) -> Self {
        let client = Client::new(endpoint);
        let bucket = format!("{prefix}-backups");
        client.create_bucket(&bucket).unwrap();
        let archive = Self::over(endpoint, &bucket, prefix);
        for kind in TableKind::ALL {
            archive.create(&archive.table(kind));
        }
        archive
    }

    /// Over a bucket that is there, to restore from.
    pub(crate) fn over(endpoint: &str, bucket: &str, prefix: &str) -> Self {
        let vars: Vars = [
            ("AWS_ACCESS_KEY_ID", ACCOUNT),
            ("AWS_SECRET_ACCESS_KEY", "unused"),
            ("AWS_REGION", REGION),
            ("AWS_ENDPOINT_URL", endpoint),
        ]
        .into_iter()
        .collect();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (bucket, prefix) = (bucket.to_owned(), prefix.to_owned());
        Self { client: Client::new(endpoint), bucket, prefix, aws: Aws::new(&vars), runtime }
    }

    pub(crate) fn table(&self, kind: TableKind) -> String {
        format!("{}-{}", self.prefix, kind.as_str())
    }

    pub(crate) fn create(&self, name: &str) {
        let key = |name: &str, kind: &str| json!({ "AttributeName": name, "KeyType": kind });
        let text = |name: &str| json!({ "AttributeName": name, "AttributeType": "S" });
        self.dynamo(
            "CreateTable",
            &json!({
                "TableName": name, "BillingMode": "PAY_PER_REQUEST", "KeySchema": [key("pk", "HASH"), key("sk", "RANGE")],
                "AttributeDefinitions": [text("pk"), text("sk")],
            }),
        );
        let expiry = json!({ "AttributeName": "expires_at", "Enabled": true });
        self.dynamo("UpdateTimeToLive", &json!({ "TableName": name, "TimeToLiveSpecification": expiry }));
        let recovery = json!({ "PointInTimeRecoveryEnabled": true });
        self.dynamo(
            "UpdateContinuousBackups",
            &json!({ "TableName": name, "PointInTimeRecoverySpecification": recovery }),
        );
    }

    pub(crate) fn dynamo(&self, operation: &str, body: &Value) -> Value {
        self.client.json("dynamodb", &format!("DynamoDB_20120810.{operation}"), body).unwrap()
    }

    pub(crate) fn put(&self, kind: TableKind, item: &Value) {
        self.dynamo("PutItem", &json!({ "TableName": self.table(kind), "Item": item }));
    }

    /// Everything in a table, with sets in order.
    pub(crate) fn items(&self, table: &str) -> Vec<Value> {
        let (mut found, mut start) = (Vec::new(), Value::Null);
        loop {
            let mut request = json!({ "TableName": table, "ConsistentRead": true });
            if !start.is_null() {
                request["ExclusiveStartKey"] = start;
            }
            let answer = self.dynamo("Scan", &request);
            found.extend(answer["Items"].as_array().unwrap().iter().map(in_order));
            start = answer["LastEvaluatedKey"].clone();
            if start.is_null() {
                found.sort_by_key(Value::to_string);
                return found;
            }
        }
    }

    fn tables(&self) -> DynamoBackups {
        let table = |kind| (kind, Table::new(&self.aws, self.table(kind), Arc::new(SystemClock)));
        DynamoBackups::new(&self.aws, TableKind::ALL.map(table))
    }

    pub(crate) fn vault(&self) -> S3Vault {
        S3Vault::new(&self.aws, self.bucket.clone())
    }

    /// Plans the backup of that day at two o'clock of it, rotates, and answers the jobs.
    pub(crate) fn plans(&self, day: &str) -> Vec<SegmentJob> {
        let (vault, jobs) = (Arc::new(self.vault()), Arc::new(Tray::default()));
        let at: Timestamp = format!("{day}T02:00:00Z").parse().unwrap();
        let deps = backup_plan::Deps {
            catalogue: Arc::new(self.tables()),
            vault: vault.clone(),
            care: vault,
            jobs: jobs.clone(),
            ambient: still(at),
        };
        let order = serde_json::from_value(json!({ "scheduled_at": at })).unwrap();
        self.finish(backup_plan::run(&deps, &TimeZone::UTC, order)).unwrap();
        std::mem::take(&mut jobs.0.lock().unwrap())
    }

    pub(crate) fn saves(&self, job: SegmentJob) -> Result<()> {
        let (scan, vault) = (Arc::new(self.tables()), Arc::new(self.vault()));
        self.finish(backup_segment::save(&backup_segment::Deps { scan, vault, ambient: system::ambient() }, job))
    }

    /// The whole backup of a day.
    pub(crate) fn backs_up(&self, day: &str) {
        for job in self.plans(day) {
            self.saves(job).unwrap();
        }
    }

    pub(crate) fn keys(&self) -> Vec<String> {
        self.client.object_names(&self.bucket, "").unwrap()
    }

    pub(crate) fn order(&self, day: &str, into: Into) -> Order {
        let manifest = manifest_key(&BackupId::parse(day).unwrap());
        let ledgers = vec![self.bucket.clone()];
        Order {
            bucket: self.bucket.clone(),
            manifest,
            ledgers,
            tables: Vec::new(),
            into,
            dry_run: false,
            beyond_ledger: false,
        }
    }

    /// What an operator is told of the backups.
    pub(crate) fn lists(&self) -> Vec<String> {
        let told = Mutex::new(Vec::new());
        self.finish(::operator::list(&self.aws, &self.bucket, &|line| told.lock().unwrap().push(line))).unwrap();
        told.into_inner().unwrap()
    }

    /// Carries out an order, and answers what was told.
    pub(crate) fn restores(&self, order: &Order) -> std::result::Result<Vec<String>, Failure> {
        self.restores_at(system::ambient().now(), order)
    }

    pub(crate) fn restores_at(&self, now: Timestamp, order: &Order) -> std::result::Result<Vec<String>, Failure> {
        self.restores_while(now, order, |_| ())
    }

    /// With something that happens at the lines that are told.
    pub(crate) fn restores_while(
        &self,
        now: Timestamp,
        order: &Order,
        happens: impl Fn(&str) + Sync,
    ) -> std::result::Result<Vec<String>, Failure> {
        let told = Mutex::new(Vec::new());
        let tell = |line: String| {
            happens(&line);
            told.lock().unwrap().push(line);
        };
        self.finish(restore(&self.aws, &still(now), order, &tell))?;
        Ok(told.into_inner().unwrap())
    }

    /// Its tables as those of a stack.
    pub(crate) fn as_stack(&self) -> Stack {
        let tables = TableKind::ALL.map(|kind| (kind, self.table(kind))).into_iter().collect();
        Stack { tables, outbox: format!("{}-outbox", self.prefix) }
    }

    /// Has everybody erased again who may have come back.
    pub(crate) fn repeats_erasures(&self, order: &Repetition) -> std::result::Result<Vec<String>, Failure> {
        let told = Mutex::new(Vec::new());
        let tell = |line| told.lock().unwrap().push(line);
        self.finish(repeat_erasures(&self.aws, &system::ambient(), order, &tell))?;
        Ok(told.into_inner().unwrap())
    }

    /// Erases somebody as an operator does.
    pub(crate) fn erases(&self, who: &str, dry_run: bool) -> std::result::Result<Vec<String>, Failure> {
        let (told, table) = (Mutex::new(Vec::new()), |kind| self.table(kind));
        let order = Removal {
            who: who.to_owned(),
            accounts: table(TableKind::Accounts),
            profiles: table(TableKind::Profiles),
            outbox: self.as_stack().outbox,
            ops: table(TableKind::Ops),
            dry_run,
        };
        self.finish(erase(&self.aws, &system::ambient(), &order, &|line| told.lock().unwrap().push(line)))?;
        Ok(told.into_inner().unwrap())
    }

    /// Has a process carry out an order, and kills it at a line that it tells. As long as it lives nobody else may.
    pub(crate) fn is_killed_restoring(&self, order: &Order, mut at: impl FnMut(&str) -> bool) {
        let mut program = operator::command(&json!({ "restore": order }), Some(self.client.endpoint())).unwrap();
        let mut process = program.stdout(Stdio::piped()).spawn().unwrap();
        let mut told = BufReader::new(process.stdout.take().unwrap()).lines();
        assert!(told.any(|line| at(&line.unwrap())), "it had ended before it could be killed");
        let id = Pid::from_raw(process.id().cast_signed());
        kill(id, Signal::SIGSTOP).unwrap();
        let refused = self.restores(order).unwrap_err().to_string();
        assert!(refused.contains(&format!("by somebody else: process {id} on ")), "{refused}");
        process.kill().unwrap();
        process.wait().unwrap();
    }

    /// Carries out an order until a line is told, and no step further.
    pub(crate) fn stops_restoring(&self, order: &Order, at: impl FnMut(&str) -> bool + Send) {
        let (reached, at) = (Notify::new(), Mutex::new(at));
        let tell = |line: String| {
            if at.lock().unwrap()(&line) {
                reached.notify_one();
            }
        };
        let outcome = RefCell::new(None);
        self.finish(async {
            let ambient = system::ambient();
            tokio::select! {
                biased;
                () = reached.notified() => {}
                done = restore(&self.aws, &ambient, order, &tell) => *outcome.borrow_mut() = Some(done),
            }
        });
        assert!(outcome.into_inner().is_none(), "it had ended before it could be killed");
    }

    pub(crate) fn finish<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }
}

/// The same item with its sets sorted.
pub(crate) fn in_order(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let sorted = |(name, value): (&String, &Value)| {
                let mut value = in_order(value);
                if let (true, Value::Array(set)) = (["SS", "NS", "BS"].contains(&name.as_str()), &mut value) {
                    set.sort_by_key(Value::to_string);
                }
                (name.clone(), value)
            };
            Value::Object(fields.iter().map(sorted).collect())
        }
        Value::Array(values) => Value::Array(values.iter().map(in_order).collect()),
        other => other.clone(),
    }
}

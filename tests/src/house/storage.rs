//! What keeps data: tables, buckets, logs.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use shared::domain::backup::TableKind;
use xtask::workspace;

use super::Rule;
use super::template::{Resource, Template};

/// Everything in them is minutes old; after a disaster it is made anew.
const NO_BACKUP: [&str; 2] = ["RealtimeTable", "OutboxTable"];

const TABLES: Rule = Rule {
    text: "A table is encrypted, expires by expires_at and can be restored to any second (realtime, outbox: not)",
    why: "forgotten data is a burden and lost data a disaster; the exceptions are listed where everybody sees them",
    remedy: "copy the specifications from AccountsTable, or add the table to an exception with its reason",
};

fn table_offences(template: &Template) -> Vec<String> {
    let mut offences = Vec::new();
    for Resource { id, properties, .. } in template.of_type("AWS::DynamoDB::Table") {
        if properties["SSESpecification"]["SSEEnabled"] != true {
            offences.push(format!("{id} is not encrypted"));
        }
        let expiry = &properties["TimeToLiveSpecification"];
        let expires = *expiry == json!({ "AttributeName": "expires_at", "Enabled": true });
        if !expires {
            offences.push(format!("{id} does not expire by expires_at"));
        }
        let restores = properties["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] == true;
        if restores == NO_BACKUP.contains(&id) {
            let is = if restores { "pays for a backup that nobody needs" } else { "cannot be restored" };
            offences.push(format!("{id} {is}"));
        }
    }
    offences
}

#[test]
fn tables_keep_what_they_must() {
    TABLES.holds(&table_offences(&Template::read()));
}

#[test]
fn a_careless_table_is_caught() {
    let template = Template::read();
    let plants = [
        ("ChatTable", "SSESpecification", Value::Null),
        ("ChatTable", "TimeToLiveSpecification", json!({ "AttributeName": "ttl", "Enabled": true })),
        ("OutboxTable", "TimeToLiveSpecification", Value::Null),
        ("ChatTable", "PointInTimeRecoverySpecification", Value::Null),
        ("RealtimeTable", "PointInTimeRecoverySpecification", json!({ "PointInTimeRecoveryEnabled": true })),
    ];
    for (id, property, value) in plants {
        let offences = table_offences(&template.with_property(id, property, &value));
        assert_eq!(offences.len(), 1, "{id}.{property}: {offences:?}");
    }
}

const BUCKETS: Rule = Rule {
    text: "A bucket is encrypted and blocks public access in all four ways",
    why: "people's photos are shown through signed URLs only; one public object is a leak that nobody notices",
    remedy: "copy BucketEncryption and PublicAccessBlockConfiguration from PhotosBucket",
};

fn bucket_offences(template: &Template) -> Vec<String> {
    let mut offences = Vec::new();
    for Resource { id, properties, .. } in template.of_type("AWS::S3::Bucket") {
        for way in ["BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"] {
            if properties["PublicAccessBlockConfiguration"][way] != true {
                offences.push(format!("{id} lacks {way}"));
            }
        }
        let rules = &properties["BucketEncryption"]["ServerSideEncryptionConfiguration"];
        if rules.as_array().is_none_or(Vec::is_empty) {
            offences.push(format!("{id} is not encrypted"));
        }
    }
    offences
}

#[test]
fn buckets_are_private() {
    BUCKETS.holds(&bucket_offences(&Template::read()));
}

#[test]
fn an_open_bucket_is_caught() {
    let template = Template::read();
    let three = json!({ "BlockPublicAcls": true, "BlockPublicPolicy": false, "IgnorePublicAcls": true, "RestrictPublicBuckets": true });
    let open = template.with_property("PhotosBucket", "PublicAccessBlockConfiguration", &three);
    assert_eq!(bucket_offences(&open), ["PhotosBucket lacks BlockPublicPolicy"]);
    let plain = template.with_property("FailuresBucket", "BucketEncryption", &Value::Null);
    assert_eq!(bucket_offences(&plain), ["FailuresBucket is not encrypted"]);
}

const KEPT: Rule = Rule {
    text: "The bucket of backups keeps what is deleted in it for 14 days, speaks TLS only, and outlives its stack",
    why: "whoever deletes a backup, by mistake or with intent, must not delete the only copy of what was lost before",
    remedy: "give back VersioningConfiguration, NoncurrentVersionExpiration, DeletionPolicy and BackupsBucketPolicy",
};

fn backup_offences(template: &Template) -> Vec<String> {
    let Some(Resource { properties, .. }) = template.get("BackupsBucket") else {
        return vec!["there is no BackupsBucket".to_owned()];
    };
    let rules = properties["LifecycleConfiguration"]["Rules"].as_array();
    let kept =
        rules.into_iter().flatten().find_map(|rule| rule["NoncurrentVersionExpiration"]["NoncurrentDays"].as_u64());
    let expires =
        rules.into_iter().flatten().any(|rule| !rule["ExpirationInDays"].is_null() && rule["Prefix"] != "erasures/");
    let policy = template.get("BackupsBucketPolicy").map_or(&Value::Null, |policy| policy.properties);
    let denied = &policy["PolicyDocument"]["Statement"][0];
    let is_tls_only =
        denied["Effect"] == "Deny" && denied["Condition"] == json!({ "Bool": { "aws:SecureTransport": "false" } });
    let demands = [
        (properties["VersioningConfiguration"]["Status"] == "Enabled", "keeps no versions"),
        (kept.is_some_and(|days| days >= 14), "keeps versions for too short a time, or for ever"),
        (!expires, "deletes backups by their age"),
        (is_tls_only, "is reached without TLS"),
        (template.retains("BackupsBucket"), "goes with its stack"),
    ];
    demands.into_iter().filter(|(holds, _)| !holds).map(|(_, offence)| format!("BackupsBucket {offence}")).collect()
}

#[test]
fn backups_can_be_brought_back() {
    KEPT.holds(&backup_offences(&Template::read()));
}

#[test]
fn backups_that_are_lost_at_once_are_caught() {
    let template = Template::read();
    let aged = json!({ "Rules": [
        { "ExpirationInDays": 30, "NoncurrentVersionExpiration": { "NoncurrentDays": 14 } },
    ] });
    let plants = [
        ("BackupsBucket", "VersioningConfiguration", Value::Null, "BackupsBucket keeps no versions"),
        ("BackupsBucket", "LifecycleConfiguration", aged, "BackupsBucket deletes backups by their age"),
        ("BackupsBucketPolicy", "PolicyDocument", Value::Null, "BackupsBucket is reached without TLS"),
    ];
    for (id, property, value, offence) in plants {
        assert_eq!(backup_offences(&template.with_property(id, property, &value)), [offence]);
    }
    let mortal =
        template.with(|resources| drop(resources["BackupsBucket"].as_object_mut().unwrap().remove("DeletionPolicy")));
    assert_eq!(backup_offences(&mortal), ["BackupsBucket goes with its stack"]);
}

const LOGS: Rule = Rule {
    text: "A function writes to a log group of its own, which has a retention",
    why: "a group that Lambda makes by itself keeps everything for ever, at a price, and may hold personal data",
    remedy: "copy AuthLogGroup, and name it in the function's LoggingConfig",
};

fn log_offences(template: &Template) -> Vec<String> {
    let mut users: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut offences = Vec::new();
    for function in template.functions() {
        let group = function.properties["LoggingConfig"]["LogGroup"]["Ref"].as_str().and_then(|id| template.get(id));
        match group.filter(|group| group.kind == "AWS::Logs::LogGroup") {
            Some(group) => users.entry(group.id).or_default().push(function.id),
            None => offences.push(format!("{} names no log group", function.id)),
        }
    }
    let shared = users.iter().filter(|(_, functions)| functions.len() > 1);
    offences.extend(shared.map(|(group, functions)| format!("{group} is used by {}", functions.join(" and "))));
    for group in template.of_type("AWS::Logs::LogGroup") {
        if group.properties["RetentionInDays"].is_null() {
            offences.push(format!("{} keeps everything for ever", group.id));
        }
    }
    offences
}

#[test]
fn logs_are_kept_apart_and_not_for_ever() {
    LOGS.holds(&log_offences(&Template::read()));
}

#[test]
fn a_careless_log_group_is_caught() {
    let template = Template::read();
    let plants = [
        ("ChatFunction", "LoggingConfig", Value::Null, "ChatFunction names no log group"),
        (
            "ChatFunction",
            "LoggingConfig",
            json!({ "LogGroup": { "Ref": "AuthLogGroup" } }),
            "AuthLogGroup is used by AuthFunction and ChatFunction",
        ),
        ("ChatLogGroup", "RetentionInDays", Value::Null, "ChatLogGroup keeps everything for ever"),
    ];
    for (id, property, value, offence) in plants {
        assert_eq!(log_offences(&template.with_property(id, property, &value)), [offence]);
    }
}

const RECORDED: Rule = Rule {
    text: "Every partition of ops that DATA names is either saved by a backup or said to be of the moment",
    why: "what is neither is lost with a table, or stands in the way of a backup that is restored into a stack that runs",
    remedy: "add it to `momentary` in shared/src/domain/backup/plan.rs, or to OF_RECORD here",
};
const OF_RECORD: [&str; 3] = ["MATRIX", "MATCHING", "AUDIT#"];

fn undecided(data: &str) -> Vec<String> {
    let section = data.split("\n## ").find(|section| section.starts_with("ops ")).unwrap_or_default();
    let keys = section.lines().filter(|line| line.starts_with("| ")).filter_map(|line| line.split('|').nth(2));
    let partitions: Vec<&str> = keys.filter_map(|key| key.split('`').nth(1)).collect();
    let is_decided = |partition: &&str| {
        let begins = |beginning: &&&str| partition.starts_with(**beginning);
        OF_RECORD.iter().filter(begins).count() + TableKind::Ops.momentary().iter().filter(begins).count() == 1
    };
    partitions.into_iter().filter(|partition| !is_decided(partition)).map(str::to_owned).collect()
}

#[test]
fn what_a_backup_leaves_out_is_left_out_on_purpose() {
    let data = std::fs::read_to_string(workspace::root().join("infra/DATA.md")).unwrap();
    RECORDED.holds(&undecided(&data));
}

#[test]
fn operators_restore_the_tables_that_are_saved() {
    let tables = xtask::commands::restore::TABLES.map(|(table, _)| table);
    assert_eq!(tables, TableKind::ALL.map(TableKind::as_str));
}

#[test]
fn a_partition_of_which_nobody_has_thought_is_caught() {
    let data = "x\n## ops — marks\n| pattern | key |\n|---|---|\n| audit | `AUDIT#m` / `a` |\n| news | `NEWS#<id>` / `x` |\n\n## y";
    assert_eq!(undecided(data), ["NEWS#<id>"]);
}

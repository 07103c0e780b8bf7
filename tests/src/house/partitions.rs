//! Which partitions of a shared table a function may touch.

use serde_json::{Value, json};

use super::Rule;
use super::template::{Resource, Template, actions, one_or_many, references, statements};

/// Tables with partitions that not everybody may touch, and who may touch all of them.
const DIVIDED: [(&str, &[&str]); 5] = [
    ("OpsTable", &[]),
    ("AccountsTable", &["AuthFunction"]),
    (
        "ChatTable",
        &[
            "ChatFunction",
            "ChatSendFunction",
            "ConnectionsFunction",
            "ProjectsFunction",
            "PushFunction",
            "SocketFunction",
        ],
    ),
    ("ProfilesTable", &["ConnectionsFunction", "MatchingFunction"]),
    ("SocialTable", &[]),
];

/// What says nothing of any item.
const ABOUT_TABLES: [&str; 3] =
    ["dynamodb:DescribeTable", "dynamodb:DescribeTimeToLive", "dynamodb:DescribeContinuousBackups"];

/// Who reads whole tables, and can do nothing else with them.
const SCANNER: (&str, &str) = ("BackupSegmentFunction", "dynamodb:Scan");

/// What only those may name who may touch all of a table, or who may do nothing but delete.
const SECRET: &str = "PASSWORD#";

const PARTITIONS: Rule = Rule {
    text: "A policy on ops, accounts or social, of staff on chat or profiles, or of a worker on profiles names the partitions it is about",
    why: "one table holds signing keys beside mail marks, another passwords beside addresses: a flaw in the function that \
          sends mail must not be one in the function that checks passwords; nobody but staff reads reports; and staff reads \
          conversations, not inboxes",
    remedy: "add Condition: {ForAllValues:StringLike: {dynamodb:LeadingKeys: [<PREFIX>#*]}}, as EmailSendFunction does; \
             infra/DATA.md lists the prefixes",
};

fn trespassers(template: &Template) -> Vec<String> {
    let mut offences = Vec::new();
    for Resource { id, properties, .. } in template.functions() {
        for statement in statements(properties) {
            let about = references(&statement["Resource"]);
            let is_harmless = |action: &&str| ABOUT_TABLES.contains(action) || (id, *action) == SCANNER;
            if actions(statement).iter().all(is_harmless) {
                continue;
            }
            for (table, owners) in DIVIDED {
                if about.contains(table) && !owners.contains(&id) {
                    offences.extend(boundless(statement).map(|offence| format!("{id} may touch {offence} of {table}")));
                }
            }
        }
    }
    offences
}

fn boundless(statement: &Value) -> Option<String> {
    let named = one_or_many(&statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]);
    let prefixes: Vec<&str> = named.into_iter().filter_map(Value::as_str).collect();
    if prefixes.is_empty() {
        return Some("every partition".to_owned());
    }
    // Who may only delete a password learns nothing of it, and can be nobody with it.
    let is_deletion = actions(statement).iter().all(|action| *action == "dynamodb:DeleteItem");
    let is_secret = |prefix: &str| prefix.starts_with(SECRET) && !is_deletion;
    let wide = prefixes.into_iter().find(|prefix| prefix.starts_with('*') || is_secret(prefix))?;
    Some(wide.to_owned())
}

#[test]
fn shared_tables_are_divided() {
    PARTITIONS.holds(&trespassers(&Template::read()));
}

#[test]
fn a_trespasser_is_caught() {
    let template = Template::read();
    let policy = |table: &str, condition: Value| {
        let resource = json!({ "Fn::GetAtt": [table, "Arn"] });
        json!([{ "Statement": [
            { "Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": resource, "Condition": condition },
        ] }])
    };
    let keys = |prefix: &str| json!({ "ForAllValues:StringLike": { "dynamodb:LeadingKeys": [prefix] } });
    let plants = [
        (policy("OpsTable", json!({})), "SweepFunction may touch every partition of OpsTable"),
        (policy("ChatTable", json!({})), "SweepFunction may touch every partition of ChatTable"),
        (policy("SocialTable", json!({})), "SweepFunction may touch every partition of SocialTable"),
        (policy("OpsTable", keys("*")), "SweepFunction may touch * of OpsTable"),
        (policy("AccountsTable", keys("PASSWORD#*")), "SweepFunction may touch PASSWORD#* of AccountsTable"),
    ];
    for (policies, offence) in plants {
        assert_eq!(trespassers(&template.with_property("SweepFunction", "Policies", &policies)), [offence]);
    }
    let scan = json!([{ "Statement": [
        { "Effect": "Allow", "Action": ["dynamodb:Scan", "dynamodb:PutItem"], "Resource": { "Fn::GetAtt": ["OpsTable", "Arn"] } },
    ] }]);
    let caught = trespassers(&template.with_property("BackupSegmentFunction", "Policies", &scan));
    assert_eq!(caught, ["BackupSegmentFunction may touch every partition of OpsTable"], "more than reading");
}

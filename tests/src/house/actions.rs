//! What policies may say.

use serde_json::{Value, json};

use super::Rule;
use super::template::{Resource, Template, actions, one_or_many, references, statements};

/// Actions that know no narrower resource, each with the reason it is needed.
const ANY_RESOURCE: [(&str, &str); 1] = [("dynamodb:ListStreams", "Lambda asks for the list to find a stream")];

const TEMPLATES: [&str; 4] = ["template.yaml", "infra/cdn.yaml", "infra/network.yaml", "infra/observability.yaml"];

const NARROW: Rule = Rule {
    text: "A policy names each action, and the resources it is about",
    why: "a wildcard grants what nobody thought of, today or when AWS adds an action",
    remedy: "list the calls that the code makes; an action without narrower resources goes to ANY_RESOURCE with its reason",
};

fn wide_policies(template: &Template) -> Vec<String> {
    let mut offences = Vec::new();
    for Resource { id, kind, properties } in template.resources() {
        if !["AWS::Serverless::Function", "AWS::IAM::Role", "AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"]
            .contains(&kind)
        {
            continue;
        }
        // SAM knows policies by name, whose statements are not ours to read.
        let named =
            one_or_many(&properties["Policies"]).into_iter().filter(|policy| !policy.is_object() || is_sam(policy));
        offences.extend(named.map(|policy| format!("{id} uses the policy {policy}")));
        for statement in
            statements(properties).into_iter().chain(one_or_many(&properties["PolicyDocument"]["Statement"]))
        {
            offences.extend(wide_statement(statement).map(|offence| format!("{id}: {offence}")));
        }
    }
    offences
}

fn is_sam(policy: &Value) -> bool {
    policy["Statement"].is_null() && policy["PolicyDocument"].is_null()
}

fn wide_statement(statement: &Value) -> Option<String> {
    if statement["Effect"] != "Allow" {
        return None;
    }
    let actions = actions(statement);
    if statement["NotAction"] != Value::Null || statement["NotResource"] != Value::Null {
        return Some("allows everything but something".to_owned());
    }
    if let Some(action) = actions.iter().find(|action| action.contains('*')) {
        return Some(format!("allows {action}"));
    }
    let anywhere = one_or_many(&statement["Resource"]).into_iter().any(|resource| resource == "*");
    let unlisted = actions.iter().find(|action| !ANY_RESOURCE.iter().any(|(allowed, _)| allowed == *action))?;
    anywhere.then(|| format!("allows {unlisted} on every resource"))
}

#[test]
fn policies_are_narrow() {
    let offences: Vec<_> = TEMPLATES.iter().flat_map(|path| wide_policies(&Template::read_from(path))).collect();
    NARROW.holds(&offences);
}

#[test]
fn a_wide_policy_is_caught() {
    let template = Template::read();
    let policy = |statement: Value| json!([{ "Statement": [statement] }]);
    let table = json!({ "Fn::GetAtt": ["ChatTable", "Arn"] });
    let plants = [
        (
            policy(json!({ "Effect": "Allow", "Action": "dynamodb:*", "Resource": table })),
            "ChatFunction: allows dynamodb:*",
        ),
        (
            policy(json!({ "Effect": "Allow", "Action": ["dynamodb:Query"], "Resource": "*" })),
            "ChatFunction: allows dynamodb:Query on every resource",
        ),
        (
            policy(json!({ "Effect": "Allow", "NotAction": "iam:PassRole", "Resource": table })),
            "ChatFunction: allows everything but something",
        ),
        (json!(["AmazonDynamoDBFullAccess"]), "ChatFunction uses the policy \"AmazonDynamoDBFullAccess\""),
    ];
    for (policies, offence) in plants {
        let offences = wide_policies(&template.with_property("ChatFunction", "Policies", &policies));
        assert_eq!(offences, [offence]);
    }
}

/// Powers that few may have, and who.
const RESERVED: [(&str, Option<&str>, &[&str]); 15] = [
    ("execute-api:ManageConnections", None, &["ChatSendFunction", "PushFunction", "SocketFunction"]),
    ("secretsmanager:GetSecretValue", Some("SigningSecret"), &["AuthFunction", "KeysRotateFunction"]),
    ("secretsmanager:GetSecretValue", Some("PhotosCdnSecret"), &["ProfilesFunction"]),
    ("secretsmanager:PutSecretValue", None, &["KeysRotateFunction"]),
    (
        "dynamodb:PutItem",
        Some("ChatTable"),
        &["AccountJobsFunction", "ChatSendFunction", "ConnectionsFunction", "ProjectsFunction"],
    ),
    (
        "dynamodb:UpdateItem",
        Some("ChatTable"),
        &["AccountJobsFunction", "ChatSendFunction", "ConnectionsFunction", "ProjectsFunction", "SocketFunction"],
    ),
    ("dynamodb:DeleteItem", Some("ChatTable"), &["AccountJobsFunction", "ConnectionsFunction", "ProjectsFunction"]),
    ("s3:PutObject", Some("IndexBucket"), &["IndexBuildFunction"]),
    ("s3:DeleteObject", Some("IndexBucket"), &["IndexBuildFunction"]),
    ("s3:PutObject", Some("PhotosBucket"), &["PhotoValidateFunction", "ProfilesFunction"]),
    (
        "s3:DeleteObject",
        Some("PhotosBucket"),
        &["AccountJobsFunction", "AdminFunction", "PhotoSweepFunction", "PhotoValidateFunction", "ProfilesFunction"],
    ),
    ("dynamodb:Scan", None, &["BackupSegmentFunction"]),
    ("s3:GetObject", Some("BackupsBucket"), &["BackupPlanFunction", "BackupSegmentFunction"]),
    ("s3:PutObject", Some("BackupsBucket"), &["AccountJobsFunction", "BackupPlanFunction", "BackupSegmentFunction"]),
    ("s3:DeleteObject", Some("BackupsBucket"), &["BackupPlanFunction"]),
];

const FEW: Rule = Rule {
    text: "Only chat-send, push and socket manage connections; only auth and keys-rotate read the signing secret, only \
           keys-rotate writes it, and only these two publish keys; only profiles reads the keys of links to photos; only chat-send, connections and projects change conversations, and socket the marks in them; account-jobs takes \
           the erased out of them; \
           only index-build writes the candidate index; only photo-validate and profiles store photos, and they, photo-sweep, admin and account-jobs delete them; only admin edits the matrix, and account-jobs takes names off it; \
           only backup-segment scans tables, and only backup-plan, which reads none, deletes backups",
    why: "who can post to sockets or write messages can speak for anybody; who has the secret or can publish a key can be \
          anybody",
    remedy: "write an outbox row and let push deliver it; verify tokens with the public keys",
};

/// What of `ops` few may write, by the beginning of its keys, and who.
const WRITERS: [(&str, &str, &[&str]); 3] = [
    ("KEYS", "keys", &["AuthFunction", "KeysRotateFunction"]),
    ("MATRIX", "the matrix", &["AdminFunction", "AccountJobsFunction"]),
    ("MATCHING", "its versions", &["AdminFunction"]),
];

/// What a statement lets `id` write although it is for others. Statements without prefixes offend against another rule.
fn written(id: &str, statement: &Value) -> Vec<String> {
    let is_read = |action: &&str| matches!(*action, "dynamodb:GetItem" | "dynamodb:BatchGetItem" | "dynamodb:Query");
    let Some(action) = actions(statement).into_iter().find(|action| !is_read(action)) else { return Vec::new() };
    if !references(&statement["Resource"]).contains("OpsTable") {
        return Vec::new();
    }
    let named = one_or_many(&statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]);
    let named: Vec<&str> = named.into_iter().filter_map(Value::as_str).collect();
    let about = |prefix: &str| named.iter().any(|named| named.starts_with(prefix));
    let usurped = WRITERS.iter().filter(|(prefix, _, writers)| about(prefix) && !writers.contains(&id));
    usurped.map(|(_, what, _)| format!("{id} may {action} {what}")).collect()
}

fn usurpers(template: &Template) -> Vec<String> {
    let mut offences = Vec::new();
    for Resource { id, properties, .. } in template.resources() {
        for statement in statements(properties) {
            for (action, resource, holders) in RESERVED {
                let about = resource.is_none_or(|resource| references(&statement["Resource"]).contains(resource));
                if about && actions(statement).contains(&action) && !holders.contains(&id) {
                    offences.push(format!("{id} may {action} {}", resource.unwrap_or_default()).trim_end().to_owned());
                }
            }
            offences.extend(written(id, statement));
        }
    }
    offences
}

#[test]
fn the_great_powers_are_in_few_hands() {
    FEW.holds(&usurpers(&Template::read()));
}

#[test]
fn a_usurper_is_caught() {
    let template = Template::read();
    let plants: [(&str, &[&str]); 9] = [
        (
            "IndexBuildFunction",
            &["ChatFunction may s3:PutObject IndexBucket", "ChatFunction may s3:DeleteObject IndexBucket"],
        ),
        (
            "BackupPlanFunction",
            &[
                "ChatFunction may s3:GetObject BackupsBucket",
                "ChatFunction may s3:PutObject BackupsBucket",
                "ChatFunction may s3:DeleteObject BackupsBucket",
            ],
        ),
        (
            "BackupSegmentFunction",
            &[
                "ChatFunction may dynamodb:Scan",
                "ChatFunction may s3:GetObject BackupsBucket",
                "ChatFunction may s3:PutObject BackupsBucket",
            ],
        ),
        (
            "ConnectionsFunction",
            &[
                "ChatFunction may dynamodb:PutItem ChatTable",
                "ChatFunction may dynamodb:UpdateItem ChatTable",
                "ChatFunction may dynamodb:DeleteItem ChatTable",
            ],
        ),
        (
            "AdminFunction",
            &[
                "ChatFunction may s3:DeleteObject PhotosBucket",
                "ChatFunction may dynamodb:PutItem the matrix",
                "ChatFunction may dynamodb:UpdateItem its versions",
            ],
        ),
        (
            "SocketFunction",
            &["ChatFunction may dynamodb:UpdateItem ChatTable", "ChatFunction may execute-api:ManageConnections"],
        ),
        (
            "ProfilesFunction",
            &[
                "ChatFunction may s3:PutObject PhotosBucket",
                "ChatFunction may s3:DeleteObject PhotosBucket",
                "ChatFunction may s3:DeleteObject PhotosBucket",
                "ChatFunction may secretsmanager:GetSecretValue PhotosCdnSecret",
            ],
        ),
        (
            "AuthFunction",
            &["ChatFunction may dynamodb:PutItem keys", "ChatFunction may secretsmanager:GetSecretValue SigningSecret"],
        ),
        (
            "KeysRotateFunction",
            &[
                "ChatFunction may dynamodb:PutItem keys",
                "ChatFunction may secretsmanager:GetSecretValue SigningSecret",
                "ChatFunction may secretsmanager:PutSecretValue",
            ],
        ),
    ];
    for (victim, offences) in plants {
        let policies = template.get(victim).unwrap().properties["Policies"].clone();
        assert_eq!(usurpers(&template.with_property("ChatFunction", "Policies", &policies)), offences);
    }
}

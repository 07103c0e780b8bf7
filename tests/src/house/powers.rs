//! The power rule: what a function wires, what it is told, and what it may do are the same list.
//!
//! Tables, queues, buckets and secrets are compared, not the actions on them: a missing action fails a story, because roles
//! are enforced there; a superfluous one is for the reader of the template to see. The cache has no policy: what grants it
//! is to be in its network.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde_json::{Value, json};
use xtask::workspace;

use super::Rule;
use super::names::logical_id;
use super::queues::mappings;
use super::sources;
use super::template::{
    Resource, Template, actions, attribute, bare, near_the_cache, one_or_many, references, statements, url_of_the_cache,
};
use super::wiring::{self, CACHE, Power, Powers, Wiring, power_of};

const SAME_LIST: Rule = Rule {
    text: "A function's main.rs, its Environment and its Policies name the same powers",
    why: "a grant of something that is not wired is a hole, a variable that nothing reads is a lie, and a power without a grant fails",
    remedy: "add what is missing to the list that lacks it, or take it away from the others",
};

/// What every function is told, by the template's globals.
const GLOBAL: [&str; 1] = ["APP_LOG_LEVEL"];

/// What an event source needs of the function that it invokes.
const FROM_STREAM: [&str; 4] =
    ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"];
const FROM_QUEUE: [&str; 3] = ["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"];
/// What it needs to keep the evidence of what it gave up.
const EVIDENCE: [&str; 2] = ["s3:ListBucket", "s3:PutObject"];

/// One function as the template describes it.
struct Deployed<'t> {
    environment: BTreeMap<&'t str, &'t Value>,
    policies: Vec<&'t Value>,
    is_near_the_cache: bool,
    /// Actions and what they are about, for the event sources of the function.
    triggers: BTreeSet<(String, String)>,
}

impl<'t> Deployed<'t> {
    fn read(template: &'t Template, function: Resource<'t>) -> Self {
        let variables = function.properties["Environment"]["Variables"].as_object().into_iter().flatten();
        Self {
            environment: variables.map(|(name, value)| (name.as_str(), value)).collect(),
            policies: statements(function.properties),
            is_near_the_cache: function.properties["VpcConfig"] == near_the_cache(),
            triggers: triggers(template, function.id),
        }
    }

    fn offences(&self, name: &str, wiring: &Wiring) -> Vec<String> {
        let told: BTreeSet<String> = self.environment.keys().map(|name| (*name).to_owned()).collect();
        let told_powers: Powers = told.iter().filter_map(|name| Some((power_of(name)?, name.clone()))).collect();
        let (granted, mut offences) = self.granted();
        offences.extend(differ("main.rs", &wiring.variables, "Environment", &told, |name| format!("reads {name}")));
        offences.extend(differ("main.rs", &wiring.powers, "Environment", &told_powers, describe));
        offences.extend(differ("main.rs", &wiring.powers, "Policies", &granted, describe));
        offences.extend(self.misnamed());
        offences.sort();
        offences.dedup();
        offences.into_iter().map(|offence| format!("{name}: {offence}")).collect()
    }

    /// What the policies grant, under the variables that name it, and what is wrong with them by themselves.
    fn granted(&self) -> (Powers, Vec<String>) {
        let (mut granted, mut triggers, mut offences) = (Powers::new(), self.triggers.clone(), Vec::new());
        for statement in &self.policies {
            for action in actions(statement) {
                for resource in one_or_many(&statement["Resource"]) {
                    let target = target(action, resource, &statement["Condition"]);
                    if self.triggers.contains(&(action.to_owned(), target.clone())) {
                        triggers.remove(&(action.to_owned(), target));
                    } else if let Some(power) = power_behind(action) {
                        granted.insert((power, self.variable_of(power, &target)));
                    } else {
                        offences.push(format!("Policies grant {action} on {target}, which nothing explains"));
                    }
                }
            }
        }
        if self.is_near_the_cache && self.environment.get(CACHE).is_some_and(|url| **url == url_of_the_cache()) {
            granted.insert((Power::Cache, CACHE.to_owned()));
        }
        offences.extend(triggers.iter().map(|(action, target)| format!("its event source needs {action} on {target}")));
        (granted, offences)
    }

    fn variable_of(&self, power: Power, target: &str) -> String {
        let is_it =
            |(name, value): &(&&str, &&Value)| power_of(name) == Some(power) && references(value).contains(target);
        self.environment.iter().find(is_it).map_or_else(|| target.to_owned(), |(name, _)| (*name).to_owned())
    }

    /// A variable for one table, queue or bucket must not hold another.
    fn misnamed(&self) -> Vec<String> {
        let mut offences = Vec::new();
        for (name, value) in &self.environment {
            let expected = [("APP_TABLES_", "Table"), ("APP_QUEUES_", "Queue"), ("APP_BUCKETS_", "Bucket")];
            let Some((prefix, kind)) = expected.into_iter().find(|(prefix, _)| name.starts_with(prefix)) else {
                continue;
            };
            let word = |word: &str| format!("{}{}", &word[..1], word[1..].to_lowercase());
            let id = format!("{}{kind}", name[prefix.len()..].split('_').map(word).collect::<String>());
            if **value != json!({ "Ref": id }) {
                offences.push(format!("{name} is not {id}"));
            }
        }
        offences
    }
}

/// The resource that an action is about.
fn target(action: &str, resource: &Value, condition: &Value) -> String {
    let named = if action.starts_with("ses:") { references(condition) } else { references(resource) };
    let name = named.into_iter().next().unwrap_or_else(|| "everything".to_owned());
    // A stream is another thing than its table.
    if attribute(resource).is_some_and(|(_, part)| part == "StreamArn") { format!("{name}.Stream") } else { name }
}

fn power_behind(action: &str) -> Option<Power> {
    match action {
        action if FROM_STREAM.contains(&action) => None,
        action if action.starts_with("dynamodb:") => Some(Power::Table),
        action if action.starts_with("sqs:") => Some(Power::Queue),
        "secretsmanager:GetSecretValue" | "secretsmanager:PutSecretValue" => Some(Power::Secret),
        "s3:ListBucket" | "s3:GetObject" | "s3:PutObject" | "s3:DeleteObject" => Some(Power::Bucket),
        "ses:SendEmail" => Some(Power::Mail),
        "execute-api:ManageConnections" => Some(Power::Connections),
        _ => None,
    }
}

fn triggers(template: &Template, function: &str) -> BTreeSet<(String, String)> {
    let mut needed = BTreeSet::new();
    let own = mappings(template).into_iter().filter(|mapping| mapping.properties["FunctionName"]["Ref"] == function);
    for Resource { properties, .. } in own {
        let Some((source, part)) = attribute(&properties["EventSourceArn"]) else { continue };
        if part == "StreamArn" {
            let about = |action: &str| {
                if action == "dynamodb:ListStreams" { "everything".to_owned() } else { format!("{source}.Stream") }
            };
            needed.extend(FROM_STREAM.map(|action| (action.to_owned(), about(action))));
        } else {
            needed.extend(FROM_QUEUE.map(|action| (action.to_owned(), source.to_owned())));
        }
        for destination in references(&properties["DestinationConfig"]["OnFailure"]) {
            needed.extend(EVIDENCE.map(|action| (action.to_owned(), destination.clone())));
        }
    }
    needed
}

fn differ<T: Ord>(
    left: &str,
    lefts: &BTreeSet<T>,
    right: &str,
    rights: &BTreeSet<T>,
    describe: impl Fn(&T) -> String,
) -> Vec<String> {
    let missing = lefts.difference(rights).map(|item| format!("{left} {}, which {right} lacks", describe(item)));
    let surplus =
        rights.difference(lefts).map(|item| format!("{right} has what {left} does not use: {}", describe(item)));
    missing.chain(surplus).collect()
}

fn describe((power, variable): &(Power, String)) -> String {
    format!("has power over {power:?} {variable}")
}

/// Offences of all functions; `main` gives the text of a function's `main.rs`.
fn uneven_powers(template: &Template, main: impl Fn(&str) -> String) -> Vec<String> {
    let sections = wiring::sections(&sources::configuration());
    let of_function = |folder: &String| {
        let Some(function) = template.get(&logical_id(folder)) else {
            return vec![format!("{folder} is not deployed")];
        };
        let mut wiring = wiring::read(&main(folder), &sections);
        wiring.variables.retain(|name| !GLOBAL.contains(&name.as_str()));
        Deployed::read(template, function).offences(folder, &wiring)
    };
    workspace::functions().unwrap().iter().flat_map(of_function).collect()
}

pub(super) fn main_of(folder: &str) -> String {
    sources::read(&format!("functions/{folder}/src/main.rs"))
}

#[test]
fn powers_are_wired_told_and_granted_alike() {
    SAME_LIST.holds(&uneven_powers(&Template::read(), main_of));
}

/// The offences that a change adds to those of the repository.
pub(super) fn added(template: &Template, main: impl Fn(&str) -> String) -> Vec<String> {
    static KNOWN: LazyLock<Vec<String>> = LazyLock::new(|| uneven_powers(&Template::read(), main_of));
    uneven_powers(template, main).into_iter().filter(|offence| !KNOWN.contains(offence)).collect()
}

#[test]
fn a_power_that_only_one_list_names_is_caught() {
    let template = Template::read();
    let in_main = |folder: &'static str, old: &'static str, new: &'static str| {
        let changed = move |name: &str| {
            let text = main_of(name);
            if name == folder { text.replacen(old, new, 1) } else { text }
        };
        added(&template, changed)
    };
    let wired = in_main("chat", "TableName::Realtime", "TableName::Outbox");
    assert!(wired.iter().any(|offence| offence.contains("chat: main.rs reads APP_TABLES_OUTBOX")), "{wired:?}");
    assert!(!in_main("chat", "SocketsConfig::read", "SigningConfig::read").is_empty());
    assert!(!in_main("outbox", "SqsQueues::new(", "MemoryQueues::new(").is_empty());
    assert!(!in_main("chat", "let deps", "ApiGatewaySockets::new(&aws); let deps").is_empty());
    assert!(!in_main("health", "BucketProbe::new(", "NoProbe::new(").is_empty());
    assert!(!in_main("matching", "S3Segments::new(", "NoSegments::new(").is_empty());
    assert!(!in_main("backup-segment", "S3Vault::new(", "NoVault::new(").is_empty());
    assert!(!in_main("backup-plan", "SqsBackupJobs::new(", "NoJobs::new(").is_empty());
    assert!(!in_main("index-build", "APP_BUCKETS_INDEX", "APP_BUCKETS_PHOTOS").is_empty());
    assert!(!in_main("email-send", "secrets::code_key(", "fixed::code_key(").is_empty());
    assert!(!in_main("email-send", "SesMailer::new(", "SilentMailer::new(").is_empty());
    assert!(!in_main("health", "CacheProbe::new(", "NoProbe::new(").is_empty());
    assert!(!in_main("chat", "let deps", "cache::open(&CacheConfig::read(&mut vars)); let deps").is_empty());
}

#[test]
fn a_variable_or_grant_that_nothing_wires_is_caught() {
    let template = Template::read();
    let told = |id: &str, name: &str, value: Value| {
        let changed = template.with(|resources| {
            let variables = resources[id]["Properties"]["Environment"]["Variables"].as_object_mut().unwrap();
            match value {
                Value::Null => drop(variables.remove(name)),
                value => drop(variables.insert(name.to_owned(), value)),
            }
        });
        added(&changed, main_of)
    };
    assert!(!told("ChatFunction", "APP_TABLES_SOCIAL", json!({ "Ref": "SocialTable" })).is_empty());
    assert!(!told("ChatFunction", "APP_FLAVOUR", json!("mild")).is_empty());
    assert!(!told("ChatFunction", "APP_TOKENS_ISSUER", Value::Null).is_empty());
    assert!(!told("MatchingFunction", "APP_BUCKETS_INDEX", json!({ "Ref": "PhotosBucket" })).is_empty());
    assert!(!told("ChatFunction", "APP_TABLES_CHAT", json!({ "Ref": "SocialTable" })).is_empty());

    let granted = |id: &str, action: &str, resource: Value| {
        let statement = json!({ "Effect": "Allow", "Action": action, "Resource": resource });
        let changed = template.with(|resources| {
            let statements = &mut resources[id]["Properties"]["Policies"][0]["Statement"];
            statements.as_array_mut().unwrap().push(statement);
        });
        added(&changed, main_of)
    };
    let arn = |id: &str| json!({ "Fn::GetAtt": [id, "Arn"] });
    assert!(!granted("ChatFunction", "dynamodb:GetItem", arn("SocialTable")).is_empty());
    assert!(!granted("ChatFunction", "sqs:SendMessage", arn("MailQueue")).is_empty());
    for action in ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"] {
        assert!(!granted("ChatFunction", action, json!({ "Fn::Sub": "${PhotosBucket.Arn}/*" })).is_empty(), "{action}");
    }
    assert!(
        !granted("ProfilesFunction", "dynamodb:DescribeStream", json!({ "Fn::GetAtt": ["OutboxTable", "StreamArn"] }))
            .is_empty()
    );
    // The consumer of one queue must not drain the other.
    assert!(!granted("PushFunction", "sqs:ReceiveMessage", arn("MailQueue")).is_empty());
}

#[test]
fn a_cache_that_cannot_be_reached_is_caught() {
    let template = Template::read();
    let outside = template.with_property("HealthFunction", "VpcConfig", &json!({ "Ref": "AWS::NoValue" }));
    let lost = ["health: main.rs has power over Cache APP_CACHE_URL, which Policies lacks"];
    assert_eq!(added(&outside, main_of), lost);
    let elsewhere = template.with(|resources| {
        resources["HealthFunction"]["Properties"]["Environment"]["Variables"][CACHE] = json!("rediss://elsewhere:6379");
    });
    assert_eq!(added(&elsewhere, main_of), lost);
}

#[test]
fn a_grant_that_is_missing_is_caught() {
    let template = Template::read();
    for function in template.functions() {
        // Several statements may grant one thing, each in another part of it.
        for statement in statements(function.properties) {
            let resource = references(&statement["Resource"]);
            let changed = template.with(|resources| {
                let list = &mut resources[function.id]["Properties"]["Policies"][0]["Statement"];
                list.as_array_mut().unwrap().retain(|other| references(&bare(other)["Resource"]) != resource);
            });
            assert!(!added(&changed, main_of).is_empty(), "{} without {resource:?}", function.id);
        }
    }
}

//! Queues and streams: nothing is lost, and nothing blocks what comes after it.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use shared::domain::outbox::{LAPSES_AFTER, RELAYED_FOR};
use shared::ports::mail::REMEMBERED_FOR;

use super::Rule;
use super::template::{Resource, Template, attribute, references};

/// The largest message SQS takes; the default of `CloudFormation` is a quarter of it.
const MESSAGE_BYTES: u64 = 1_048_576;
/// Lambda asks for it: a batch may be tried several times before the queue shows its messages again.
const VISIBILITY_PER_TIMEOUT: u64 = 6;

const QUEUES: Rule = Rule {
    text: "A queue has a dead-letter queue, 1 MiB messages, and hides a message for 6 times its consumer's timeout",
    why: "without the first a poisoned message circles for ever, without the last it is handled twice at once",
    remedy: "copy RedrivePolicy, MaximumMessageSize and VisibilityTimeout from MailQueue, and add the dead-letter queue",
};

fn queue_offences(template: &Template) -> Vec<String> {
    let queues = template.of_type("AWS::SQS::Queue");
    let dead_letters: BTreeSet<String> =
        queues.iter().flat_map(|queue| references(&queue.properties["RedrivePolicy"])).collect();
    let mut offences = Vec::new();
    for queue in &queues {
        let Resource { id, properties, .. } = *queue;
        if properties["MaximumMessageSize"].as_u64() != Some(MESSAGE_BYTES) {
            offences.push(format!("{id} has no MaximumMessageSize of {MESSAGE_BYTES}"));
        }
        if dead_letters.contains(id) {
            continue;
        }
        let targets = references(&properties["RedrivePolicy"]["deadLetterTargetArn"]);
        if !targets.iter().any(|target| queues.iter().any(|queue| queue.id == target)) {
            offences.push(format!("{id} has no dead-letter queue"));
        }
        let visibility = properties["VisibilityTimeout"].as_u64().unwrap_or(30);
        for consumer in consumers(template, id) {
            let needed = VISIBILITY_PER_TIMEOUT * template.timeout(consumer);
            if visibility < needed {
                offences.push(format!("{id} hides messages for {visibility} s; {} needs {needed} s", consumer.id));
            }
        }
    }
    offences
}

fn consumers<'t>(template: &'t Template, queue: &str) -> Vec<Resource<'t>> {
    let reads = |mapping: &Resource<'_>| references(&mapping.properties["EventSourceArn"]).contains(queue);
    let mappings = mappings(template).into_iter().filter(reads);
    mappings.filter_map(|mapping| template.get(mapping.properties["FunctionName"]["Ref"].as_str()?)).collect()
}

pub(super) fn mappings(template: &Template) -> Vec<Resource<'_>> {
    template.of_type("AWS::Lambda::EventSourceMapping")
}

const MAPPINGS: Rule = Rule {
    text: "An event source reports single failures; a stream also bisects, gives up in time, keeps the evidence, and brings \
           nothing that was deleted or has lapsed",
    why: "otherwise one bad record repeats its whole batch, and on a stream holds up everything behind it for a day",
    remedy: "copy FunctionResponseTypes from PushSource, and for a stream the bounds and DestinationConfig of OutboxSource",
};

fn mapping_offences(template: &Template) -> Vec<String> {
    let mut offences = Vec::new();
    for Resource { id, properties, .. } in mappings(template) {
        if properties["FunctionResponseTypes"] != json!(["ReportBatchItemFailures"]) {
            offences.push(format!("{id} does not report failures one by one"));
        }
        if attribute(&properties["EventSourceArn"]).is_none_or(|(_, name)| name != "StreamArn") {
            continue;
        }
        if !passes_no_deletions(&properties["FilterCriteria"]) {
            offences.push(format!("{id} brings what was deleted"));
        }
        if properties["BisectBatchOnFunctionError"] != true {
            offences.push(format!("{id} does not bisect"));
        }
        // Minus one, the default of both, means for ever.
        for bound in ["MaximumRetryAttempts", "MaximumRecordAgeInSeconds"] {
            if properties[bound].as_u64().is_none() {
                offences.push(format!("{id} has no {bound}"));
            }
        }
        if references(&properties["DestinationConfig"]["OnFailure"]).is_empty() {
            offences.push(format!("{id} keeps no evidence of what it gives up"));
        }
    }
    for function in template.functions() {
        if function.properties["Events"].is_object() {
            offences.push(format!("{} has Events, which hide their source from this rule", function.id));
        }
    }
    offences
}

const TOLD: Rule = Rule {
    text: "What AWS tells a queue comes by a rule that names what it passes, and passes no address",
    why: "S3 tells where an upload came from and SES whom a mail was for; a queue and its dead letters hold ids",
    remedy: "give the target an InputTransformer with paths of ids, as PhotoUploadedRule does",
};

/// What rules may pass.
const PASSED: [&str; 4] =
    ["$.detail.object.key", "$.detail.mail.messageId", "$.detail.mail.timestamp", "$.detail.mail.tags.user_id"];

fn talkative(template: &Template) -> Vec<String> {
    let mut offences = Vec::new();
    for Resource { id, properties, .. } in template.of_type("AWS::Events::Rule") {
        for target in properties["Targets"].as_array().into_iter().flatten() {
            let transformer = &target["InputTransformer"];
            let is_whole = transformer["InputTemplate"].as_str().is_none_or(|text| text.contains("<aws."));
            let paths = transformer["InputPathsMap"].as_object().into_iter().flatten().map(|(_, path)| path);
            let more = paths.filter(|path| !path.as_str().is_some_and(|path| PASSED.contains(&path)));
            offences.extend(is_whole.then(|| format!("{id} passes whole events")));
            offences.extend(more.map(|path| format!("{id} passes {path}")));
        }
    }
    for Resource { id, properties, .. } in template.of_type("AWS::S3::Bucket") {
        let told = properties["NotificationConfiguration"].as_object().into_iter().flatten();
        let by_itself = told.filter(|(kind, _)| *kind != "EventBridgeConfiguration");
        offences.extend(by_itself.map(|(kind, _)| format!("{id} tells {kind} by itself")));
    }
    offences
}

#[test]
fn queues_are_told_ids_alone() {
    let template = Template::read();
    TOLD.holds(&talkative(&template));
    let target = |transformer: Value| json!([{ "Arn": "a", "InputTransformer": transformer }]);
    let address = json!({ "InputPathsMap": { "a": "$.detail.source-ip-address" }, "InputTemplate": "<a>" });
    let everything = json!({ "InputPathsMap": {}, "InputTemplate": "<aws.events.event.json>" });
    let itself = json!({ "QueueConfigurations": [] });
    let plants = [
        ("PhotoUploadedRule", "Targets", target(Value::Null), "PhotoUploadedRule passes whole events"),
        ("PhotoUploadedRule", "Targets", target(everything), "PhotoUploadedRule passes whole events"),
        ("PhotoUploadedRule", "Targets", target(address), "PhotoUploadedRule passes \"$.detail.source-ip-address\""),
        ("PhotosBucket", "NotificationConfiguration", itself, "PhotosBucket tells QueueConfigurations by itself"),
    ];
    for (id, property, value, offence) in plants {
        assert_eq!(talkative(&template.with_property(id, property, &value)), [offence]);
    }
}

/// Each pattern names the events that it lets pass.
fn passes_no_deletions(criteria: &Value) -> bool {
    let patterns: Vec<_> = criteria["Filters"].as_array().into_iter().flatten().collect();
    let is_harmless = |filter: &&Value| {
        let pattern = serde_json::from_str::<Value>(filter["Pattern"].as_str().unwrap_or_default()).unwrap_or_default();
        pattern["eventName"].as_array().is_some_and(|events| !events.contains(&json!("REMOVE")))
    };
    !patterns.is_empty() && patterns.iter().all(is_harmless)
}

const SHARED: Rule = Rule {
    text: "Senders of mails know how many they are",
    why: "they share the rate at which SES lets the account send: what exceeds it is refused, and ends among the dead letters",
    remedy: "give APP_MAIL_SENDERS of EmailSendFunction and MaximumConcurrency of EmailSendSource one value",
};

fn miscounted_senders(template: &Template) -> Vec<String> {
    let told = &template.get("EmailSendFunction").unwrap().properties["Environment"]["Variables"]["APP_MAIL_SENDERS"];
    let allowed = &template.get("EmailSendSource").unwrap().properties["ScalingConfig"]["MaximumConcurrency"];
    let are_one = told.as_str().and_then(|told| told.parse().ok()) == allowed.as_u64();
    (!are_one).then(|| format!("{told} and {allowed}")).into_iter().collect()
}

const REMEMBERED: Rule = Rule {
    text: "It is known what became of a mail for as long as it can come again, twice through its queue and the dead letters, \
           and a promise lapses after its last dead letter",
    why: "a mail whose mark is gone is sent once more by whoever puts an old letter back",
    remedy: "raise REMEMBERED_FOR or LAPSES_AFTER, or have the queues keep their messages for a shorter time",
};
/// For how long SQS keeps what nobody takes, if it is not told.
const RETENTION: u64 = 4 * 86_400;

fn forgotten_too_soon(template: &Template) -> Vec<String> {
    let kept = |queue: Resource<'_>| queue.properties["MessageRetentionPeriod"].as_u64().unwrap_or(RETENTION);
    let kept_in = |id: &str| template.get(id).map_or(0, kept);
    let queues = template.of_type("AWS::SQS::Queue").into_iter();
    let dead = queues.filter(|queue| queue.id.ends_with("DeadLetterQueue")).map(kept).max().unwrap_or(0);
    let relayed = RELAYED_FOR.as_secs();
    let demands = [
        (
            REMEMBERED_FOR,
            relayed + 2 * (kept_in("MailQueue") + kept_in("MailDeadLetterQueue")),
            "a mail can come again",
        ),
        (LAPSES_AFTER, relayed + dead, "a dead letter tells of a promise"),
    ];
    let broken = demands.into_iter().filter(|(known, needed, _)| known.as_secs() < *needed);
    broken.map(|(_, needed, what)| format!("{what} for {needed} s")).collect()
}

#[test]
fn what_can_come_again_is_remembered() {
    let template = Template::read();
    REMEMBERED.holds(&forgotten_too_soon(&template));
    let long = |id: &str| template.with_property(id, "MessageRetentionPeriod", &json!(1_209_600));
    assert_eq!(forgotten_too_soon(&long("MailQueue")), ["a mail can come again for 4924800 s"]);
    let longer = template.with_property("PushDeadLetterQueue", "MessageRetentionPeriod", &json!(1_209_601));
    assert_eq!(forgotten_too_soon(&longer), ["a dead letter tells of a promise for 1296001 s"]);
}

#[test]
fn senders_share_what_ses_allows() {
    let template = Template::read();
    SHARED.holds(&miscounted_senders(&template));
    let more = template.with_property("EmailSendSource", "ScalingConfig", &json!({ "MaximumConcurrency": 5 }));
    assert_eq!(miscounted_senders(&more).len(), 1);
}

#[test]
fn queues_lose_nothing() {
    let template = Template::read();
    assert!(!consumers(&template, "MailQueue").is_empty(), "the rule does not find consumers");
    QUEUES.holds(&queue_offences(&template));
}

#[test]
fn a_careless_queue_is_caught() {
    let template = Template::read();
    let plants = [
        ("MailQueue", "RedrivePolicy", Value::Null, "MailQueue has no dead-letter queue"),
        ("PushQueue", "MaximumMessageSize", json!(262_144), "PushQueue has no MaximumMessageSize of 1048576"),
        (
            "MailDeadLetterQueue",
            "MaximumMessageSize",
            Value::Null,
            "MailDeadLetterQueue has no MaximumMessageSize of 1048576",
        ),
        (
            "MailQueue",
            "VisibilityTimeout",
            json!(179),
            "MailQueue hides messages for 179 s; EmailSendFunction needs 180 s",
        ),
        ("PushQueue", "VisibilityTimeout", Value::Null, "PushQueue hides messages for 30 s; PushFunction needs 90 s"),
    ];
    for (id, property, value, offence) in plants {
        let offences = queue_offences(&template.with_property(id, property, &value));
        assert!(offences.contains(&offence.to_owned()), "{id}.{property}: {offences:?}");
    }
}

#[test]
fn event_sources_report_bound_and_keep() {
    let template = Template::read();
    assert!(!mappings(&template).is_empty());
    MAPPINGS.holds(&mapping_offences(&template));
}

#[test]
fn a_careless_event_source_is_caught() {
    let template = Template::read();
    let plants = [
        ("PushSource", "FunctionResponseTypes", Value::Null),
        ("OutboxSource", "FunctionResponseTypes", json!([])),
        ("OutboxSource", "BisectBatchOnFunctionError", json!(false)),
        ("OutboxSource", "MaximumRetryAttempts", json!(-1)),
        ("OutboxSource", "MaximumRecordAgeInSeconds", Value::Null),
        ("OutboxSource", "DestinationConfig", Value::Null),
        ("OutboxSource", "FilterCriteria", Value::Null),
        ("OutboxSource", "FilterCriteria", json!({ "Filters": [{ "Pattern": "{\"eventName\": [\"REMOVE\"]}" }] })),
        ("PushFunction", "Events", json!({ "Q": { "Type": "SQS" } })),
    ];
    for (id, property, value) in plants {
        let offences = mapping_offences(&template.with_property(id, property, &value));
        assert_eq!(offences.len(), 1, "{id}.{property}: {offences:?}");
    }
}

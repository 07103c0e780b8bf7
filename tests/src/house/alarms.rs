//! Who watches what nobody waits for.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Rule;
use super::template::{Template, references};

const WATCHED: Rule = Rule {
    text: "Every worker is in WorkerErrorsAlarm, and every dead-letter queue in DeadLettersAlarm",
    why: "a worker that fails answers nobody, so without an alarm its failures are found by the people it fails",
    remedy: "give infra/observability.yaml a parameter for it, a metric in the alarm, and the value in Observability's Parameters",
};

fn unwatched(template: &Template, observability: &Template) -> Vec<String> {
    let served: BTreeSet<String> = ["HTTP", "WEBSOCKET"]
        .into_iter()
        .flat_map(|protocol| template.routes(protocol))
        .filter_map(|route| template.function_behind(route).map(str::to_owned))
        .collect();
    let workers = template.functions().into_iter().map(|function| function.id).filter(|id| !served.contains(*id));
    let queues = template.of_type("AWS::SQS::Queue").into_iter().map(|queue| queue.id);
    let dead_letters = queues.filter(|id| id.ends_with("DeadLetterQueue"));
    let watch = workers.map(|id| (id, "WorkerErrorsAlarm")).chain(dead_letters.map(|id| (id, "DeadLettersAlarm")));
    watch.filter(|(id, alarm)| !is_watched(template, observability, id, alarm)).map(|(id, _)| id.to_owned()).collect()
}

/// A nested stack knows a resource by the parameter of the same name.
fn is_watched(template: &Template, observability: &Template, id: &str, alarm: &str) -> bool {
    let parameters = template.get("Observability").map(|stack| &stack.properties["Parameters"]);
    let is_handed_in = parameters.is_some_and(|parameters| references(&parameters[id]).contains(id));
    let metrics = observability.get(alarm).map_or(&Value::Null, |alarm| &alarm.properties["Metrics"]);
    is_handed_in && references(metrics).contains(id)
}

fn alarms() -> Template {
    Template::read_from("infra/observability.yaml")
}

#[test]
fn workers_and_dead_letters_are_watched() {
    WATCHED.holds(&unwatched(&Template::read(), &alarms()));
}

#[test]
fn what_nobody_watches_is_caught() {
    let (template, alarms) = (Template::read(), alarms());
    assert_eq!(unwatched(&template, &alarms.with_property("DeadLettersAlarm", "Metrics", &Value::Null)).len(), 6);
    let blind = template.with_property("Observability", "Parameters", &Value::Null);
    assert!(unwatched(&blind, &alarms).contains(&"SweepFunction".to_owned()));
}

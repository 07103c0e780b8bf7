//! Who watches what nobody waits for.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::Rule;
use super::schedules::interval_of;
use super::template::{Resource, Template, references};

/// Whose failures are noticed by what does not come about.
const MISSED: [(&str, &str); 1] = [("BackupPlanFunction", "BackupMissingAlarm")];

const WATCHED: Rule = Rule {
    text: "Failures of every worker ring an alarm by themselves, as often as it runs, and every dead-letter queue is in \
           DeadLettersAlarm",
    why: "a worker that fails answers nobody, so without an alarm its failures are found by the people it fails; and a series \
          that never rings is paid for all the same",
    remedy: "give infra/observability.yaml a parameter for it, a metric in WorkerErrorsAlarm, or in RareJobsAlarm if it runs less \
             often than every minute or two, and the value in Observability's Parameters",
};

/// Failures of somebody, as an alarm looks at them.
struct Series<'t> {
    alarm: &'t str,
    whose: BTreeSet<String>,
    /// How many there must be within so many seconds.
    least: u64,
    period: u64,
}

fn series(observability: &Template) -> Vec<Series<'_>> {
    let alarms = observability.of_type("AWS::CloudWatch::Alarm").into_iter();
    alarms.flat_map(|Resource { id, properties, .. }| series_of(id, properties)).collect()
}

fn series_of<'t>(alarm: &'t str, properties: &'t Value) -> Vec<Series<'t>> {
    let is_exclusive = properties["ComparisonOperator"] == "GreaterThanThreshold";
    let least = properties["Threshold"].as_u64().map_or(u64::MAX, |threshold| threshold + u64::from(is_exclusive));
    let added_up = properties["Metrics"].as_array().into_iter().flatten().map(|metric| &metric["MetricStat"]);
    let alone = json!({ "Metric": properties, "Period": properties["Period"] });
    let failures = |stat: &Value| {
        let whose = references(&stat["Metric"]["Dimensions"]);
        let period = stat["Period"].as_u64().unwrap_or_default();
        (stat["Metric"]["MetricName"] == "Errors").then_some(Series { alarm, whose, least, period })
    };
    added_up.chain([&alone]).filter_map(failures).collect()
}

fn unwatched(template: &Template, observability: &Template) -> Vec<String> {
    let served: BTreeSet<String> = ["HTTP", "WEBSOCKET"]
        .into_iter()
        .flat_map(|protocol| template.routes(protocol))
        .filter_map(|route| template.function_behind(route).map(str::to_owned))
        .collect();
    let workers = template.functions().into_iter().map(|function| function.id).filter(|id| !served.contains(*id));
    let series = series(observability);
    let offences = workers.flat_map(|id| unheard(template, &series, id));
    let queues = template.of_type("AWS::SQS::Queue").into_iter().map(|queue| queue.id);
    let dead_letters = queues.filter(|id| id.ends_with("DeadLetterQueue"));
    let metrics = observability.get("DeadLettersAlarm").map_or(&Value::Null, |alarm| &alarm.properties["Metrics"]);
    let is_watched = |id: &str| is_handed_in(template, id) && references(metrics).contains(id);
    let unlooked = dead_letters.filter(|id| !is_watched(id)).map(|id| format!("{id} is not in DeadLettersAlarm"));
    offences.chain(unlooked).collect()
}

/// What is wrong with the alarms for a worker: a run that fails every time must be enough, in each period.
fn unheard(template: &Template, series: &[Series<'_>], id: &str) -> Vec<String> {
    if MISSED.iter().any(|(missed, _)| *missed == id) {
        return Vec::new();
    }
    let every = interval_of(template, id);
    let own = series.iter().filter(|series| is_handed_in(template, id) && series.whose.contains(id));
    let (ringing, silent): (Vec<_>, Vec<_>) =
        own.partition(|series| every.is_none_or(|every| every.saturating_mul(series.least) <= series.period));
    let unheard = ringing.is_empty().then(|| format!("failures of {id} ring no alarm"));
    let silent = silent.iter().map(|series| format!("{} pays for {id}, which cannot ring it", series.alarm));
    unheard.into_iter().chain(silent).collect()
}

/// A nested stack knows a resource by the parameter of the same name.
fn is_handed_in(template: &Template, id: &str) -> bool {
    let parameters = template.get("Observability").map(|stack| &stack.properties["Parameters"]);
    parameters.is_some_and(|parameters| references(&parameters[id]).contains(id))
}

fn alarms() -> Template {
    Template::read_from("infra/observability.yaml")
}

#[test]
fn workers_and_dead_letters_are_watched() {
    WATCHED.holds(&unwatched(&Template::read(), &alarms()));
}

#[test]
fn what_is_missed_is_watched_by_an_alarm_that_is_there() {
    let alarms = alarms();
    assert!(MISSED.iter().all(|(_, alarm)| alarms.get(alarm).is_some()));
}

#[test]
fn what_nobody_watches_is_caught() {
    let (template, alarms) = (Template::read(), alarms());
    assert_eq!(unwatched(&template, &alarms.with_property("DeadLettersAlarm", "Metrics", &Value::Null)).len(), 6);
    let blind = template.with_property("Observability", "Parameters", &Value::Null);
    assert!(unwatched(&blind, &alarms).contains(&"failures of SweepFunction ring no alarm".to_owned()));
}

#[test]
fn an_alarm_that_cannot_ring_is_caught() {
    let (template, alarms) = (Template::read(), alarms());
    let silent = |id: &str, alarm: &str| {
        [format!("failures of {id} ring no alarm"), format!("{alarm} pays for {id}, which cannot ring it")]
    };
    let hourly = template.with_property("SweepSchedule", "ScheduleExpression", &json!("rate(1 hour)"));
    assert_eq!(unwatched(&hourly, &alarms), silent("SweepFunction", "WorkerErrorsAlarm"));
    let often = alarms.with_property("DigestFailsAlarm", "Threshold", &json!(3));
    assert_eq!(unwatched(&template, &often), silent("DigestFunction", "DigestFailsAlarm"));
    let beyond = alarms.with_property("RareJobsAlarm", "ComparisonOperator", &json!("GreaterThanThreshold"));
    let caught = unwatched(&template, &beyond);
    assert!(caught.contains(&silent("PhotoSweepFunction", "RareJobsAlarm")[1]), "{caught:?}");
    assert!(caught.iter().all(|offence| !offence.contains("CacheWarmFunction")), "twice an hour: {caught:?}");
}

//! What starts by the clock: it can be switched off as a whole, and no run outlives the time to the next one.

use regex_lite::Regex;
use serde_json::json;

use super::Rule;
use super::template::{Resource, Template, references};

const BOUNDED: Rule = Rule {
    text: "A schedule rests with ScheduleState, fires to the minute, at two times of a day if at any, retries within its own interval, and starts a function \
           that ends before the next run",
    why: "whoever restores a backup into a stack must keep it still; runs that pile up do the same work at the same time",
    remedy: "copy SweepSchedule, and give the function a Timeout below the interval",
};

/// Seconds between two runs, at least.
fn interval(expression: &str) -> Option<u64> {
    if let Some(rate) = expression.strip_prefix("rate(").and_then(|rate| rate.strip_suffix(')')) {
        let (count, unit) = rate.split_once(' ')?;
        let seconds = match unit.trim_end_matches('s') {
            "minute" => 60,
            "hour" => 3_600,
            "day" => 86_400,
            _ => return None,
        };
        return Some(count.parse::<u64>().ok()? * seconds);
    }
    // By the clocks, a time of day is missing once a year: whoever has one has another one, too, which may then be an hour
    // earlier.
    let daily = Regex::new(r"^cron\(\d+ (\d+),(\d+) \* \* \? \*\)$").unwrap();
    let hours = daily.captures(expression)?;
    let hour = |n: usize| hours[n].parse::<u64>().ok();
    hour(2)?.checked_sub(hour(1)? + 1).filter(|hours| *hours > 0).map(|hours| hours * 3_600)
}

/// Seconds between two runs of a function that starts by the clock.
pub(super) fn interval_of(template: &Template, function: &str) -> Option<u64> {
    let schedules = template.of_type("AWS::Scheduler::Schedule");
    let own = schedules.into_iter().find(|schedule| starts(schedule, function))?;
    interval(own.properties["ScheduleExpression"].as_str()?)
}

fn starts(schedule: &Resource<'_>, function: &str) -> bool {
    references(&schedule.properties["Target"]["Arn"]).contains(function)
}

fn offences(template: &Template) -> Vec<String> {
    let mut offences = Vec::new();
    for schedule in template.of_type("AWS::Scheduler::Schedule") {
        let Resource { id, properties, .. } = schedule;
        let every = interval(properties["ScheduleExpression"].as_str().unwrap_or_default()).unwrap_or(0);
        let function = template.functions().into_iter().find(|function| starts(&schedule, function.id));
        let lasts = function.map_or(u64::MAX, |function| template.timeout(function));
        let retried = properties["Target"]["RetryPolicy"]["MaximumEventAgeInSeconds"].as_u64().unwrap_or(u64::MAX);
        let demands = [
            (properties["State"] == json!({ "Ref": "ScheduleState" }), "does not rest with ScheduleState"),
            (properties["FlexibleTimeWindow"]["Mode"] == "OFF", "fires when it likes"),
            (retried <= every, "is retried when the next run is due"),
            (lasts < every, "starts what may run twice at once"),
        ];
        offences.extend(demands.iter().filter(|(holds, _)| !holds).map(|(_, offence)| format!("{id} {offence}")));
    }
    offences
}

#[test]
fn schedules_rest_and_do_not_pile_up() {
    let template = Template::read();
    assert!(template.of_type("AWS::Scheduler::Schedule").len() >= 6, "the rule sees no schedules");
    BOUNDED.holds(&offences(&template));
}

#[test]
fn a_schedule_that_cannot_rest_or_piles_up_is_caught() {
    let template = Template::read();
    for (property, value, offence) in [
        ("State", json!("ENABLED"), "SweepSchedule does not rest with ScheduleState"),
        ("FlexibleTimeWindow", json!({ "Mode": "FLEXIBLE" }), "SweepSchedule fires when it likes"),
    ] {
        assert_eq!(offences(&template.with_property("SweepSchedule", property, &value)), [offence]);
    }
    let hasty = template.with_property("KeysRotateSchedule", "ScheduleExpression", &json!("rate(1 second)"));
    assert_eq!(offences(&hasty).len(), 2);
    for once in ["cron(0 2 * * ? *)", "cron(0 2,3 * * ? *)"] {
        let skipped = template.with_property("BackupPlanSchedule", "ScheduleExpression", &json!(once));
        assert_eq!(offences(&skipped).len(), 2, "{once} does not fire when clocks are put forward");
    }
    let slow = template.with_property("SweepFunction", "Timeout", &json!(90));
    assert_eq!(offences(&slow), ["SweepSchedule starts what may run twice at once"]);
}

//! What the scheduler fills in: the emulator's passes placeholders on as they are.

use serde_json::Value;

/// The time that a schedule means; whoever is told none takes the present.
const PLACEHOLDER: &str = "<aws.scheduler.";

/// Empties the inputs that have a placeholder, and says so.
pub(super) fn empty_placeholders(template: &mut Value) -> Option<String> {
    let resources = template["Resources"].as_object_mut().into_iter().flatten();
    let schedules = resources.filter(|(_, resource)| resource["Type"] == "AWS::Scheduler::Schedule");
    let inputs = schedules.filter_map(|(_, schedule)| schedule.pointer_mut("/Properties/Target/Input"));
    let filled = inputs.filter(|input| input.as_str().is_some_and(|text| text.contains(PLACEHOLDER)));
    let count = filled.map(|input| *input = "{}".into()).count();
    (count > 0)
        .then(|| format!("{count} schedules do not say which moment they mean: the emulator does not fill it in"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_inputs_with_a_placeholder_are_emptied() {
        let schedule =
            |input: &str| json!({ "Type": "AWS::Scheduler::Schedule", "Properties": { "Target": { "Input": input } } });
        let mut template = json!({ "Resources": {
            "A": schedule(r#"{"scheduled_at":"<aws.scheduler.scheduled-time>"}"#), "B": schedule(r#"{"all":true}"#),
        } });
        assert!(empty_placeholders(&mut template).unwrap().starts_with("1 schedules"));
        let input = |name: &str| template["Resources"][name]["Properties"]["Target"]["Input"].clone();
        assert_eq!((input("A"), input("B")), (json!("{}"), json!(r#"{"all":true}"#)));
        assert_eq!(empty_placeholders(&mut template), None);
    }
}

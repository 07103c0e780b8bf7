//! Which resources a part of a template refers to, and how to take such references out.

use std::collections::BTreeSet;

use serde_json::Value;

use super::intrinsics::{Scope, only_entry};

/// Whether `value` refers to one of the resources, by `Ref`, `Fn::GetAtt` or within `Fn::Sub`.
pub(super) fn mentions(value: &Value, names: &BTreeSet<String>) -> bool {
    match (only_entry(value), value) {
        (Some(("Ref", Value::String(name))), _) => names.contains(name),
        (Some(("Fn::GetAtt", Value::Array(path))), _) => path[0].as_str().is_some_and(|name| names.contains(name)),
        (Some(("Fn::Sub", Value::String(text))), _) => {
            names.iter().any(|name| text.contains(&format!("${{{name}}}")) || text.contains(&format!("${{{name}.")))
        }
        (_, Value::Array(items)) => items.iter().any(|item| mentions(item, names)),
        (_, Value::Object(entries)) => entries.values().any(|item| mentions(item, names)),
        _ => false,
    }
}

/// Takes the resources out of dependencies and drops the outputs that show them.
pub(super) fn unlink(template: &mut Value, dropped: &BTreeSet<String>) {
    for (_, resource) in template["Resources"].as_object_mut().into_iter().flatten() {
        if let Some(dependencies) = resource.get("DependsOn").map(|list| without(list, dropped)) {
            resource["DependsOn"] = dependencies;
        }
    }
    if let Some(outputs) = template["Outputs"].as_object_mut() {
        outputs.retain(|_, output| !mentions(output, dropped));
    }
}

/// Puts the branch that counts in place of each condition that refers to one of the resources in any branch. In a list,
/// a branch without a value is no item.
pub(super) fn fold_conditions(value: &mut Value, dropped: &BTreeSet<String>, scope: &Scope) {
    if let Some(("Fn::If", arguments)) = only_entry(value)
        && mentions(arguments, dropped)
        && let Some(holds) = arguments[0].as_str().and_then(|name| scope.condition(name))
    {
        *value = arguments[if holds { 1 } else { 2 }].clone();
    }
    match value {
        Value::Array(items) => items.retain_mut(|item| {
            let is_choice = matches!(only_entry(item), Some(("Fn::If", _)));
            fold_conditions(item, dropped, scope);
            !(is_choice && item["Ref"] == "AWS::NoValue")
        }),
        Value::Object(entries) => {
            for (name, inner) in entries {
                match inner {
                    // The arguments of a condition that stays are no list: each has its place.
                    Value::Array(arguments) if name == "Fn::If" => {
                        for argument in arguments {
                            fold_conditions(argument, dropped, scope);
                        }
                    }
                    inner => fold_conditions(inner, dropped, scope),
                }
            }
        }
        _ => {}
    }
}

/// A list, or one thing where `CloudFormation` lets one stand for a list of one.
pub(super) fn list_of(value: &Value) -> Vec<Value> {
    match value {
        Value::Array(items) => items.clone(),
        Value::Null => Vec::new(),
        single => vec![single.clone()],
    }
}

fn without(dependencies: &Value, dropped: &BTreeSet<String>) -> Value {
    list_of(dependencies).into_iter().filter(|name| name.as_str().is_none_or(|name| !dropped.contains(name))).collect()
}

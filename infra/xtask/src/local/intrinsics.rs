//! Evaluates the `CloudFormation` functions whose value depends on parameters only.
//!
//! Two steps need values before or beside the emulator's own evaluation: the adapter, to know which branch of a condition
//! counts, and the repairs, which repeat settings that the emulator dropped.

use std::collections::BTreeMap;

use serde_json::Value;

use super::client::{ACCOUNT, REGION};
use crate::failure::Failure;

#[derive(Debug)]
pub(super) struct Scope {
    parameters: BTreeMap<String, Value>,
    conditions: Value,
}

impl Scope {
    /// The template's parameters with `overrides` on top of their defaults.
    pub(super) fn new(template: &Value, stack: &str, overrides: &[(String, String)]) -> Result<Self, Failure> {
        let mut parameters = BTreeMap::from([
            ("AWS::StackName".to_owned(), stack.into()),
            ("AWS::Region".to_owned(), REGION.into()),
            ("AWS::AccountId".to_owned(), ACCOUNT.into()),
            ("AWS::Partition".to_owned(), "aws".into()),
            ("AWS::URLSuffix".to_owned(), "amazonaws.com".into()),
        ]);
        for (name, declaration) in template["Parameters"].as_object().into_iter().flatten() {
            let given = overrides.iter().find(|(key, _)| key == name).map(|(_, value)| Value::from(value.as_str()));
            let Some(value) = given.or_else(|| declaration.get("Default").cloned()) else {
                return Err(Failure::new(format!("parameter {name} has no default"))
                    .remedy("give it one in template.yaml: a local deployment asks nobody"));
            };
            parameters.insert(name.clone(), typed(declaration, &value));
        }
        Ok(Self { parameters, conditions: template["Conditions"].clone() })
    }

    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.get(name)?.as_str()
    }

    pub(super) fn condition(&self, name: &str) -> Option<bool> {
        self.truth(self.conditions.get(name)?)
    }

    fn truth(&self, condition: &Value) -> Option<bool> {
        let (function, argument) = only_entry(condition)?;
        match function {
            "Condition" => self.condition(argument.as_str()?),
            "Fn::Equals" => Some(self.value(&argument[0])? == self.value(&argument[1])?),
            "Fn::Not" => Some(!self.truth(&argument[0])?),
            "Fn::And" => argument.as_array()?.iter().try_fold(true, |all, item| Some(all && self.truth(item)?)),
            "Fn::Or" => argument.as_array()?.iter().try_fold(false, |any, item| Some(any || self.truth(item)?)),
            _ => None,
        }
    }

    /// The value, or nothing when it depends on resources or is `AWS::NoValue`.
    pub(super) fn value(&self, value: &Value) -> Option<Value> {
        match (only_entry(value), value) {
            (Some(("Ref", name)), _) => self.parameters.get(name.as_str()?).cloned(),
            (Some(("Fn::If", arguments)), _) => {
                let branch = if self.condition(arguments[0].as_str()?)? { 1 } else { 2 };
                self.value(&arguments[branch])
            }
            (Some(("Fn::Sub", Value::String(text))), _) => self.substitute(text).map(Value::from),
            (Some(("Fn::Split", arguments)), _) => {
                let text = self.value(&arguments[1])?;
                Some(text.as_str()?.split(arguments[0].as_str()?).map(Value::from).collect())
            }
            (Some(("Fn::Join", arguments)), _) => {
                let items = self.value(&arguments[1])?;
                let items: Option<Vec<&str>> = items.as_array()?.iter().map(Value::as_str).collect();
                Some(items?.join(arguments[0].as_str()?).into())
            }
            (Some((function, _)), _) if function.starts_with("Fn::") => None,
            (_, Value::Array(items)) => Some(items.iter().filter_map(|item| self.value(item)).collect()),
            (_, Value::Object(entries)) => Some(Value::Object(
                entries.iter().filter_map(|(key, item)| Some((key.clone(), self.value(item)?))).collect(),
            )),
            (_, plain) => Some(plain.clone()),
        }
    }

    fn substitute(&self, text: &str) -> Option<String> {
        let mut rest = text;
        let mut result = String::new();
        while let Some((before, after)) = rest.split_once("${") {
            let (name, tail) = after.split_once('}')?;
            result.push_str(before);
            match self.parameters.get(name)? {
                Value::String(value) => result.push_str(value),
                other => result.push_str(&other.to_string()),
            }
            rest = tail;
        }
        result.push_str(rest);
        Some(result)
    }
}

fn typed(declaration: &Value, value: &Value) -> Value {
    match (declaration["Type"].as_str(), value) {
        (Some("CommaDelimitedList"), Value::String(list)) => {
            list.split(',').map(|item| Value::from(item.trim())).collect()
        }
        // Parameters are text in CloudFormation whatever YAML made of their default.
        (_, Value::String(text)) => text.as_str().into(),
        (_, other) => other.to_string().into(),
    }
}

/// The name and argument of an intrinsic function: an object with one entry.
pub(super) fn only_entry(value: &Value) -> Option<(&str, &Value)> {
    let object = value.as_object()?;
    let (key, argument) = object.iter().next()?;
    (object.len() == 1).then_some((key.as_str(), argument))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn scope(overrides: &[(String, String)]) -> Scope {
        let template = json!({
            "Parameters": {
                "Stage": {"Type": "String", "Default": "dev"},
                "Days": {"Type": "Number", "Default": 7},
                "Origins": {"Type": "CommaDelimitedList", "Default": "https://a.example, https://b.example"},
            },
            "Conditions": {
                "IsProd": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]},
                "NotProd": {"Fn::Not": [{"Condition": "IsProd"}]},
            },
        });
        Scope::new(&template, "stack", overrides).unwrap()
    }

    #[test]
    fn lists_and_conditions_are_evaluated() {
        let scope = scope(&[]);
        assert_eq!(scope.value(&json!({"Ref": "Origins"})), Some(json!(["https://a.example", "https://b.example"])));
        assert_eq!(scope.condition("NotProd"), Some(true));
        assert_eq!(scope.value(&json!({"Fn::If": ["IsProd", 1, {"Ref": "AWS::NoValue"}]})), None);
        assert_eq!(scope.value(&json!({"Fn::Sub": "${AWS::StackName}-${Days}"})), Some(json!("stack-7")));
    }

    #[test]
    fn overrides_win_and_resources_have_no_value_yet() {
        let scope = scope(&[("Stage".to_owned(), "prod".to_owned())]);
        assert_eq!(scope.condition("IsProd"), Some(true));
        assert_eq!(scope.value(&json!({"a": {"Ref": "SomeTable"}, "b": 1})), Some(json!({"b": 1})));
    }
}

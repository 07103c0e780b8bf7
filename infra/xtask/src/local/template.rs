//! Reads a `CloudFormation` template from YAML: short tags such as `!Sub` become their long JSON form.

use std::fs;
use std::path::Path;

use serde_json::{Map, Value, json};
use serde_yaml_ng::Value as Yaml;

use crate::failure::{Explain, Failure};

pub fn read_template(path: &Path) -> Result<Value, Failure> {
    let text = fs::read_to_string(path).explain(|| format!("cannot read {}", path.display()))?;
    parse_template(&text).explain(|| format!("{} is no valid template", path.display()))
}

fn parse_template(text: &str) -> Result<Value, Failure> {
    let yaml: Yaml = serde_yaml_ng::from_str(text).explain(|| "not YAML".to_owned())?;
    to_json(yaml)
}

fn to_json(yaml: Yaml) -> Result<Value, Failure> {
    Ok(match yaml {
        Yaml::Null => Value::Null,
        Yaml::Bool(value) => Value::Bool(value),
        Yaml::String(value) => Value::String(value),
        Yaml::Number(value) => serde_json::to_value(value).explain(|| "a number JSON cannot hold".to_owned())?,
        Yaml::Sequence(items) => Value::Array(items.into_iter().map(to_json).collect::<Result<_, _>>()?),
        Yaml::Mapping(entries) => {
            let mut object = Map::new();
            for (key, value) in entries {
                object.insert(key_text(&key)?, to_json(value)?);
            }
            Value::Object(object)
        }
        Yaml::Tagged(tagged) => {
            let tag = tagged.tag.to_string();
            long_form(tag.trim_start_matches('!'), to_json(tagged.value)?)
        }
    })
}

fn key_text(key: &Yaml) -> Result<String, Failure> {
    match key {
        Yaml::String(text) => Ok(text.clone()),
        Yaml::Number(number) => Ok(number.to_string()),
        Yaml::Bool(value) => Ok(value.to_string()),
        other => Err(Failure::new(format!("a key is neither text nor number: {other:?}"))),
    }
}

fn long_form(tag: &str, value: Value) -> Value {
    match (tag, value) {
        ("Ref" | "Condition", value) => json!({ tag: value }),
        ("GetAtt", Value::String(path)) => {
            let (resource, attribute) = path.split_once('.').unwrap_or((&path, ""));
            json!({ "Fn::GetAtt": [resource, attribute] })
        }
        (function, value) => {
            let name = format!("Fn::{function}");
            json!({ name: value })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_tags_become_functions() {
        let template = parse_template(
            "A: !Ref B\nC: !GetAtt D.Outputs.E\nF: !Sub '${G}-h'\nI: !If [J, !Ref K, !Ref 'AWS::NoValue']\nL: !Condition M\n",
        )
        .unwrap();
        let expected = json!({
            "A": {"Ref": "B"},
            "C": {"Fn::GetAtt": ["D", "Outputs.E"]},
            "F": {"Fn::Sub": "${G}-h"},
            "I": {"Fn::If": ["J", {"Ref": "K"}, {"Ref": "AWS::NoValue"}]},
            "L": {"Condition": "M"},
        });
        assert_eq!(template, expected);
    }

    #[test]
    fn dates_stay_text_and_numbers_stay_numbers() {
        let template = parse_template("Version: 2012-10-17\nPort: 6379\nText: '5'\n").unwrap();
        assert_eq!(template, json!({"Version": "2012-10-17", "Port": 6379, "Text": "5"}));
    }

    #[test]
    fn anchors_are_resolved() {
        let template = parse_template("A: &a {x: 1}\nB: *a\n").unwrap();
        assert_eq!(template["B"], json!({"x": 1}));
    }
}

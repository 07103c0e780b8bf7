//! A deployment and what it is made of: the running `up`, or a stack on AWS, reached with the AWS CLI.

use std::collections::BTreeMap;
use std::process::Command;

use serde_json::Value;

use crate::failure::{Explain, Failure};
use crate::local::{Client, LocalStack};

pub trait Deployment {
    /// The outputs of the stack, such as `OpsTableName`.
    fn outputs(&self) -> &BTreeMap<String, String>;

    /// Where it is reached, if it is not AWS.
    fn endpoint(&self) -> Option<&str>;

    /// A raw call of `DynamoDB` such as `GetItem`.
    fn dynamo(&self, operation: &str, body: &Value) -> Result<Value, Failure>;

    /// The name of a table, the URL of a queue.
    fn output(&self, name: &str) -> Result<&str, Failure> {
        self.outputs().get(name).map(String::as_str).ok_or_else(|| {
            Failure::new(format!("the stack has no output {name}"))
                .remedy("name a stack that was deployed from this repository's template.yaml")
        })
    }
}

/// A deployment on the local AWS.
#[derive(Debug)]
pub struct LocalDeployment {
    client: Client,
    outputs: BTreeMap<String, String>,
}

impl LocalDeployment {
    /// Of the running `up`, by its record.
    pub fn of_record(record: &Value) -> Self {
        let outputs = record["outputs"].as_object().into_iter().flatten();
        let outputs = outputs.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())));
        Self { client: Client::new(record["endpoint"].as_str().unwrap_or_default()), outputs: outputs.collect() }
    }

    pub fn of_stack(stack: &LocalStack) -> Self {
        Self { client: stack.client().clone(), outputs: stack.outputs().clone() }
    }
}

impl Deployment for LocalDeployment {
    fn outputs(&self) -> &BTreeMap<String, String> {
        &self.outputs
    }

    fn endpoint(&self) -> Option<&str> {
        Some(self.client.endpoint())
    }

    fn dynamo(&self, operation: &str, body: &Value) -> Result<Value, Failure> {
        self.client.json("dynamodb", &format!("DynamoDB_20120810.{operation}"), body)
    }
}

/// A stack on AWS, with the credentials and the region of the AWS CLI.
#[derive(Debug)]
pub struct AwsDeployment {
    outputs: BTreeMap<String, String>,
}

impl AwsDeployment {
    pub fn of_stack(name: &str) -> Result<Self, Failure> {
        let answer = aws(&["cloudformation", "describe-stacks", "--stack-name", name, "--output", "json"])?;
        let outputs = answer["Stacks"][0]["Outputs"].as_array().into_iter().flatten();
        let pair = |output: &Value| {
            Some((output["OutputKey"].as_str()?.to_owned(), output["OutputValue"].as_str()?.to_owned()))
        };
        Ok(Self { outputs: outputs.filter_map(pair).collect() })
    }
}

impl Deployment for AwsDeployment {
    fn outputs(&self) -> &BTreeMap<String, String> {
        &self.outputs
    }

    fn endpoint(&self) -> Option<&str> {
        None
    }

    fn dynamo(&self, operation: &str, body: &Value) -> Result<Value, Failure> {
        aws(&["dynamodb", &kebab_case(operation), "--cli-input-json", &body.to_string(), "--output", "json"])
    }
}

/// `GetItem` is `get-item` on the command line.
fn kebab_case(operation: &str) -> String {
    let mut text = String::new();
    for letter in operation.chars() {
        if letter.is_ascii_uppercase() && !text.is_empty() {
            text.push('-');
        }
        text.push(letter.to_ascii_lowercase());
    }
    text
}

fn aws(arguments: &[&str]) -> Result<Value, Failure> {
    let output = Command::new("aws").args(arguments).output().map_err(|cause| {
        Failure::new(format!("cannot run the AWS CLI: {cause}"))
            .remedy("install it (https://aws.amazon.com/cli/), sign in, and run again")
    })?;
    if !output.status.success() {
        let reason = String::from_utf8_lossy(&output.stderr).into_owned();
        let operation = arguments.iter().take(2).copied().collect::<Vec<_>>().join(" ");
        return Err(Failure::new(format!("`aws {operation}` failed")).evidence(reason));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    if text.trim().is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_str(&text).explain(|| "the AWS CLI answered no JSON".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_are_commands() {
        assert_eq!(kebab_case("TransactWriteItems"), "transact-write-items");
    }
}

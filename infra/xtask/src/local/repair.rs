//! Repeats the settings that the emulator's `CloudFormation` accepts and forgets: CORS, TTL and point-in-time recovery;
//! and verifies the sender's address, which a person does once per AWS account.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::client::Client;
use super::intrinsics::Scope;
use crate::failure::Failure;

/// Answers with one line per kind of repair.
pub(super) fn repair(
    client: &Client,
    template: &Value,
    scope: &Scope,
    ids: &BTreeMap<String, String>,
) -> Result<Vec<String>, Failure> {
    let mut counts = BTreeMap::from([("CORS", 0), ("TTL", 0), ("point-in-time recovery", 0)]);
    for (name, resource) in template["Resources"].as_object().into_iter().flatten() {
        // A resource under a false condition has no physical id.
        let Some(id) = ids.get(name) else { continue };
        let properties = &resource["Properties"];
        match resource["Type"].as_str() {
            Some("AWS::ApiGatewayV2::Api") => {
                *counts.entry("CORS").or_default() += cors(client, properties, scope, id)?;
            }
            Some("AWS::S3::Bucket") => {
                *counts.entry("CORS").or_default() += bucket_cors(client, properties, scope, id)?;
            }
            Some("AWS::DynamoDB::Table") => {
                *counts.entry("TTL").or_default() += time_to_live(client, properties, scope, id)?;
                *counts.entry("point-in-time recovery").or_default() += recovery(client, properties, scope, id)?;
            }
            _ => {}
        }
    }
    verify_sender(client, scope)?;
    let repaired = counts.into_iter().filter(|(_, count)| *count > 0);
    Ok(repaired.map(|(kind, count)| format!("set {kind} of {count} resources again after deployment")).collect())
}

fn cors(client: &Client, properties: &Value, scope: &Scope, api: &str) -> Result<usize, Failure> {
    let Some(Value::Object(cors)) = properties.get("CorsConfiguration").and_then(|cors| scope.value(cors)) else {
        return Ok(0);
    };
    let cors: Map<String, Value> = cors.into_iter().map(|(key, value)| (decapitalized(&key), value)).collect();
    client.rest("apigateway", "PATCH", &format!("/v2/apis/{api}"), Some(&json!({ "corsConfiguration": cors })))?;
    Ok(1)
}

/// A bucket takes its rules as XML, whose names are singular.
fn bucket_cors(client: &Client, properties: &Value, scope: &Scope, bucket: &str) -> Result<usize, Failure> {
    let Some(cors) = properties.get("CorsConfiguration").and_then(|cors| scope.value(cors)) else { return Ok(0) };
    let mut rules = String::new();
    for rule in cors["CorsRules"].as_array().into_iter().flatten() {
        rules.push_str("<CORSRule>");
        for kind in ["AllowedOrigin", "AllowedMethod", "AllowedHeader"] {
            let values = rule[format!("{kind}s")].as_array().into_iter().flatten();
            rules.extend(values.filter_map(Value::as_str).map(|value| format!("<{kind}>{value}</{kind}>")));
        }
        rules.extend(rule["MaxAge"].as_u64().map(|age| format!("<MaxAgeSeconds>{age}</MaxAgeSeconds>")));
        rules.push_str("</CORSRule>");
    }
    client.put_cors(bucket, &format!("<CORSConfiguration>{rules}</CORSConfiguration>"))?;
    Ok(1)
}

/// `CloudFormation` writes `AllowOrigins` where the API writes `allowOrigins`.
fn decapitalized(key: &str) -> String {
    let mut letters = key.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

fn time_to_live(client: &Client, properties: &Value, scope: &Scope, table: &str) -> Result<usize, Failure> {
    let Some(specification) = properties.get("TimeToLiveSpecification").and_then(|value| scope.value(value)) else {
        return Ok(0);
    };
    let body = json!({ "TableName": table, "TimeToLiveSpecification": specification });
    client.json("dynamodb", "DynamoDB_20120810.UpdateTimeToLive", &body)?;
    Ok(1)
}

fn recovery(client: &Client, properties: &Value, scope: &Scope, table: &str) -> Result<usize, Failure> {
    let specification =
        properties.get("PointInTimeRecoverySpecification").and_then(|value| scope.value(value)).unwrap_or_default();
    if specification["PointInTimeRecoveryEnabled"] != true {
        return Ok(0);
    }
    let body = json!({
        "TableName": table,
        "PointInTimeRecoverySpecification": { "PointInTimeRecoveryEnabled": true },
    });
    client.json("dynamodb", "DynamoDB_20120810.UpdateContinuousBackups", &body)?;
    Ok(1)
}

fn verify_sender(client: &Client, scope: &Scope) -> Result<(), Failure> {
    let Some(address) = scope.parameter("MailFrom") else { return Ok(()) };
    let body = json!({ "EmailIdentity": address });
    match client.rest("ses", "POST", "/v2/email/identities", Some(&body)) {
        // The template may create the identity itself.
        Err(failure) if !failure.to_string().contains("AlreadyExists") => Err(failure),
        _ => Ok(()),
    }
}

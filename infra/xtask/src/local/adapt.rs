//! Everything in which the local deployment differs from the template on disk, and nothing else is allowed to differ.
//!
//! The template describes AWS. The emulator lacks some resource types, serves its APIs under paths instead of host names
//! and takes code from its own S3. Each change is announced, so that nobody trusts the local AWS with what it does not have.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::addresses::localize_addresses;
use super::intrinsics::Scope;
use super::mail_events::hear_stand_in;
use super::references::{fold_conditions, list_of, mentions, unlink};
use super::schedules::empty_placeholders;
use crate::failure::Failure;

/// Types the emulator refuses, and what is missing locally without them.
const DROPPED_TYPES: [(&str, &str); 19] = [
    ("AWS::ApiGatewayV2::RouteResponse", "the emulator always returns a route's answer to the sender"),
    ("AWS::ApiGatewayV2::IntegrationResponse", "the emulator has no integration responses"),
    ("AWS::ApiGatewayV2::Deployment", "stages deploy themselves"),
    ("AWS::CloudFormation::Stack", "nested stacks are network, cache, CDN and alarms, which exist in AWS only"),
    ("AWS::Serverless::Application", "nested stacks are network, cache, CDN and alarms, which exist in AWS only"),
    ("AWS::CloudWatch::CompositeAlarm", "the emulator has no composite alarms"),
    ("AWS::CloudWatch::AnomalyDetector", "the emulator has no anomaly detection"),
    ("AWS::Logs::QueryDefinition", "the emulator has no saved queries"),
    ("AWS::ElastiCache::ServerlessCache", "the emulator has no serverless cache"),
    ("AWS::EC2::SecurityGroupIngress", "there is no network to guard"),
    ("AWS::EC2::SecurityGroupEgress", "there is no network to guard"),
    ("AWS::EC2::NatGateway", "there is no network to leave"),
    ("AWS::EC2::FlowLog", "there is no network to watch"),
    ("AWS::SES::Template", "the emulator has no stored mail templates in stacks"),
    ("AWS::SQS::QueueInlinePolicy", "the emulator knows queue policies only as AWS::SQS::QueuePolicy"),
    ("AWS::SecretsManager::RotationSchedule", "secrets are not rotated locally"),
    ("AWS::SecretsManager::ResourcePolicy", "secrets have no policies of their own locally"),
    ("AWS::WAFv2::WebACLAssociation", "there is no firewall"),
    ("AWS::Budgets::Budget", "nothing costs anything here"),
];

/// What APIs are called locally, so that their URLs stay the same from run to run.
const API_NAMES: [(&str, &str); 2] = [("HTTP", "http"), ("WEBSOCKET", "socket")];

/// Permissions that in AWS include a call which the emulator wants to see permitted under its own name.
const INCLUDED_ACTIONS: [(&str, &str); 3] = [
    ("sqs:SendMessage", "sqs:SendMessageBatch"),
    ("sqs:DeleteMessage", "sqs:DeleteMessageBatch"),
    ("sqs:ChangeMessageVisibility", "sqs:ChangeMessageVisibilityBatch"),
];

/// The variable that says where a function finds the sentence model.
const MODEL_FOLDER: &str = "APP_EMBEDDINGS_FOLDER";

/// The variable that tells a function where the cache is.
const CACHE_URL: &str = "APP_CACHE_URL";

/// Where the emulator and the cache listen, and where the zips of the functions and the sentence model lie.
#[derive(Debug)]
pub(super) struct Place {
    pub authority: String,
    pub code: Code,
    pub model: PathBuf,
    /// The URL of the cache, if there is one.
    pub cache: Option<String>,
}

#[derive(Debug)]
pub(super) enum Code {
    /// In the emulator's S3, by folder name.
    Uploaded { bucket: String, keys: BTreeMap<String, String> },
    /// Where the template says, below this folder.
    Packaged(PathBuf),
}

#[derive(Debug)]
pub(super) struct Adapted {
    pub template: Value,
    /// One line per kind of change.
    pub notes: Vec<String>,
}

pub(super) fn adapt(mut template: Value, scope: &Scope, place: &Place) -> Result<Adapted, Failure> {
    let mut notes = drop_unsupported(&mut template, scope)?;
    notes.extend(point_to_code(&mut template, place)?);
    notes.extend(name_apis(&mut template));
    notes.extend(replace_layers(&mut template, &place.model));
    notes.extend(point_to_cache(&mut template, place.cache.as_deref()));
    for (action, included) in INCLUDED_ACTIONS {
        let count = spell_out(&mut template, action, included);
        if count > 0 {
            notes.push(format!("{count} permissions for {action} also name {included}, which in AWS they include"));
        }
    }
    let mails = widen_mail(&mut template);
    if mails > 0 {
        notes.push(format!(
            "{mails} permissions for ses:SendEmail are not bound to the sender: the emulator does not look"
        ));
    }
    notes.extend(hear_stand_in(&mut template));
    notes.extend(empty_placeholders(&mut template));
    let demands = drop_tls_demands(&mut template);
    if demands > 0 {
        notes.push(format!("dropped {demands} policy statements that demand TLS, which the emulator does not speak"));
    }
    let addresses = localize_addresses(&mut template, &place.authority);
    if addresses > 0 {
        notes.push(format!("{addresses} API addresses became paths on {}", place.authority));
    }
    Ok(Adapted { template, notes })
}

fn drop_unsupported(template: &mut Value, scope: &Scope) -> Result<Vec<String>, Failure> {
    let mut dropped = BTreeSet::new();
    let mut notes = Vec::new();
    let Some(resources) = template["Resources"].as_object_mut() else {
        return Err(Failure::new("the template has no resources"));
    };
    for (kind, reason) in DROPPED_TYPES {
        let names: Vec<String> =
            resources.iter().filter(|(_, resource)| resource["Type"] == kind).map(|(name, _)| name.clone()).collect();
        if !names.is_empty() {
            notes.push(format!("dropped {} × {kind} ({}): {reason}", names.len(), names.join(", ")));
        }
        for name in names {
            resources.remove(&name);
            dropped.insert(name);
        }
    }
    forget(template, &dropped, scope)?;
    Ok(notes)
}

/// Removes what refers to dropped resources: dependencies, outputs, and the branches of conditions that do not count.
fn forget(template: &mut Value, dropped: &BTreeSet<String>, scope: &Scope) -> Result<(), Failure> {
    if dropped.is_empty() {
        return Ok(());
    }
    fold_conditions(template, dropped, scope);
    unlink(template, dropped);
    let mut resources = template["Resources"].as_object().into_iter().flatten();
    match resources.find(|(_, resource)| mentions(resource, dropped)) {
        None => Ok(()),
        Some((name, _)) => Err(Failure::new(format!("{name} needs a resource that does not exist locally"))
            .remedy("put the reference behind a condition that is false locally, or adapt it in adapt.rs")),
    }
}

/// `target/lambda/<name>/bootstrap.zip` becomes the zip in the local S3, or its absolute path.
fn point_to_code(template: &mut Value, place: &Place) -> Result<Option<String>, Failure> {
    let mut count = 0;
    for (name, resource) in template["Resources"].as_object_mut().into_iter().flatten() {
        if resource["Type"] != "AWS::Serverless::Function" {
            continue;
        }
        let uri = resource["Properties"]["CodeUri"].as_str().unwrap_or_default();
        let Some(code) = folder_of_code(uri).and_then(|function| locate(&place.code, function, uri)) else {
            return Err(Failure::new(format!("{name} has no function folder behind its CodeUri"))
                .remedy("CodeUri must be target/lambda/<folder>/bootstrap.zip of a folder in functions/"));
        };
        resource["Properties"]["CodeUri"] = code;
        count += 1;
    }
    Ok(match place.code {
        Code::Uploaded { .. } if count > 0 => {
            Some(format!("{count} functions run the binaries built for this machine"))
        }
        _ => None,
    })
}

fn locate(code: &Code, function: &str, uri: &str) -> Option<Value> {
    match code {
        Code::Uploaded { bucket, keys } => Some(json!({ "Bucket": bucket, "Key": keys.get(function)? })),
        Code::Packaged(root) => Some(root.join(uri).to_str()?.into()),
    }
}

pub(super) fn folder_of_code(code: &str) -> Option<&str> {
    code.trim_start_matches("./").strip_prefix("target/lambda/")?.split('/').next()
}

fn name_apis(template: &mut Value) -> Option<String> {
    let mut named = Vec::new();
    for resource in template["Resources"].as_object_mut().into_iter().flatten().map(|(_, resource)| resource) {
        let protocol = resource["Properties"]["ProtocolType"].as_str();
        let name = API_NAMES.into_iter().find(|(kind, name)| protocol == Some(*kind) && !named.contains(name));
        if let (true, Some((_, name))) = (resource["Type"] == "AWS::ApiGatewayV2::Api", name) {
            resource["Properties"]["Tags"]["ms-custom-id"] = name.into();
            named.push(name);
        }
    }
    (!named.is_empty()).then(|| format!("the APIs have the fixed ids {}", named.join(" and ")))
}

/// The emulator's functions are processes of this machine, under whose /opt nothing can be mounted.
fn replace_layers(template: &mut Value, model: &Path) -> Option<String> {
    let resources = template["Resources"].as_object_mut()?;
    resources.retain(|_, resource| resource["Type"] != "AWS::Serverless::LayerVersion");
    for resource in resources.values_mut() {
        if let Some(properties) = resource["Properties"].as_object_mut() {
            properties.remove("Layers");
        }
    }
    let told = tell(template, MODEL_FOLDER, &model.to_string_lossy());
    let note = format!("layers are not mounted: {MODEL_FOLDER} is {} in {told} functions", model.display());
    (told > 0).then_some(note)
}

/// The nested stack with the cache is dropped; what stands in for it needs no VPC.
fn point_to_cache(template: &mut Value, url: Option<&str>) -> Option<String> {
    let told = tell(template, CACHE_URL, url.unwrap_or_default());
    let note = match url {
        Some(url) => format!("the cache of {told} functions is a redis-server at {url}, whatever CacheEnabled says"),
        None => format!("{told} functions have no cache but their own memory"),
    };
    (told > 0).then_some(note)
}

/// Changes a variable of those functions that have it, and counts them.
fn tell(template: &mut Value, variable: &str, value: &str) -> usize {
    let mut told = 0;
    for (_, resource) in template["Resources"].as_object_mut().into_iter().flatten() {
        if let Some(place) = resource.pointer_mut(&format!("/Properties/Environment/Variables/{variable}")) {
            *place = value.into();
            told += 1;
        }
    }
    told
}

/// Adds `included` to every statement that permits `action`.
fn spell_out(template: &mut Value, action: &str, included: &str) -> usize {
    change_statements(template, &mut |statement| {
        let permitted = permits(statement, action);
        if permitted {
            let mut actions = list_of(&statement["Action"]);
            actions.push(included.into());
            statement["Action"] = actions.into();
        }
        permitted
    })
}

/// The emulator decides about mail without knowing the sender: on every resource and with none of the condition's keys.
fn widen_mail(template: &mut Value) -> usize {
    change_statements(template, &mut |statement| {
        let permitted = permits(statement, "ses:SendEmail");
        if permitted {
            statement["Resource"] = "*".into();
            statement["Condition"] = json!({});
        }
        permitted
    })
}

/// Resource policies lose their TLS statement, and those that say nothing else go.
fn drop_tls_demands(template: &mut Value) -> usize {
    let mut count = 0;
    let Some(resources) = template["Resources"].as_object_mut() else { return count };
    resources.retain(|_, resource| {
        let Some(statements) =
            resource.pointer_mut("/Properties/PolicyDocument/Statement").and_then(Value::as_array_mut)
        else {
            return true;
        };
        let before = statements.len();
        statements.retain(|statement| statement["Condition"]["Bool"].get("aws:SecureTransport").is_none());
        count += before - statements.len();
        !statements.is_empty()
    });
    count
}

fn permits(statement: &Value, action: &str) -> bool {
    list_of(&statement["Action"]).iter().any(|permitted| permitted == action)
}

/// Changes policy statements wherever they stand and counts those that `change` says it changed.
fn change_statements(value: &mut Value, change: &mut impl FnMut(&mut Value) -> bool) -> usize {
    if value.get("Effect").is_some() && value.get("Action").is_some() {
        return usize::from(change(value));
    }
    match value {
        Value::Array(items) => items.iter_mut().map(|item| change_statements(item, change)).sum(),
        Value::Object(entries) => entries.values_mut().map(|item| change_statements(item, change)).sum(),
        _ => 0,
    }
}

#[cfg(test)]
#[path = "adapt_tests.rs"]
mod tests;

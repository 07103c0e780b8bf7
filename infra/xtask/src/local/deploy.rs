//! Puts a template and its code into the emulator and reports what became of it.

use std::collections::BTreeMap;
use std::thread::sleep;
use std::time::{Duration, Instant};

use roxmltree::{Document, Node};
use serde_json::Value;

use super::client::Client;
use crate::build::FunctionZip;
use crate::failure::{Explain, Failure};

/// What samconfig.toml calls the stack that `sam deploy` makes when nothing else is said.
pub(super) const STACK: &str = "collabmatch-dev";
pub(super) const CODE_BUCKET: &str = "collabmatch-local-code";
const VERSION: &str = "2010-05-15";
const DEPLOY_LIMIT: Duration = Duration::from_mins(3);

#[derive(Debug, Default)]
pub(super) struct Deployed {
    pub outputs: BTreeMap<String, String>,
    /// Physical ids by logical id.
    pub ids: BTreeMap<String, String>,
}

pub(super) fn code_key(zip: &FunctionZip) -> String {
    format!("functions/{}-{}.zip", zip.name, zip.digest)
}

pub(super) fn upload_code(client: &Client, zips: &[FunctionZip]) -> Result<(), Failure> {
    client.create_bucket(CODE_BUCKET)?;
    for zip in zips {
        let bytes = std::fs::read(&zip.zip).explain(|| format!("cannot read {}", zip.zip.display()))?;
        client.put_object(CODE_BUCKET, &code_key(zip), bytes)?;
    }
    Ok(())
}

pub(super) fn deploy(client: &Client, template: &Value, parameters: &[(String, String)]) -> Result<Deployed, Failure> {
    // Templates over 50 KB are only taken from S3.
    client.put_object(CODE_BUCKET, "template.json", template.to_string().into_bytes())?;
    let mut request = stack_named(STACK);
    request.push(("TemplateURL".to_owned(), format!("{}/{CODE_BUCKET}/template.json", client.endpoint())));
    for (position, capability) in
        ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"].iter().enumerate()
    {
        request.push((format!("Capabilities.member.{}", position + 1), (*capability).to_owned()));
    }
    for (position, (name, value)) in parameters.iter().enumerate() {
        let prefix = format!("Parameters.member.{}", position + 1);
        request.push((format!("{prefix}.ParameterKey"), name.clone()));
        request.push((format!("{prefix}.ParameterValue"), value.clone()));
    }
    client.query("cloudformation", VERSION, "CreateStack", &request).map_err(|failure| refused(&failure))?;
    completed(client)
}

/// Waits for the stack and reads what it made.
pub(super) fn completed(client: &Client) -> Result<Deployed, Failure> {
    let outputs = wait_until_complete(client)?;
    Ok(Deployed { outputs, ids: physical_ids(client)? })
}

fn stack_named(name: &str) -> Vec<(String, String)> {
    vec![("StackName".to_owned(), name.to_owned())]
}

fn refused(failure: &Failure) -> Failure {
    Failure::new("the local AWS refused the template").evidence(failure.to_string()).remedy(
        "correct template.yaml; a resource type the emulator lacks is adapted in infra/xtask/src/local/adapt.rs",
    )
}

fn wait_until_complete(client: &Client) -> Result<BTreeMap<String, String>, Failure> {
    let deadline = Instant::now() + DEPLOY_LIMIT;
    loop {
        let answer = client.query("cloudformation", VERSION, "DescribeStacks", &stack_named(STACK))?;
        let document = parse(&answer)?;
        match text_of(document.root(), "StackStatus").unwrap_or_default() {
            "CREATE_COMPLETE" => return Ok(pairs(&document, "OutputKey", "OutputValue")),
            "CREATE_IN_PROGRESS" if Instant::now() < deadline => sleep(Duration::from_millis(50)),
            status => return Err(failed(client, status)),
        }
    }
}

/// The reasons stand in the events of the resources, not in the stack's own state.
fn failed(client: &Client, status: &str) -> Failure {
    let events =
        client.query("cloudformation", VERSION, "DescribeStackEvents", &stack_named(STACK)).unwrap_or_default();
    let reasons = parse(&events).map(|document| failed_events(&document)).unwrap_or_default();
    Failure::new(format!("the stack ended in {status}"))
        .evidence(reasons.join("\n"))
        .remedy("correct these resources in template.yaml and run again")
}

fn failed_events(document: &Document<'_>) -> Vec<String> {
    let mut reasons: Vec<String> = elements(document, "StackEvents")
        .flat_map(|list| list.children().filter(Node::is_element))
        .filter(|event| text_of(*event, "ResourceStatus").is_some_and(|status| status.ends_with("FAILED")))
        .map(|event| {
            let part = |name| text_of(event, name).unwrap_or("?");
            let (id, kind, reason) = (part("LogicalResourceId"), part("ResourceType"), part("ResourceStatusReason"));
            format!("{id} ({kind}): {reason}")
        })
        .collect();
    // Events come newest first; the first failure is the cause of the others.
    reasons.reverse();
    reasons
}

fn physical_ids(client: &Client) -> Result<BTreeMap<String, String>, Failure> {
    let answer = client.query("cloudformation", VERSION, "DescribeStackResources", &stack_named(STACK))?;
    Ok(pairs(&parse(&answer)?, "LogicalResourceId", "PhysicalResourceId"))
}

fn parse(answer: &str) -> Result<Document<'_>, Failure> {
    Document::parse(answer).explain(|| "CloudFormation answered no XML".to_owned())
}

fn elements<'d>(document: &'d Document<'d>, name: &'d str) -> impl Iterator<Item = Node<'d, 'd>> {
    document.descendants().filter(move |node| node.has_tag_name_anywhere(name))
}

fn text_of<'d>(node: Node<'d, '_>, name: &str) -> Option<&'d str> {
    node.descendants().find(|child| child.has_tag_name_anywhere(name))?.text()
}

/// Pairs of sibling elements, such as an output's key and value.
fn pairs(document: &Document<'_>, key: &str, value: &str) -> BTreeMap<String, String> {
    elements(document, key)
        .filter_map(|node| {
            let owner = node.parent()?;
            Some((node.text()?.to_owned(), text_of(owner, value)?.to_owned()))
        })
        .collect()
}

trait TagName {
    fn has_tag_name_anywhere(&self, name: &str) -> bool;
}

impl TagName for Node<'_, '_> {
    /// Compares the local name only: answers carry a namespace per service version.
    fn has_tag_name_anywhere(&self, name: &str) -> bool {
        self.is_element() && self.tag_name().name() == name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failed_resources_are_listed_oldest_first() {
        let answer = "<R xmlns='x'><StackEvents>\
            <member><LogicalResourceId>B</LogicalResourceId><ResourceType>T2</ResourceType>\
            <ResourceStatus>CREATE_FAILED</ResourceStatus><ResourceStatusReason>cancelled</ResourceStatusReason></member>\
            <member><LogicalResourceId>A</LogicalResourceId><ResourceType>T1</ResourceType>\
            <ResourceStatus>CREATE_FAILED</ResourceStatus><ResourceStatusReason>bad name</ResourceStatusReason></member>\
            <member><LogicalResourceId>C</LogicalResourceId><ResourceType>T3</ResourceType>\
            <ResourceStatus>CREATE_COMPLETE</ResourceStatus></member></StackEvents></R>";
        let document = Document::parse(answer).unwrap();
        assert_eq!(failed_events(&document), ["A (T1): bad name", "B (T2): cancelled"]);
    }

    #[test]
    fn outputs_are_pairs() {
        let answer =
            "<R xmlns='x'><Outputs><member><OutputKey>K</OutputKey><OutputValue>V</OutputValue></member></Outputs></R>";
        let outputs = pairs(&Document::parse(answer).unwrap(), "OutputKey", "OutputValue");
        assert_eq!(outputs, BTreeMap::from([("K".to_owned(), "V".to_owned())]));
    }
}

//! The size of what `CloudFormation` gets to see.

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use xtask::Progress;
use xtask::tools::{LOCAL, Tools};

use super::Rule;
use super::template::Template;

/// `CloudFormation` takes 500 resources, and a template that is full cannot be changed at all.
const MAX_RESOURCES: usize = 400;

/// What SAM makes of a template, with the translator that AWS publishes.
const TRANSFORM: &str = "
import json, os, sys
os.environ.setdefault('AWS_DEFAULT_REGION', 'us-east-1')
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
template = json.load(sys.stdin)
print(json.dumps(Translator({}, Parser()).translate(template, {})))
";

const SMALL: Rule = Rule {
    text: "The processed template has fewer than 400 resources",
    why: "CloudFormation refuses more than 500; moving resources to a nested stack replaces them, data included",
    remedy: "nest a part that holds no data, before the limit forces you to",
};

fn process(template: &Template) -> Value {
    let python = Tools::ensure(&LOCAL, Progress::default()).unwrap().python();
    let mut transform = Command::new(python)
        .args(["-c", TRANSFORM])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("Python starts");
    let text = with_published_code(template).0.to_string();
    transform.stdin.take().expect("a pipe").write_all(text.as_bytes()).expect("Python reads");
    let output = transform.wait_with_output().expect("Python ends");
    assert!(output.status.success(), "the SAM transform failed: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("the translator writes JSON")
}

/// `sam package` replaces the paths of code by places in S3; the translator takes nothing else.
fn with_published_code(template: &Template) -> Template {
    template.with(|resources| {
        for resource in resources.values_mut() {
            match resource["Type"].as_str() {
                Some("AWS::Serverless::Function") => {
                    resource["Properties"]["CodeUri"] = json!("s3://code/bootstrap.zip");
                }
                Some("AWS::Serverless::LayerVersion") => {
                    resource["Properties"]["ContentUri"] = json!("s3://code/layer.zip");
                }
                _ => {}
            }
        }
    })
}

fn oversize(processed: &Value) -> Vec<String> {
    let count = processed["Resources"].as_object().map_or(0, serde_json::Map::len);
    if count < MAX_RESOURCES { Vec::new() } else { vec![format!("there are {count} resources")] }
}

#[test]
fn the_processed_template_is_small() {
    let template = Template::read();
    let processed = process(&template);
    let written = template.resources().count();
    let made = processed["Resources"].as_object().map_or(0, serde_json::Map::len);
    assert!(made > written, "SAM adds at least a role to each function: {made} of {written}");
    SMALL.holds(&oversize(&processed));
}

#[test]
fn a_full_template_is_caught() {
    let resources = |count: usize| json!({ "Resources": (0..count).map(|n| (n.to_string(), json!({}))).collect::<serde_json::Map<_, _>>() });
    assert!(oversize(&resources(399)).is_empty());
    assert_eq!(oversize(&resources(400)), ["there are 400 resources"]);
}

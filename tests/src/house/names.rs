//! One name per function: folder, package, binary, resource, event files and README row.

use serde_json::{Value, json};
use xtask::workspace;

use super::Rule;
use super::sources;
use super::template::Template;

const ONE_NAME: Rule = Rule {
    text: "A function has one name: folder = package = binary = <Name>Function in the template = events/<name>.*.json = a README row",
    why: "whoever sees it in a log, an alarm or a bill finds its code without asking",
    remedy: "rename what differs; write a payload for `cargo lambda invoke`; add the row to the table in README.md",
};

/// Where names are found.
struct Names<'a> {
    folders: &'a [String],
    metadata: &'a Value,
    template: &'a Template,
    paths: &'a [String],
    readme: &'a str,
}

impl Names<'_> {
    fn offences(&self) -> Vec<String> {
        let mut offences: Vec<_> = self.folders.iter().flat_map(|folder| self.of_folder(folder)).collect();
        let ids: Vec<_> = self.folders.iter().map(|folder| logical_id(folder)).collect();
        for function in self.template.functions() {
            if !ids.iter().any(|id| id == function.id) {
                offences.push(format!("{} of the template has no folder", function.id));
            }
        }
        for path in self.paths {
            let Some(file) = path.strip_prefix("events/") else { continue };
            if !self.folders.iter().any(|folder| is_event_of(file, folder)) {
                offences.push(format!("{path} is no <function>.<case>.json"));
            }
        }
        offences
    }

    fn of_folder(&self, folder: &str) -> Vec<String> {
        let mut offences = Vec::new();
        let package = self.package(folder);
        if package["name"] != folder {
            offences.push(format!("the package in functions/{folder} is called {}", package["name"]));
        }
        let targets = package["targets"].as_array().into_iter().flatten();
        let binaries: Vec<_> =
            targets.filter(|target| target["kind"] == json!(["bin"])).map(|bin| &bin["name"]).collect();
        if binaries != [folder] {
            offences.push(format!("functions/{folder} builds the binaries {binaries:?}"));
        }
        offences.extend(self.resource_offences(folder));
        if !self.paths.iter().any(|path| path.strip_prefix("events/").is_some_and(|file| is_event_of(file, folder))) {
            offences.push(format!("there is no events/{folder}.<case>.json"));
        }
        if !self.readme.lines().any(|line| line.contains(&format!("| `{folder}` |"))) {
            offences.push(format!("README.md has no row | `{folder}` | …"));
        }
        offences
    }

    fn package(&self, folder: &str) -> &Value {
        let manifest = format!("/functions/{folder}/Cargo.toml");
        let mut packages = self.metadata["packages"].as_array().into_iter().flatten();
        let is_it = |package: &&Value| package["manifest_path"].as_str().is_some_and(|path| path.ends_with(&manifest));
        packages.find(is_it).unwrap_or(&Value::Null)
    }

    fn resource_offences(&self, folder: &str) -> Vec<String> {
        let id = logical_id(folder);
        let Some(function) = self.template.get(&id) else { return vec![format!("the template has no {id}")] };
        let expected = [
            ("FunctionName", json!({ "Fn::Sub": format!("${{AWS::StackName}}-{folder}") })),
            ("CodeUri", json!(format!("target/lambda/{folder}/bootstrap.zip"))),
        ];
        let differs = expected.iter().filter(|(property, value)| function.properties[*property] != *value);
        differs.map(|(property, value)| format!("{id}: {property} should be {value}")).collect()
    }
}

/// `chat-send` is `ChatSendFunction`.
pub(super) fn logical_id(folder: &str) -> String {
    let words = folder.split('-').map(|word| format!("{}{}", word[..1].to_uppercase(), &word[1..]));
    words.chain(["Function".to_owned()]).collect()
}

fn is_event_of(file: &str, folder: &str) -> bool {
    let case =
        file.strip_prefix(folder).and_then(|rest| rest.strip_prefix('.')).and_then(|rest| rest.strip_suffix(".json"));
    case.is_some_and(|case| !case.is_empty() && !case.contains('.'))
}

#[test]
fn a_function_has_one_name() {
    let readme = std::fs::read_to_string(workspace::root().join("README.md")).unwrap_or_default();
    let (folders, paths) = (workspace::functions().unwrap(), sources::paths());
    let metadata = workspace::metadata(&["--no-deps"]).unwrap();
    let names =
        Names { folders: &folders, metadata: &metadata, template: &Template::read(), paths: &paths, readme: &readme };
    ONE_NAME.holds(&names.offences());
}

/// A repository with one function, `chat-send`, in which one thing at a time is wrong.
#[test]
fn a_second_name_is_caught() {
    let resource = |id: &str, name: &str, code: &str| {
        let properties = json!({ "FunctionName": { "Fn::Sub": name }, "CodeUri": code });
        Template(json!({ "Resources": { id: { "Type": "AWS::Serverless::Function", "Properties": properties } } }))
    };
    let package = |name: &str, binary: &str| {
        let targets = json!([{ "kind": ["lib"], "name": "chat_send" }, { "kind": ["bin"], "name": binary }]);
        json!({ "packages": [{ "name": name, "manifest_path": "/x/functions/chat-send/Cargo.toml", "targets": targets }] })
    };
    let (name, code) = ("${AWS::StackName}-chat-send", "target/lambda/chat-send/bootstrap.zip");
    let good = (package("chat-send", "chat-send"), resource("ChatSendFunction", name, code));
    let (event, row) = ("events/chat-send.good.json", "| `chat-send` | … |");
    let offences = |metadata: &Value, template: &Template, path: &str, readme: &str| {
        let (folders, paths) = (["chat-send".to_owned()], [path.to_owned()]);
        Names { folders: &folders, metadata, template, paths: &paths, readme }.offences().len()
    };
    assert_eq!(offences(&good.0, &good.1, event, row), 0);
    assert_eq!(offences(&package("chat_send", "chat-send"), &good.1, event, row), 1);
    assert_eq!(offences(&package("chat-send", "bootstrap"), &good.1, event, row), 1);
    assert_eq!(offences(&good.0, &resource("ChatSendFunction", "sender", code), event, row), 1);
    assert_eq!(
        offences(&good.0, &resource("ChatSendFunction", name, "target/lambda/chat/bootstrap.zip"), event, row),
        1
    );
    // No resource for the folder, and no folder for the resource.
    assert_eq!(offences(&good.0, &resource("SendFunction", name, code), event, row), 2);
    // No event of the function, and an event of no function.
    assert_eq!(offences(&good.0, &good.1, "events/chat.good.json", row), 2);
    assert_eq!(offences(&good.0, &good.1, event, "chat-send"), 1);
}

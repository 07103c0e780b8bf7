//! `template.yaml` as the rules read it: short tags in their long form, resources by type, references by name.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex_lite::Regex;
use serde_json::{Map, Value, json};
use xtask::workspace;

#[derive(Clone)]
pub(crate) struct Template(pub(crate) Value);

/// A resource with its logical id.
#[derive(Clone, Copy)]
pub(crate) struct Resource<'t> {
    pub(crate) id: &'t str,
    pub(crate) kind: &'t str,
    pub(crate) properties: &'t Value,
}

impl Template {
    pub(crate) fn read() -> Self {
        Self::read_from("template.yaml")
    }

    pub(crate) fn read_from(path: &str) -> Self {
        Self(xtask::local::read_template(&workspace::root().join(path)).unwrap())
    }

    fn all(&self) -> &Map<String, Value> {
        self.0["Resources"].as_object().expect("a template has resources")
    }

    pub(crate) fn resources(&self) -> impl Iterator<Item = Resource<'_>> {
        self.all().iter().map(|(id, value)| Resource {
            id,
            kind: value["Type"].as_str().unwrap_or_default(),
            properties: &value["Properties"],
        })
    }

    pub(crate) fn of_type(&self, kind: &'static str) -> Vec<Resource<'_>> {
        self.resources().filter(|resource| resource.kind == kind).collect()
    }

    pub(crate) fn get(&self, id: &str) -> Option<Resource<'_>> {
        self.resources().find(|resource| resource.id == id)
    }

    /// Whether a resource stays when the stack that made it goes.
    pub(crate) fn retains(&self, id: &str) -> bool {
        ["DeletionPolicy", "UpdateReplacePolicy"].iter().all(|policy| self.all()[id][policy] == "Retain")
    }

    pub(crate) fn functions(&self) -> Vec<Resource<'_>> {
        self.of_type("AWS::Serverless::Function")
    }

    /// The routes of the APIs that speak this protocol.
    pub(crate) fn routes(&self, protocol: &str) -> Vec<Resource<'_>> {
        let apis = self.of_type("AWS::ApiGatewayV2::Api").into_iter();
        let apis: Vec<_> = apis.filter(|api| api.properties["ProtocolType"] == protocol).map(|api| api.id).collect();
        let routes = self.of_type("AWS::ApiGatewayV2::Route").into_iter();
        routes
            .filter(|route| route.properties["ApiId"]["Ref"].as_str().is_some_and(|api| apis.contains(&api)))
            .collect()
    }

    /// The function behind a route, by its logical id.
    pub(crate) fn function_behind(&self, route: Resource<'_>) -> Option<&str> {
        let integration = references(&route.properties["Target"]).into_iter().find_map(|id| self.get(&id))?;
        let target = references(&integration.properties["IntegrationUri"]);
        self.functions().into_iter().map(|function| function.id).find(|id| target.contains(*id))
    }

    /// Seconds after which Lambda ends an invocation.
    pub(crate) fn timeout(&self, function: Resource<'_>) -> u64 {
        let own = function.properties["Timeout"].as_u64();
        own.or_else(|| self.0["Globals"]["Function"]["Timeout"].as_u64()).unwrap_or(3)
    }

    /// Changes a copy, so that a rule can be seen to fail.
    pub(crate) fn with(&self, change: impl FnOnce(&mut Map<String, Value>)) -> Self {
        let mut copy = self.clone();
        change(copy.0["Resources"].as_object_mut().expect("a template has resources"));
        copy
    }

    /// A copy whose resource has this property set, or removed if the value is null.
    pub(crate) fn with_property(&self, id: &str, property: &str, value: &Value) -> Self {
        self.with(|resources| {
            let resource = resources.get_mut(id).unwrap_or_else(|| panic!("the template has no {id} any more"));
            let properties = resource["Properties"].as_object_mut().expect("a resource has properties");
            match value {
                Value::Null => drop(properties.remove(property).expect("the property was there")),
                value => drop(properties.insert(property.to_owned(), value.clone())),
            }
        })
    }

    pub(crate) fn without(&self, id: &str) -> Self {
        self.with(|resources| drop(resources.remove(id).expect("the resource was there")))
    }
}

/// The names of resources and parameters that a value refers to, wherever in it.
pub(crate) fn references(value: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    collect(value, &mut found);
    found.retain(|name| !name.starts_with("AWS::"));
    found
}

fn collect(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        Value::Object(entries) => {
            for (name, inner) in entries {
                match (name.as_str(), inner) {
                    ("Ref", Value::String(id)) => drop(found.insert(id.clone())),
                    ("Fn::GetAtt", Value::Array(path)) => {
                        found.extend(path.first().and_then(Value::as_str).map(str::to_owned));
                    }
                    ("Fn::Sub", Value::String(text)) => found.extend(substituted(text)),
                    (_, inner) => collect(inner, found),
                }
            }
        }
        _ => {}
    }
}

/// `${Name}` and `${Name.Attribute}` in a text.
fn substituted(text: &str) -> Vec<String> {
    static VARIABLE: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"\$\{([A-Za-z0-9:]+)(\.[A-Za-z0-9.]+)?\}").unwrap());
    VARIABLE.captures_iter(text).map(|found| found[1].to_owned()).collect()
}

/// The attribute of a resource that a value asks for, as in `!GetAtt Table.StreamArn`.
pub(crate) fn attribute(value: &Value) -> Option<(&str, &str)> {
    let path = value["Fn::GetAtt"].as_array()?;
    Some((path.first()?.as_str()?, path.get(1)?.as_str()?))
}

/// One or several texts: policies write lists of one as a plain text.
pub(crate) fn one_or_many(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(items) => items.iter().collect(),
        Value::Null => Vec::new(),
        one => vec![one],
    }
}

/// A statement, also if it is there under a condition only.
pub(crate) fn bare(statement: &Value) -> &Value {
    statement.pointer("/Fn::If/1").unwrap_or(statement)
}

/// The statements of a function or a role, those under a condition included.
pub(crate) fn statements(properties: &Value) -> Vec<&Value> {
    let policies = one_or_many(&properties["Policies"]).into_iter();
    let documents =
        policies.map(|policy| if policy["PolicyDocument"].is_object() { &policy["PolicyDocument"] } else { policy });
    documents.flat_map(|document| one_or_many(&document["Statement"])).map(bare).collect()
}

pub(crate) fn actions(statement: &Value) -> Vec<&str> {
    one_or_many(&statement["Action"]).into_iter().filter_map(Value::as_str).collect()
}

/// How a function gets into the network of the cache, if there is one.
pub(crate) fn near_the_cache() -> Value {
    let inside = json!({
        "SecurityGroupIds": [{ "Fn::GetAtt": ["Network", "Outputs.FunctionSecurityGroupId"] }],
        "SubnetIds": { "Fn::Split": [",", { "Fn::GetAtt": ["Network", "Outputs.SubnetIds"] }] },
    });
    json!({ "Fn::If": ["HasCache", inside, { "Ref": "AWS::NoValue" }] })
}

pub(crate) fn url_of_the_cache() -> Value {
    json!({ "Fn::If": ["HasCache", { "Fn::GetAtt": ["Network", "Outputs.CacheUrl"] }, ""] })
}

//! The way from a URL to a function, and back.

use serde_json::{Value, json};

use super::Rule;
use super::template::{Resource, Template, references};

/// Their answer is whether the socket opens, and nothing.
const SILENT: [&str; 2] = ["$connect", "$disconnect"];

const ANSWERS: Rule = Rule {
    text: "A WebSocket route on which clients expect an answer has a RouteResponse and selects it",
    why: "without both, API Gateway drops what the function returns: the client waits for an ack that was given",
    remedy: "copy RouteResponseSelectionExpression of ChatSendSocketRoute and ChatSendSocketRouteResponse",
};

fn mute_routes(template: &Template) -> Vec<String> {
    let responses = template.of_type("AWS::ApiGatewayV2::RouteResponse");
    let mut offences = Vec::new();
    for Resource { id, properties, .. } in template.routes("WEBSOCKET") {
        if properties["RouteKey"].as_str().is_some_and(|key| SILENT.contains(&key)) {
            continue;
        }
        if !responses.iter().any(|response| response.properties["RouteId"]["Ref"] == id) {
            offences.push(format!("{id} has no RouteResponse"));
        }
        if properties["RouteResponseSelectionExpression"] != "$default" {
            offences.push(format!("{id} does not select its response"));
        }
    }
    offences
}

#[test]
fn sockets_are_answered() {
    let template = Template::read();
    assert!(template.routes("WEBSOCKET").len() > SILENT.len());
    ANSWERS.holds(&mute_routes(&template));
}

#[test]
fn a_mute_route_is_caught() {
    let template = Template::read();
    assert_eq!(
        mute_routes(&template.without("ChatSendSocketRouteResponse")),
        ["ChatSendSocketRoute has no RouteResponse"]
    );
    let unselected = template.with_property("SocketDefaultRoute", "RouteResponseSelectionExpression", &Value::Null);
    assert_eq!(mute_routes(&unselected), ["SocketDefaultRoute does not select its response"]);
}

const PERMITTED: Rule = Rule {
    text: "An integration leads to a function that its API may invoke, and a route to an integration of its own API",
    why: "the local AWS never checks this permission: only a deployment, or this rule, shows that it is missing",
    remedy: "copy AuthPermission, with the function and the API of the integration",
};

fn lost_ways(template: &Template) -> Vec<String> {
    let permissions = template.of_type("AWS::Lambda::Permission");
    let functions = template.functions();
    let mut offences = Vec::new();
    for Resource { id, properties, .. } in template.of_type("AWS::ApiGatewayV2::Integration") {
        let target = references(&properties["IntegrationUri"]);
        let function = functions.iter().find(|function| target.contains(function.id));
        let (Some(function), Some(api)) = (function, properties["ApiId"]["Ref"].as_str()) else {
            offences.push(format!("{id} leads from no API or to no function"));
            continue;
        };
        if !permissions.iter().any(|permission| permits(permission.properties, api, function.id)) {
            offences.push(format!("{id}: {api} may not invoke {}", function.id));
        }
    }
    for Resource { id, properties, .. } in template.of_type("AWS::ApiGatewayV2::Route") {
        let target = references(&properties["Target"]).into_iter().find_map(|target| template.get(&target));
        if target.is_none_or(|integration| integration.properties["ApiId"] != properties["ApiId"]) {
            offences.push(format!("{id} leads to no integration of its API"));
        }
    }
    offences
}

fn permits(permission: &Value, api: &str, function: &str) -> bool {
    permission["FunctionName"]["Ref"] == function
        && permission["Principal"] == "apigateway.amazonaws.com"
        && permission["Action"] == "lambda:InvokeFunction"
        && references(&permission["SourceArn"]).contains(api)
}

#[test]
fn apis_may_invoke_what_they_lead_to() {
    PERMITTED.holds(&lost_ways(&Template::read()));
}

#[test]
fn a_missing_permission_is_caught() {
    let template = Template::read();
    assert_eq!(
        lost_ways(&template.without("ChatSendSocketPermission")),
        ["ChatSendSocketIntegration: WebSocketApi may not invoke ChatSendFunction"]
    );
    let lost =
        template.with_property("ChatSendRoute", "Target", &json!({ "Fn::Sub": "integrations/${SocketIntegration}" }));
    assert_eq!(lost_ways(&lost), ["ChatSendRoute leads to no integration of its API"]);
}

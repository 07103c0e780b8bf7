//! What the adapter changes, and that it changes nothing else.

use serde_json::json;

use super::*;

fn place() -> Place {
    Place {
        authority: "127.0.0.1:4566".to_owned(),
        code: Code::Uploaded {
            bucket: "code".to_owned(),
            keys: BTreeMap::from([("chat-send".to_owned(), "functions/chat-send-1.zip".to_owned())]),
        },
        model: "/clone/target/model".into(),
        cache: Some("redis://127.0.0.1:7000".to_owned()),
    }
}

fn adapted(template: Value) -> Adapted {
    let scope = Scope::new(&template, "stack", &[]).unwrap();
    adapt(template, &scope, &place()).unwrap()
}

#[test]
fn unsupported_types_go_with_everything_that_refers_to_them() {
    let outcome = adapted(json!({
        "Parameters": {"CacheEnabled": {"Type": "String", "Default": "false"}},
        "Conditions": {"WithCache": {"Fn::Equals": [{"Ref": "CacheEnabled"}, "true"]}},
        "Resources": {
            "Network": {"Type": "AWS::CloudFormation::Stack", "Condition": "WithCache"},
            "Table": {
                "Type": "AWS::DynamoDB::Table",
                "DependsOn": ["Network", "Other"],
                "Properties": {
                    "Url": {"Fn::If": ["WithCache", {"Fn::GetAtt": ["Network", "Outputs.Url"]}, {"Ref": "AWS::NoValue"}]},
                    "Kept": {"Fn::If": ["WithCache", 1, 2]},
                    "Listed": [1, {"Fn::If": ["WithCache", {"Fn::GetAtt": ["Network", "Outputs.Url"]}, {"Ref": "AWS::NoValue"}]}],
                    "Choice": [{"Fn::If": ["WithCache", 1, {"Ref": "AWS::NoValue"}]}],
                },
            },
        },
        "Outputs": {"Url": {"Value": {"Fn::Sub": "${Network.Outputs.Url}/x"}}, "Name": {"Value": {"Ref": "Table"}}},
    }));
    assert_eq!(outcome.template["Resources"].as_object().unwrap().len(), 1);
    let table = &outcome.template["Resources"]["Table"];
    assert_eq!(table["DependsOn"], json!(["Other"]));
    assert_eq!(table["Properties"]["Url"], json!({"Ref": "AWS::NoValue"}));
    assert_eq!(table["Properties"]["Kept"], json!({"Fn::If": ["WithCache", 1, 2]}));
    assert_eq!(table["Properties"]["Listed"], json!([1]));
    assert_eq!(table["Properties"]["Choice"], json!([{"Fn::If": ["WithCache", 1, {"Ref": "AWS::NoValue"}]}]));
    assert_eq!(outcome.template["Outputs"], json!({"Name": {"Value": {"Ref": "Table"}}}));
    assert!(outcome.notes[0].contains("1 × AWS::CloudFormation::Stack (Network)"), "{:?}", outcome.notes);
}

#[test]
fn a_live_reference_to_a_dropped_resource_is_refused() {
    let template = json!({"Resources": {
        "Cache": {"Type": "AWS::ElastiCache::ServerlessCache"},
        "Table": {"Type": "AWS::DynamoDB::Table", "Properties": {"Url": {"Ref": "Cache"}}},
    }});
    let scope = Scope::new(&template, "stack", &[]).unwrap();
    let failure = adapt(template, &scope, &place()).unwrap_err();
    assert!(failure.message().starts_with("Table needs"), "{failure}");
}

#[test]
fn code_comes_from_the_local_bucket() {
    let outcome = adapted(json!({"Resources": {"ChatSendFunction": {
        "Type": "AWS::Serverless::Function",
        "Properties": {"CodeUri": "target/lambda/chat-send/bootstrap.zip"},
    }}}));
    let code = &outcome.template["Resources"]["ChatSendFunction"]["Properties"]["CodeUri"];
    assert_eq!(code, &json!({"Bucket": "code", "Key": "functions/chat-send-1.zip"}));
}

#[test]
fn packaged_code_stays_where_it_is() {
    let template = json!({"Resources": {"ChatSendFunction": {
        "Type": "AWS::Serverless::Function",
        "Properties": {"CodeUri": "target/lambda/chat-send/bootstrap.zip"},
    }}});
    let scope = Scope::new(&template, "stack", &[]).unwrap();
    let packaged = Place { code: Code::Packaged("/clone".into()), ..place() };
    let outcome = adapt(template, &scope, &packaged).unwrap();
    let code = &outcome.template["Resources"]["ChatSendFunction"]["Properties"]["CodeUri"];
    assert_eq!(code, "/clone/target/lambda/chat-send/bootstrap.zip");
}

#[test]
fn a_layer_becomes_a_folder_of_this_machine() {
    let outcome = adapted(json!({"Resources": {
        "ModelLayer": {"Type": "AWS::Serverless::LayerVersion", "Properties": {"ContentUri": "target/model"}},
        "ChatSendFunction": {"Type": "AWS::Serverless::Function", "Properties": {
            "CodeUri": "target/lambda/chat-send/bootstrap.zip", "Layers": [{"Ref": "ModelLayer"}],
            "Environment": {"Variables": {"APP_EMBEDDINGS_FOLDER": "/opt", "APP_LOG_LEVEL": "info"}},
        }},
    }}));
    let resources = &outcome.template["Resources"];
    assert!(resources.get("ModelLayer").is_none());
    let function = &resources["ChatSendFunction"]["Properties"];
    assert!(function.get("Layers").is_none());
    let told = json!({"APP_EMBEDDINGS_FOLDER": "/clone/target/model", "APP_LOG_LEVEL": "info"});
    assert_eq!(function["Environment"]["Variables"], told);
    assert!(outcome.notes.iter().any(|note| note.contains("APP_EMBEDDINGS_FOLDER is /clone/target/model")));
}

#[test]
fn functions_that_use_the_cache_are_told_of_the_local_one() {
    let function = json!({"Type": "AWS::Serverless::Function", "Properties": {
        "CodeUri": "target/lambda/chat-send/bootstrap.zip", "Environment": {"Variables": {"APP_CACHE_URL": ""}},
    }});
    let template = json!({"Resources": {"ChatSendFunction": function}});
    let with = adapted(template.clone());
    let url = |adapted: &Adapted| {
        adapted.template["Resources"]["ChatSendFunction"]["Properties"]["Environment"]["Variables"]["APP_CACHE_URL"]
            .clone()
    };
    assert_eq!(url(&with), "redis://127.0.0.1:7000");
    assert!(with.notes.iter().any(|note| note.contains("redis-server at redis://127.0.0.1:7000")), "{:?}", with.notes);

    let scope = Scope::new(&template, "stack", &[]).unwrap();
    let without = adapt(template, &scope, &Place { cache: None, ..place() }).unwrap();
    assert_eq!(url(&without), "");
}

#[test]
fn a_function_without_a_folder_is_refused() {
    let template = json!({"Resources": {"LostFunction": {
        "Type": "AWS::Serverless::Function",
        "Properties": {"CodeUri": "target/lambda/lost/bootstrap.zip"},
    }}});
    let scope = Scope::new(&template, "stack", &[]).unwrap();
    assert!(adapt(template, &scope, &place()).is_err());
}

#[test]
fn sending_includes_sending_batches() {
    let mut statements = json!([
        {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "a"},
        {"Effect": "Allow", "Action": ["sqs:SendMessage", "sqs:GetQueueUrl"]},
        {"Effect": "Allow", "Action": ["sqs:ReceiveMessage"]},
    ]);
    assert_eq!(spell_out(&mut statements, "sqs:SendMessage", "sqs:SendMessageBatch"), 2);
    assert_eq!(statements[0]["Action"], json!(["sqs:SendMessage", "sqs:SendMessageBatch"]));
    assert_eq!(statements[1]["Action"], json!(["sqs:SendMessage", "sqs:GetQueueUrl", "sqs:SendMessageBatch"]));
    assert_eq!(statements[2]["Action"], json!(["sqs:ReceiveMessage"]));
}

#[test]
fn policies_stop_demanding_tls() {
    let demand = json!({"Effect": "Deny", "Action": "s3:*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}});
    let other = json!({"Effect": "Allow", "Action": "s3:GetObject"});
    let mut template = json!({"Resources": {
        "Only": {"Type": "AWS::S3::BucketPolicy", "Properties": {"PolicyDocument": {"Statement": [demand]}}},
        "Both": {"Type": "AWS::S3::BucketPolicy", "Properties": {"PolicyDocument": {"Statement": [demand, other]}}},
        "Bucket": {"Type": "AWS::S3::Bucket"},
    }});
    assert_eq!(drop_tls_demands(&mut template), 2);
    assert!(template["Resources"].get("Only").is_none());
    assert_eq!(template["Resources"]["Both"]["Properties"]["PolicyDocument"]["Statement"], json!([other]));
    assert!(template["Resources"].get("Bucket").is_some());
}

//! The frame `chat.send` from an unknown connection, with everything left at its default.

use aws_sdk_dynamodb::types::AttributeValue;
use lambda_runtime::{Error, LambdaEvent, run, service_fn, tracing};
use serde_json::{Value, json};

#[tokio::main]
async fn main() -> Result<(), Error> {
    tracing::init_default_subscriber();
    let config = aws_config::load_from_env().await;
    let dynamo = aws_sdk_dynamodb::Client::new(&config);
    let _sockets = aws_sdk_apigatewaymanagement::Client::new(&config);
    run(service_fn(|event| send(&dynamo, event))).await
}

async fn send(dynamo: &aws_sdk_dynamodb::Client, event: LambdaEvent<Value>) -> Result<Value, Error> {
    let connection = event.payload["requestContext"]["connectionId"].as_str().unwrap_or_default();
    let found = dynamo
        .get_item()
        .table_name("realtime")
        .key("pk", AttributeValue::S(format!("CONN#{connection}")))
        .key("sk", AttributeValue::S("META".to_owned()))
        .send()
        .await?;
    let kind = if found.item().is_some() { "ack" } else { "error" };
    Ok(json!({"statusCode": 200, "body": json!({"v": 1, "type": kind}).to_string()}))
}

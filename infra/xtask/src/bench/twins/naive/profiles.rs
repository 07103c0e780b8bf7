//! `GET /v1/me` with a token of an unknown key, with everything left at its default.

use aws_sdk_dynamodb::types::AttributeValue;
use lambda_http::{Body, Error, Request, Response, run, service_fn, tracing};

#[tokio::main]
async fn main() -> Result<(), Error> {
    tracing::init_default_subscriber();
    let config = aws_config::load_from_env().await;
    let dynamo = aws_sdk_dynamodb::Client::new(&config);
    run(service_fn(|request| me(&dynamo, request))).await
}

async fn me(dynamo: &aws_sdk_dynamodb::Client, request: Request) -> Result<Response<Body>, Error> {
    if request.headers().get("authorization").is_none() {
        return Ok(Response::builder().status(401).body(Body::Empty)?);
    }
    let keys = dynamo
        .query()
        .table_name("ops")
        .key_condition_expression("pk = :pk")
        .expression_attribute_values(":pk", AttributeValue::S("KEYS#access".to_owned()))
        .send()
        .await?;
    let status = if keys.items().is_empty() { 401 } else { 200 };
    Ok(Response::builder().status(status).header("content-type", "application/json").body("{}".into())?)
}

//! `GET /health/ready` with everything left at its default.

use aws_sdk_dynamodb::types::AttributeValue;
use lambda_http::{Body, Error, Request, Response, run, service_fn, tracing};

#[tokio::main]
async fn main() -> Result<(), Error> {
    tracing::init_default_subscriber();
    let config = aws_config::load_from_env().await;
    let dynamo = aws_sdk_dynamodb::Client::new(&config);
    let storage = aws_sdk_s3::Client::new(&config);
    run(service_fn(|request| ready(&dynamo, &storage, request))).await
}

async fn ready(
    dynamo: &aws_sdk_dynamodb::Client,
    storage: &aws_sdk_s3::Client,
    _request: Request,
) -> Result<Response<Body>, Error> {
    dynamo
        .query()
        .table_name("ops")
        .key_condition_expression("pk = :pk")
        .expression_attribute_values(":pk", AttributeValue::S("KEYS#access".to_owned()))
        .send()
        .await?;
    storage.head_bucket().bucket("photos").send().await?;
    Ok(Response::builder().header("content-type", "application/json").body(r#"{"status":"ok"}"#.into())?)
}

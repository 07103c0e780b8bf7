//! What readiness asks: the database and the object store.

use async_trait::async_trait;

use super::aws::{Aws, failure};
use super::dynamo::DynamoKeys;
use crate::error::Result;
use crate::ports::keys::PublicKeys;
use crate::ports::probe::Probe;

/// Reads what every signed-in request depends on.
#[derive(Debug)]
pub struct DynamoProbe(DynamoKeys);

impl DynamoProbe {
    pub fn new(keys: DynamoKeys) -> Self {
        Self(keys)
    }
}

#[async_trait]
impl Probe for DynamoProbe {
    fn name(&self) -> &'static str {
        "dynamodb"
    }

    async fn check(&self) -> Result<()> {
        self.0.all().await.map(|_| ())
    }
}

#[derive(Debug)]
pub struct BucketProbe {
    client: aws_sdk_s3::Client,
    bucket: String,
}

impl BucketProbe {
    pub fn new(aws: &Aws, bucket: String) -> Self {
        Self { client: aws.storage(), bucket }
    }
}

#[async_trait]
impl Probe for BucketProbe {
    fn name(&self) -> &'static str {
        "s3"
    }

    async fn check(&self) -> Result<()> {
        self.client.head_bucket().bucket(&self.bucket).send().await.map_err(failure)?;
        Ok(())
    }
}

//! The ledger of erasures, as objects beside the backups: it outlives every table of its stack.

use async_trait::async_trait;
use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use serde_json::json;

use super::aws::{Aws, failure};
use crate::domain::erasure::{Erasure, ledger_key};
use crate::error::Result;
use crate::ports::erasures::ErasureLedger;

#[derive(Clone, Debug)]
pub struct S3Ledger {
    client: Client,
    bucket: String,
}

impl S3Ledger {
    pub fn new(aws: &Aws, bucket: String) -> Self {
        Self { client: aws.bulk_storage(), bucket }
    }
}

#[async_trait]
impl ErasureLedger for S3Ledger {
    async fn note(&self, erasure: &Erasure) -> Result<()> {
        let line = json!({ "user_id": erasure.user_id, "begun_at": erasure.begun_at }).to_string();
        let request = self.client.put_object().bucket(&self.bucket).key(ledger_key(erasure.user_id));
        let request = request.content_type("application/json").body(ByteStream::from(line.into_bytes()));
        request.send().await.map_err(failure)?;
        Ok(())
    }
}

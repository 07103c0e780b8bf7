//! Archives of people, as objects of a bucket of their own. They are stored in pieces, so that none has to fit into memory.

use std::time::{Duration, UNIX_EPOCH};

use async_trait::async_trait;
use aws_sdk_s3::Client;
use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};
use futures::future::try_join_all;

use super::aws::{Aws, failure};
use crate::domain::export::{Export, LINK_LIFETIME};
use crate::domain::id::UserId;
use crate::domain::time::Timestamp;
use crate::error::{Error, Result};
use crate::ports::exports::ExportShelf;

#[derive(Clone, Debug)]
pub struct S3Exports {
    client: Client,
    bucket: String,
}

impl S3Exports {
    pub fn new(aws: &Aws, bucket: String) -> Self {
        Self { client: aws.bulk_storage(), bucket }
    }
}

#[async_trait]
impl ExportShelf for S3Exports {
    async fn open(&self, export: &Export) -> Result<String> {
        let request = self.client.create_multipart_upload().bucket(&self.bucket).key(export.object());
        let answer = request.content_type("application/zip").send().await.map_err(failure)?;
        answer.upload_id.ok_or_else(|| Error::internal("an upload has no name"))
    }

    async fn add(&self, export: &Export, attempt: &str, number: i32, bytes: Vec<u8>) -> Result<String> {
        let request = self.client.upload_part().bucket(&self.bucket).key(export.object()).upload_id(attempt);
        let answer = request.part_number(number).body(ByteStream::from(bytes)).send().await.map_err(failure)?;
        answer.e_tag.ok_or_else(|| Error::internal("a piece has no tag"))
    }

    async fn close(&self, export: &Export, attempt: &str, tags: Vec<String>) -> Result<()> {
        let part = |(number, tag)| CompletedPart::builder().part_number(number).e_tag(tag).build();
        let parts = (1..).zip(tags).map(part).collect();
        let whole = CompletedMultipartUpload::builder().set_parts(Some(parts)).build();
        let request = self.client.complete_multipart_upload().bucket(&self.bucket).key(export.object());
        request.upload_id(attempt).multipart_upload(whole).send().await.map_err(failure)?;
        Ok(())
    }

    async fn link(&self, export: &Export, now: Timestamp) -> Result<String> {
        let from = UNIX_EPOCH + Duration::from_millis(now.unix_millis());
        let config = PresigningConfig::builder().start_time(from).expires_in(LINK_LIFETIME).build();
        let request = self.client.get_object().bucket(&self.bucket).key(export.object());
        let request = request.response_content_disposition("attachment; filename=\"collabmatch.zip\"");
        let signed = request.presigned(config.map_err(Error::internal)?).await.map_err(failure)?;
        Ok(signed.uri().to_owned())
    }

    async fn remove(&self, export: &Export) -> Result<()> {
        let request = self.client.delete_object().bucket(&self.bucket).key(export.object());
        request.send().await.map_err(failure)?;
        Ok(())
    }

    async fn remove_all(&self, user_id: UserId) -> Result<()> {
        let request = self.client.list_objects_v2().bucket(&self.bucket).prefix(Export::folder(user_id));
        let objects = request.send().await.map_err(failure)?.contents.unwrap_or_default();
        let removals = objects.into_iter().filter_map(|object| object.key).map(async |key| {
            self.client.delete_object().bucket(&self.bucket).key(key).send().await.map_err(failure)?;
            Ok::<_, Error>(())
        });
        try_join_all(removals).await?;
        Ok(())
    }
}

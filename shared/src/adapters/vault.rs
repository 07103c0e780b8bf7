//! Backups, as objects of a bucket.

use async_trait::async_trait;
use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{Delete, ObjectIdentifier};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::aws::{Aws, failure, has_held};
use crate::domain::backup::Stored;
use crate::domain::time::Timestamp;
use crate::error::{Error, Result};
use crate::ports::backups::{Vault, VaultCare};
use crate::ports::etag::ETag;

/// How many objects one call may delete.
const DELETES: usize = 1_000;

#[derive(Clone, Debug)]
pub struct S3Vault {
    client: Client,
    bucket: String,
}

impl S3Vault {
    pub fn new(aws: &Aws, bucket: String) -> Self {
        Self { client: aws.bulk_storage(), bucket }
    }
}

#[async_trait]
impl Vault for S3Vault {
    async fn read(&self, key: &str) -> Result<Option<(ETag, Vec<u8>)>> {
        let answer = self.client.get_object().bucket(&self.bucket).key(key).send().await;
        let object = match answer {
            Err(error) if error.code() == Some("NoSuchKey") => return Ok(None),
            answer => answer.map_err(failure)?,
        };
        let etag = object.e_tag.map(ETag).ok_or_else(|| Error::internal("an object has no tag"))?;
        let bytes = object.body.collect().await.map_err(Error::unavailable)?;
        Ok(Some((etag, bytes.to_vec())))
    }

    async fn put(&self, key: &str, bytes: Vec<u8>) -> Result<()> {
        let request = self.client.put_object().bucket(&self.bucket).key(key).content_type("application/gzip");
        request.body(ByteStream::from(bytes)).send().await.map_err(failure)?;
        Ok(())
    }

    /// After a lost answer the SDK asks again, and its own write stands in the way of that: what is there then decides.
    async fn write(&self, key: &str, bytes: Vec<u8>, seen: Option<&ETag>) -> Result<bool> {
        let request = self.client.put_object().bucket(&self.bucket).key(key).content_type("application/json");
        let request = match seen {
            Some(ETag(etag)) => request.if_match(etag),
            None => request.if_none_match("*"),
        };
        if has_held(request.body(ByteStream::from(bytes.clone())).send().await)? {
            return Ok(true);
        }
        Ok(self.read(key).await?.is_some_and(|(_, stored)| stored == bytes))
    }
}

#[async_trait]
impl VaultCare for S3Vault {
    async fn list(&self, prefix: &str) -> Result<Vec<Stored>> {
        let (mut found, mut page) = (Vec::new(), None);
        loop {
            let request = self.client.list_objects_v2().bucket(&self.bucket).prefix(prefix);
            let answer = request.set_continuation_token(page).send().await.map_err(failure)?;
            for object in answer.contents.unwrap_or_default() {
                let (Some(key), Some(modified)) = (object.key, object.last_modified) else {
                    return Err(Error::internal("an object has no name or no time"));
                };
                let millis = modified.to_millis().ok().and_then(|millis| u64::try_from(millis).ok()).unwrap_or(0);
                found.push(Stored { key, modified_at: Timestamp::from_unix_millis(millis) });
            }
            page = answer.next_continuation_token;
            if page.is_none() {
                return Ok(found);
            }
        }
    }

    async fn remove(&self, keys: &[String]) -> Result<()> {
        for some in keys.chunks(DELETES) {
            let named = some.iter().map(|key| ObjectIdentifier::builder().key(key).build());
            let named = named.collect::<std::result::Result<Vec<_>, _>>().map_err(Error::internal)?;
            let named = Delete::builder().set_objects(Some(named)).quiet(true).build().map_err(Error::internal)?;
            let answer = self.client.delete_objects().bucket(&self.bucket).delete(named).send().await;
            if let Some(refused) = answer.map_err(failure)?.errors.unwrap_or_default().first() {
                let code = refused.code().unwrap_or_default();
                return Err(Error::unavailable(format!("an object was not deleted: {code}")));
            }
        }
        Ok(())
    }
}

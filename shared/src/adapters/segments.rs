//! Segments of the candidate index, as objects of a bucket.

use async_trait::async_trait;
use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::aws::{Aws, failure, has_held};
use crate::domain::retrieval::{FORMAT, Segment, Shard};
use crate::error::{Error, Result};
use crate::ports::candidates::{Segments, StoredSegment};
use crate::ports::etag::ETag;

#[derive(Clone, Debug)]
pub struct S3Segments {
    client: Client,
    bucket: String,
}

impl S3Segments {
    pub fn new(aws: &Aws, bucket: String) -> Self {
        Self { client: aws.bulk_storage(), bucket }
    }

    async fn get(&self, shard: Shard, range: Option<String>) -> Result<Option<(ETag, Vec<u8>)>> {
        let answer = self.client.get_object().bucket(&self.bucket).key(key(shard)).set_range(range).send().await;
        let object = match answer {
            Err(error) if error.code() == Some("NoSuchKey") => return Ok(None),
            // An empty object has no first byte; it is there nevertheless.
            Err(error) if error.code() == Some("InvalidRange") => return Ok(Some((ETag(String::new()), Vec::new()))),
            answer => answer.map_err(failure)?,
        };
        let etag = etag(object.e_tag)?;
        let bytes = object.body.collect().await.map_err(Error::unavailable)?;
        Ok(Some((etag, bytes.to_vec())))
    }
}

fn prefix() -> String {
    format!("index/v{FORMAT}/")
}

fn key(shard: Shard) -> String {
    format!("{}{}.seg", prefix(), shard.path())
}

fn etag(value: Option<String>) -> Result<ETag> {
    value.map(ETag).ok_or_else(|| Error::internal("an object has no tag"))
}

/// An object that is none of ours is left alone.
fn shard_of(key: &str) -> Option<Shard> {
    Shard::parse(key.strip_prefix(&prefix())?.strip_suffix(".seg")?)
}

#[async_trait]
impl Segments for S3Segments {
    /// One page: there are at most 88 segments.
    async fn list(&self) -> Result<Vec<StoredSegment>> {
        let answer =
            self.client.list_objects_v2().bucket(&self.bucket).prefix(prefix()).send().await.map_err(failure)?;
        let objects = answer.contents.unwrap_or_default().into_iter();
        let stored = objects.filter_map(|object| Some((shard_of(object.key.as_deref()?)?, object)));
        let stored = stored.map(|(shard, object)| {
            let bytes = object.size.and_then(|size| u64::try_from(size).ok()).unwrap_or(0);
            Ok(StoredSegment { shard, etag: etag(object.e_tag)?, bytes })
        });
        stored.collect()
    }

    async fn read(&self, shard: Shard) -> Result<Option<(ETag, Vec<u8>)>> {
        self.get(shard, None).await
    }

    async fn read_start(&self, shard: Shard) -> Result<Option<Vec<u8>>> {
        let range = format!("bytes=0-{}", Segment::HEADER - 1);
        Ok(self.get(shard, Some(range)).await?.map(|(_, bytes)| bytes))
    }

    async fn write(&self, shard: Shard, bytes: Vec<u8>, seen: Option<&ETag>) -> Result<bool> {
        let request = self.client.put_object().bucket(&self.bucket).key(key(shard));
        let request = match seen {
            Some(ETag(etag)) => request.if_match(etag),
            None => request.if_none_match("*"),
        };
        has_held(request.content_type("application/octet-stream").body(ByteStream::from(bytes)).send().await)
    }

    async fn remove(&self, shard: Shard, ETag(seen): &ETag) -> Result<bool> {
        has_held(self.client.delete_object().bucket(&self.bucket).key(key(shard)).if_match(seen).send().await)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::profile::Field;
    use crate::domain::retrieval::Region;

    #[test]
    fn keys_are_read_back() {
        let shard = Shard { field: Field::Technology, region: Region::NorthAmerica };
        assert_eq!(key(shard), "index/v1/technology/north-america.seg");
        assert_eq!(shard_of(&key(shard)), Some(shard));
        for other in ["index/v1/technology.seg", "index/v2/technology/asia.seg", "index/v1/magic/asia.seg", "x"] {
            assert_eq!(shard_of(other), None, "{other}");
        }
    }
}

//! Photos, as objects of a bucket.
//!
//! What strangers upload lies under `quarantine/`, copies lie under `photos/`. Links and forms are signed here with the
//! function's own credentials, so that they grant what the function may do, on one object, for minutes. The SDK signs no
//! forms: see <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html>.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use aws_credential_types::Credentials;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_sdk_s3::Client;
use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::primitives::ByteStream;
use aws_sigv4::sign::v4::{calculate_signature, generate_signing_key};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures::future::try_join_all;
use serde_json::{Value, json};

use super::aws::{Aws, failure};
use crate::domain::id::UserId;
use crate::domain::photo::{FORM_LIFETIME, LINK_LIFETIME, MAX_BYTES, MediaType, PhotoKey, SIZES, Upload, link_start};
use crate::domain::time::Timestamp;
use crate::error::{Error, Result};
use crate::ports::photos::{Form, PhotoBin, PhotoCopies, PhotoDesk, PhotoLinks};

#[derive(Clone, Debug)]
pub struct S3Photos {
    client: Client,
    bucket: String,
    region: String,
    provider: Option<SharedCredentialsProvider>,
}

impl S3Photos {
    pub fn new(aws: &Aws, bucket: String) -> Self {
        let region = aws.region().map(|region| region.to_string()).unwrap_or_default();
        Self { client: aws.storage(), bucket, region, provider: aws.credentials() }
    }

    async fn credentials(&self) -> Result<Credentials> {
        let provider = self.provider.as_ref().ok_or_else(|| Error::internal("no credentials to sign with"))?;
        provider.provide_credentials().await.map_err(Error::unavailable)
    }

    async fn signed_url(&self, object: &str, from: Timestamp, lifetime: Duration) -> Result<String> {
        let config = PresigningConfig::builder().start_time(system_time(from)).expires_in(lifetime).build();
        let request = self.client.get_object().bucket(&self.bucket).key(object);
        let signed = request.presigned(config.map_err(Error::internal)?).await.map_err(failure)?;
        Ok(signed.uri().to_owned())
    }

    /// Where the bucket is, which the SDK knows for every partition and for the local AWS.
    async fn url(&self, now: Timestamp) -> Result<String> {
        const PLACE: &str = "x";
        let url = self.signed_url(PLACE, now, FORM_LIFETIME).await?;
        let address = url.split_once('?').and_then(|(address, _)| address.strip_suffix(PLACE));
        address.map(str::to_owned).ok_or_else(|| Error::internal("a signed URL without its object"))
    }

    /// What lies under a name; nothing if it is gone.
    async fn bytes(&self, object: String) -> Result<Option<Vec<u8>>> {
        let answer = self.client.get_object().bucket(&self.bucket).key(object).send().await;
        let object = match answer {
            Err(error) if error.code() == Some("NoSuchKey") => return Ok(None),
            answer => answer.map_err(failure)?,
        };
        let length = object.content_length.and_then(|length| u64::try_from(length).ok());
        if length.is_none_or(|length| length > MAX_BYTES) {
            return Err(Error::internal("a file is larger than any form allowed"));
        }
        let bytes = object.body.collect().await.map_err(Error::unavailable)?;
        Ok(Some(bytes.to_vec()))
    }

    async fn delete(&self, object: String) -> Result<()> {
        self.client.delete_object().bucket(&self.bucket).key(object).send().await.map_err(failure)?;
        Ok(())
    }
}

#[async_trait]
impl PhotoLinks for S3Photos {
    async fn form(&self, upload: &Upload, media_type: MediaType, now: Timestamp) -> Result<Form> {
        let credentials = self.credentials().await?;
        let expires_at = now + FORM_LIFETIME;
        let mut fields = fields(upload, media_type, &credentials, &self.region, now);
        let policy = STANDARD.encode(policy(&self.bucket, &fields, expires_at).to_string());
        let key = generate_signing_key(credentials.secret_access_key(), system_time(now), &self.region, "s3");
        fields.insert("x-amz-signature".to_owned(), calculate_signature(key, policy.as_bytes()));
        fields.insert("policy".to_owned(), policy);
        Ok(Form { url: self.url(now).await?, fields, expires_at })
    }

    async fn link(&self, key: &PhotoKey, size: u32, now: Timestamp) -> Result<String> {
        self.signed_url(&key.object(size), link_start(now), LINK_LIFETIME).await
    }
}

#[async_trait]
impl PhotoBin for S3Photos {
    async fn discard(&self, upload: &Upload) -> Result<()> {
        self.delete(upload.to_string()).await
    }

    async fn discard_all(&self, user_id: UserId) -> Result<()> {
        // A page has a thousand; nobody has as many forms a day.
        let request = self.client.list_objects_v2().bucket(&self.bucket).prefix(Upload::folder(user_id));
        let objects = request.send().await.map_err(failure)?.contents.unwrap_or_default();
        try_join_all(objects.into_iter().filter_map(|object| object.key).map(|object| self.delete(object))).await?;
        Ok(())
    }

    async fn withdraw(&self, key: &PhotoKey) -> Result<()> {
        try_join_all(SIZES.map(|size| self.delete(key.object(size)))).await?;
        Ok(())
    }
}

#[async_trait]
impl PhotoCopies for S3Photos {
    async fn copy(&self, key: &PhotoKey, size: u32) -> Result<Option<Vec<u8>>> {
        self.bytes(key.object(size)).await
    }
}

#[async_trait]
impl PhotoDesk for S3Photos {
    async fn read(&self, upload: &Upload) -> Result<Option<Vec<u8>>> {
        self.bytes(upload.to_string()).await
    }

    async fn publish(&self, key: &PhotoKey, size: u32, jpeg: Vec<u8>) -> Result<()> {
        let request = self.client.put_object().bucket(&self.bucket).key(key.object(size));
        let request = request.content_type("image/jpeg").cache_control("private, max-age=600, immutable");
        request.body(ByteStream::from(jpeg)).send().await.map_err(failure)?;
        Ok(())
    }
}

/// What stands in the form beside the policy and its signature.
fn fields(
    upload: &Upload,
    media_type: MediaType,
    credentials: &Credentials,
    region: &str,
    now: Timestamp,
) -> BTreeMap<String, String> {
    let time: String = now.to_string().chars().take(19).filter(char::is_ascii_alphanumeric).collect();
    let day: String = time.chars().take(8).collect();
    let credential = format!("{}/{day}/{region}/s3/aws4_request", credentials.access_key_id());
    let mut fields = BTreeMap::from([
        ("key".to_owned(), upload.to_string()),
        ("content-type".to_owned(), media_type.as_str().to_owned()),
        ("x-amz-algorithm".to_owned(), "AWS4-HMAC-SHA256".to_owned()),
        ("x-amz-credential".to_owned(), credential),
        ("x-amz-date".to_owned(), format!("{time}Z")),
    ]);
    // Without it, S3 does not know the credentials of a role.
    if let Some(token) = credentials.session_token() {
        fields.insert("x-amz-security-token".to_owned(), token.to_owned());
    }
    fields
}

/// What S3 holds the form to: every field exactly, and the length of the file.
fn policy(bucket: &str, fields: &BTreeMap<String, String>, expires_at: Timestamp) -> Value {
    let exactly = |(name, value): (&String, &String)| json!({ name.as_str(): value });
    let mut conditions: Vec<Value> = fields.iter().map(exactly).collect();
    conditions.push(json!({ "bucket": bucket }));
    conditions.push(json!(["content-length-range", 1, MAX_BYTES]));
    json!({ "expiration": expires_at.to_string(), "conditions": conditions })
}

fn system_time(time: Timestamp) -> SystemTime {
    UNIX_EPOCH + Duration::from_millis(time.unix_millis())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Vars;
    use crate::domain::id::{Id, PhotoId};

    const NOW: Timestamp = Timestamp::from_unix_seconds(1_764_153_296);

    fn photos(endpoint: &[(&str, &str)]) -> S3Photos {
        let known = [
            ("AWS_REGION", "eu-central-1"),
            ("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE"),
            ("AWS_SECRET_ACCESS_KEY", "secret"),
            ("AWS_SESSION_TOKEN", "token"),
        ];
        let vars: Vars = known.iter().chain(endpoint).map(|(name, value)| (*name, *value)).collect();
        S3Photos::new(&Aws::new(&vars), "bucket".to_owned())
    }

    fn upload() -> Upload {
        Upload { user_id: UserId::from_parts(NOW, [1; 10]), photo_id: PhotoId::from_parts(NOW, [2; 10]) }
    }

    #[tokio::test]
    async fn a_form_is_held_to_every_field_and_to_the_length() {
        let form = photos(&[]).form(&upload(), MediaType::Png, NOW).await.unwrap();
        assert_eq!(form.url, "https://bucket.s3.eu-central-1.amazonaws.com/");
        assert_eq!(form.expires_at.since(NOW), FORM_LIFETIME);
        assert_eq!(form.fields["x-amz-date"], "20251126T103456Z");
        assert_eq!(form.fields["x-amz-credential"], "AKIAEXAMPLE/20251126/eu-central-1/s3/aws4_request");
        let policy: Value = serde_json::from_slice(&STANDARD.decode(&form.fields["policy"]).unwrap()).unwrap();
        let conditions = policy["conditions"].as_array().unwrap();
        for (name, value) in
            form.fields.iter().filter(|(name, _)| !["policy", "x-amz-signature"].contains(&name.as_str()))
        {
            assert!(conditions.contains(&json!({ name.as_str(): value })), "{name} may be anything");
        }
        assert!(conditions.contains(&json!(["content-length-range", 1, 10_000_000])));
        assert!(conditions.contains(&json!({ "bucket": "bucket" })));
        assert!(conditions.contains(&json!({ "content-type": "image/png" })));
        assert!(conditions.contains(&json!({ "x-amz-security-token": "token" })));
        assert!(!format!("{form:?}").contains("secret\""));
    }

    /// The example of <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-post-example.html>.
    #[test]
    fn policies_are_signed_as_amazon_does() {
        let policy = "eyAiZXhwaXJhdGlvbiI6ICIyMDE1LTEyLTMwVDEyOjAwOjAwLjAwMFoiLA0KICAiY29uZGl0aW9ucyI6IFsNCiAgICB7ImJ1Y2tldCI6ICJzaWd2NGV4YW1wbGVidWNrZXQifSwNCiAgICBbInN0YXJ0cy13aXRoIiwgIiRrZXkiLCAidXNlci91c2VyMS8iXSwNCiAgICB7ImFjbCI6ICJwdWJsaWMtcmVhZCJ9LA0KICAgIHsic3VjY2Vzc19hY3Rpb25fcmVkaXJlY3QiOiAiaHR0cDovL3NpZ3Y0ZXhhbXBsZWJ1Y2tldC5zMy5hbWF6b25hd3MuY29tL3N1Y2Nlc3NmdWxfdXBsb2FkLmh0bWwifSwNCiAgICBbInN0YXJ0cy13aXRoIiwgIiRDb250ZW50LVR5cGUiLCAiaW1hZ2UvIl0sDQogICAgeyJ4LWFtei1tZXRhLXV1aWQiOiAiMTQzNjUxMjM2NTEyNzQifSwNCiAgICB7IngtYW16LXNlcnZlci1zaWRlLWVuY3J5cHRpb24iOiAiQUVTMjU2In0sDQogICAgWyJzdGFydHMtd2l0aCIsICIkeC1hbXotbWV0YS10YWciLCAiIl0sDQoNCiAgICB7IngtYW16LWNyZWRlbnRpYWwiOiAiQUtJQUlPU0ZPRE5ON0VYQU1QTEUvMjAxNTEyMjkvdXMtZWFzdC0xL3MzL2F3czRfcmVxdWVzdCJ9LA0KICAgIHsieC1hbXotYWxnb3JpdGhtIjogIkFXUzQtSE1BQy1TSEEyNTYifSwNCiAgICB7IngtYW16LWRhdGUiOiAiMjAxNTEyMjlUMDAwMDAwWiIgfQ0KICBdDQp9";
        let time = "2015-12-29T00:00:00Z".parse().unwrap();
        let key =
            generate_signing_key("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", system_time(time), "us-east-1", "s3");
        assert_eq!(
            calculate_signature(key, policy.as_bytes()),
            "8afdbf4008c03f22c2cd3cdb72e4afbb1f6a588f3255ac628749a66d7f09699e"
        );
    }

    #[tokio::test]
    async fn links_last_for_five_to_ten_minutes_and_stay_the_same_for_a_while() {
        let photos = photos(&[("AWS_ENDPOINT_URL", "http://127.0.0.1:4566")]);
        let key = PhotoKey::new([7; 16]);
        let start = Timestamp::from_unix_seconds(NOW.unix_seconds() / 300 * 300);
        let link = photos.link(&key, 480, start).await.unwrap();
        assert!(link.starts_with(&format!("http://127.0.0.1:4566/bucket/{}?", key.object(480))), "{link}");
        assert!(link.contains("X-Amz-Expires=600") && link.contains("X-Amz-Security-Token=token"), "{link}");
        assert_eq!(photos.link(&key, 480, start + Duration::from_secs(299)).await.unwrap(), link);
        assert_ne!(photos.link(&key, 480, start + Duration::from_mins(5)).await.unwrap(), link);
        let form = photos.form(&upload(), MediaType::Jpeg, NOW).await.unwrap();
        assert_eq!(form.url, "http://127.0.0.1:4566/bucket/");
    }
}

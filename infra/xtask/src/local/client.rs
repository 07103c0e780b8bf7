//! A client for the few AWS calls these commands make. Not the SDK: this crate must compile in seconds.

use std::time::Duration;

use serde_json::Value;
use ureq::http::{Request, Response};
use ureq::{Agent, Body};

use crate::failure::{Explain, Failure};

/// The account everything local lives in: the emulator finds HTTP APIs in its default account only.
pub const ACCOUNT: &str = "000000000000";
pub const REGION: &str = "us-east-1";

#[derive(Debug, Clone)]
pub struct Client {
    endpoint: String,
    agent: Agent,
}

impl Client {
    pub fn new(endpoint: impl Into<String>) -> Self {
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_mins(2)))
            .build()
            .new_agent();
        Self { endpoint: endpoint.into(), agent }
    }

    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// A service that speaks AWS JSON: the operation is named by a header.
    pub fn json(&self, service: &str, target: &str, body: &Value) -> Result<Value, Failure> {
        let request = Request::post(format!("{}/", self.endpoint))
            .header("Content-Type", "application/x-amz-json-1.0")
            .header("X-Amz-Target", target);
        parse(self.send(service, request, body.to_string().into_bytes(), target)?, target)
    }

    /// A service that speaks REST with JSON bodies: Lambda, API Gateway, SES.
    pub fn rest(&self, service: &str, method: &str, path: &str, body: Option<&Value>) -> Result<Value, Failure> {
        let what = format!("{method} {path}");
        let request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.endpoint))
            .header("Content-Type", "application/json");
        let bytes = body.map(Value::to_string).unwrap_or_default().into_bytes();
        parse(self.send(service, request, bytes, &what)?, &what)
    }

    /// A service that speaks the Query protocol, which answers in XML: `CloudFormation`.
    pub fn query(
        &self,
        service: &str,
        version: &str,
        action: &str,
        parameters: &[(String, String)],
    ) -> Result<String, Failure> {
        let mut form = format!("Action={action}&Version={version}");
        for (name, value) in parameters {
            form.extend(["&", &percent_encode(name), "=", &percent_encode(value)]);
        }
        let request =
            Request::post(format!("{}/", self.endpoint)).header("Content-Type", "application/x-www-form-urlencoded");
        self.send(service, request, form.into_bytes(), action)
    }

    pub fn create_bucket(&self, bucket: &str) -> Result<(), Failure> {
        let request = Request::put(format!("{}/{bucket}", self.endpoint));
        self.send("s3", request, Vec::new(), "CreateBucket").map(drop)
    }

    pub fn put_object(&self, bucket: &str, key: &str, bytes: Vec<u8>) -> Result<(), Failure> {
        let request = Request::put(format!("{}/{bucket}/{key}", self.endpoint));
        self.send("s3", request, bytes, "PutObject").map(drop)
    }

    /// Sets which browsers may read from a bucket's answers.
    pub fn put_cors(&self, bucket: &str, configuration: &str) -> Result<(), Failure> {
        let request = Request::put(format!("{}/{bucket}?cors", self.endpoint));
        self.send("s3", request, configuration.as_bytes().to_vec(), "PutBucketCors").map(drop)
    }

    /// The names of the first thousand objects below a prefix.
    pub fn object_names(&self, bucket: &str, prefix: &str) -> Result<Vec<String>, Failure> {
        let request = Request::get(format!("{}/{bucket}?list-type=2&prefix={prefix}", self.endpoint));
        let answer = self.send("s3", request, Vec::new(), "ListObjectsV2")?;
        let names = answer.split("<Key>").skip(1).filter_map(|rest| rest.split_once("</Key>"));
        Ok(names.map(|(name, _)| name.to_owned()).collect())
    }

    /// The bytes of an object.
    pub fn object(&self, bucket: &str, key: &str) -> Result<Vec<u8>, Failure> {
        let request = Request::get(format!("{}/{bucket}/{key}", self.endpoint));
        let mut response = self.response("s3", request, Vec::new(), "GetObject")?;
        response
            .body_mut()
            .with_config()
            .limit(256 * 1024 * 1024)
            .read_to_vec()
            .explain(|| format!("cannot read {key}"))
    }

    /// One of the emulator's own pages, which are no AWS calls.
    pub fn inspect(&self, path: &str) -> Result<Value, Failure> {
        let request = Request::get(format!("{}{path}", self.endpoint));
        parse(self.send("execute-api", request, Vec::new(), path)?, path)
    }

    /// Invokes a function and answers with its payload, or fails with what the function reported.
    pub fn invoke(&self, function: &str, payload: &Value) -> Result<Value, Failure> {
        let path = format!("{}/2015-03-31/functions/{function}/invocations", self.endpoint);
        let mut response = self.response("lambda", Request::post(path), payload.to_string().into_bytes(), "Invoke")?;
        let failed = response.headers().contains_key("x-amz-function-error");
        let text = response.body_mut().read_to_string().explain(|| format!("cannot read the answer of {function}"))?;
        if failed {
            return Err(Failure::new(format!("{function} failed")).evidence(text));
        }
        parse(text, "Invoke")
    }

    fn send(
        &self,
        service: &str,
        request: ureq::http::request::Builder,
        body: Vec<u8>,
        what: &str,
    ) -> Result<String, Failure> {
        let mut response = self.response(service, request, body, what)?;
        let text = response
            .body_mut()
            .with_config()
            .limit(256 * 1024 * 1024)
            .read_to_string()
            .explain(|| format!("cannot read the answer to {what}"))?;
        if response.status().is_success() {
            return Ok(text);
        }
        Err(Failure::new(format!("{what} answered {}", response.status().as_u16())).evidence(text))
    }

    fn response(
        &self,
        service: &str,
        request: ureq::http::request::Builder,
        body: Vec<u8>,
        what: &str,
    ) -> Result<Response<Body>, Failure> {
        let request = request
            .header("Authorization", root_authorization(service))
            .header("X-Amz-Date", "20260101T000000Z")
            .body(body)
            .explain(|| format!("cannot form {what}"))?;
        self.agent.run(request).explain(|| format!("cannot reach the local AWS at {} for {what}", self.endpoint))
    }
}

/// The emulator reads the account and the service from this header. A 12-digit key acts as that account's root, whose
/// signature it does not verify.
fn root_authorization(service: &str) -> String {
    format!(
        "AWS4-HMAC-SHA256 Credential={ACCOUNT}/20260101/{REGION}/{service}/aws4_request, \
         SignedHeaders=host;x-amz-date, Signature=0"
    )
}

fn parse(text: String, what: &str) -> Result<Value, Failure> {
    if text.is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_str(&text)
        .map_err(|cause| Failure::new(format!("{what} answered no JSON: {cause}")).evidence(text))
}

fn percent_encode(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

//! What the API answered, with assertions that say what was expected instead.

use serde_json::Value;
use ureq::http::HeaderMap;

#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) request_id: Option<String>,
    headers: HeaderMap,
    pub(crate) body: Value,
    what: String,
}

impl Answer {
    pub(crate) fn read(what: String, response: ureq::http::Response<ureq::Body>) -> Self {
        let request_id = response.headers().get("x-request-id").and_then(|id| id.to_str().ok()).map(str::to_owned);
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.into_body().read_to_string().unwrap();
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Self { status, request_id, headers, body, what }
    }

    /// A header that must be there.
    #[track_caller]
    pub(crate) fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name).and_then(|value| value.to_str().ok());
        value.unwrap_or_else(|| panic!("{} has no {name}: {:?}", self.what, self.headers))
    }

    /// The body of an answer that must have this status.
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}: {}", self.what, self.body);
        self.body
    }

    /// An answer that must be a problem with this status and code, and name its request.
    #[track_caller]
    pub(crate) fn expect_problem(self, status: u16, code: &str) -> Value {
        let what = &self.what;
        assert_eq!((self.status, self.body["code"].as_str()), (status, Some(code)), "{what}: {}", self.body);
        assert_eq!(self.body["request_id"].as_str(), self.request_id.as_deref(), "{what} has another request id");
        assert_eq!(self.body["status"], status, "{what}");
        self.body
    }
}

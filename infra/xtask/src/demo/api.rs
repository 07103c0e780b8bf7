//! The calls of the demonstration: the HTTP API, and the local mails instead of an inbox.

use std::time::{Duration, Instant};

use serde_json::Value;
use ureq::Agent;
use ureq::http::Request;

use super::transcript::Transcript;
use crate::failure::{Explain, Failure};

const MAIL_PATIENCE: Duration = Duration::from_secs(30);

pub(super) struct Api {
    agent: Agent,
    http_url: String,
    mails_url: String,
}

/// A person with an access token, or without one when the token is empty.
pub(super) struct Caller<'a> {
    pub name: &'a str,
    pub token: &'a str,
}

impl Api {
    pub(super) fn of(record: &Value) -> Self {
        let text = |key: &str| record[key].as_str().unwrap_or_default();
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_mins(1)))
            .build()
            .new_agent();
        Self {
            agent,
            http_url: text("http_url").to_owned(),
            mails_url: format!("{}/_ministack/ses/messages", text("endpoint")),
        }
    }

    /// Calls the API, writes the call down and answers with the body of a successful answer.
    pub(super) fn call(
        &self,
        transcript: &mut Transcript<'_>,
        caller: &Caller<'_>,
        call: &str,
        body: Option<&Value>,
    ) -> Result<Value, Failure> {
        let (method, path) = call.split_once(' ').unwrap_or(("GET", call));
        let (status, text) = self.send(method, &format!("{}{path}", self.http_url), caller.token, body)?;
        transcript.call(caller.name, call, status)?;
        if !(200..300).contains(&status) {
            return Err(Failure::new(format!("{call} answered {status}"))
                .evidence(text)
                .remedy("read what the function wrote: `cargo xtask logs`"));
        }
        if text.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_str(&text).explain(|| format!("{call} answered no JSON"))
    }

    /// The newest confirmation code for an address. Mail is sent in the background, so it may take a moment.
    pub(super) fn mailed_code(&self, address: &str) -> Result<String, Failure> {
        let deadline = Instant::now() + MAIL_PATIENCE;
        loop {
            let (_, page) = self.send("GET", &self.mails_url, "", None)?;
            let page: Value = serde_json::from_str(&page).explain(|| "the mail page is no JSON".to_owned())?;
            if let Some(code) = newest_code(&page, address) {
                return Ok(code);
            }
            if Instant::now() > deadline {
                return Err(Failure::new(format!("no mail with a code for {address} after {MAIL_PATIENCE:?}"))
                    .remedy("read what `cargo xtask logs outbox` and `cargo xtask logs email-send` say"));
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    fn send(&self, method: &str, url: &str, token: &str, body: Option<&Value>) -> Result<(u16, String), Failure> {
        let mut request = Request::builder().method(method).uri(url);
        if !token.is_empty() {
            request = request.header("Authorization", format!("Bearer {token}"));
        }
        if body.is_some() {
            request = request.header("Content-Type", "application/json");
        }
        let bytes = body.map(Value::to_string).unwrap_or_default().into_bytes();
        let request = request.body(bytes).explain(|| format!("cannot form {method} {url}"))?;
        let mut response = self.agent.run(request).map_err(|cause| {
            Failure::new(format!("cannot reach {url}: {cause}")).remedy("check that `cargo xtask up` is still running")
        })?;
        let text = response.body_mut().read_to_string().explain(|| format!("cannot read the answer of {url}"))?;
        Ok((response.status().as_u16(), text))
    }
}

/// The code stands alone on a line of the text.
fn newest_code(page: &Value, address: &str) -> Option<String> {
    let accounts = page["messages"].as_object()?.values();
    let mails = accounts.flat_map(|mails| mails.as_array().into_iter().flatten());
    let addressed = mails.filter(|mail| mail["To"].as_array().is_some_and(|to| to.iter().any(|to| to == address)));
    addressed.filter_map(|mail| code_in(mail["BodyText"].as_str()?)).next_back()
}

fn code_in(text: &str) -> Option<String> {
    let is_code = |line: &&str| line.len() == 6 && line.bytes().all(|byte| byte.is_ascii_digit());
    text.lines().map(str::trim).find(is_code).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_newest_code_of_the_address_counts() {
        let mail = |to: &str, code: &str| json!({"To": [to], "BodyText": format!("Hello,\n\n{code}\n\nis your code.")});
        let page = json!({"messages": {"0": [mail("a@x", "111111"), mail("a@x", "222222"), mail("b@x", "333333")]}});
        assert_eq!(newest_code(&page, "a@x").as_deref(), Some("222222"));
        assert_eq!(newest_code(&page, "c@x"), None);
    }
}

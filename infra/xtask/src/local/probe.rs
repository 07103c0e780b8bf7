//! What tests and people ask a running stack: its mails, queues, logs and items, and what they change to make it fail.

use serde_json::{Map, Value, json};

use super::client::{ACCOUNT, REGION};
use super::logs::LogLine;
use super::mail_events::STAND_IN;
use super::stack::LocalStack;
use crate::failure::Failure;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    pub from: String,
    pub to: Vec<String>,
    pub subject: String,
    pub text: String,
    pub html: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueDepth {
    pub name: String,
    /// Ready to be received.
    pub visible: usize,
    /// Received and not yet deleted, or delayed.
    pub hidden: usize,
}

impl LocalStack {
    /// The mails sent to an address so far, oldest first.
    pub fn mails_to(&self, address: &str) -> Result<Vec<Mail>, Failure> {
        let page = self.client().inspect(&format!("/_ministack/ses/messages?account={ACCOUNT}"))?;
        let mails = page["messages"][ACCOUNT].as_array().into_iter().flatten().map(mail);
        Ok(mails.filter(|mail| mail.to.iter().any(|to| to == address)).collect())
    }

    /// To whom mails were sent so far, with every mail again, oldest first.
    pub fn mail_recipients(&self) -> Result<Vec<String>, Failure> {
        let page = self.client().inspect(&format!("/_ministack/ses/messages?account={ACCOUNT}"))?;
        let mails = page["messages"][ACCOUNT].as_array().into_iter().flatten().map(mail);
        Ok(mails.flat_map(|mail| mail.to).collect())
    }

    /// Every queue with messages or without. Looking does not receive anything.
    pub fn queue_depths(&self) -> Result<Vec<QueueDepth>, Failure> {
        let page = self.client().inspect(&format!("/_ministack/sqs/messages?account={ACCOUNT}"))?;
        let queues = page["messages"][ACCOUNT][REGION].as_object().into_iter().flatten();
        Ok(queues.map(|(url, messages)| depth(url, messages)).collect())
    }

    /// A raw `DynamoDB` call such as `GetItem`, as the account's root.
    pub fn dynamo(&self, operation: &str, body: &Value) -> Result<Value, Failure> {
        self.client().json("dynamodb", &format!("DynamoDB_20120810.{operation}"), body)
    }

    /// Puts an event on the default bus that SES would.
    pub fn put_mail_event(&self, kind: &str, detail: &Value) -> Result<(), Failure> {
        let entry = json!({ "Source": STAND_IN, "DetailType": kind, "Detail": detail.to_string() });
        let answer = self.client().json("events", "AWSEvents.PutEvents", &json!({ "Entries": [entry] }))?;
        if answer["FailedEntryCount"] == 0 {
            return Ok(());
        }
        Err(Failure::new(format!("the bus does not take {kind}")).evidence(answer.to_string()))
    }

    /// Invokes a function directly and waits for its answer.
    pub fn invoke(&self, function: &str, payload: &Value) -> Result<Value, Failure> {
        self.client().invoke(self.function(function)?, payload)
    }

    /// Sets variables of a function beside those it has. Its processes are replaced before the next invocation.
    pub fn set_function_env(&self, function: &str, variables: &[(&str, &str)]) -> Result<(), Failure> {
        let mut all = self.function_env(function)?;
        all.extend(variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())));
        self.configure(function, &json!({ "Environment": { "Variables": all } }))
    }

    /// Removes variables of a function, for instance to undo [`Self::set_function_env`].
    pub fn remove_function_env(&self, function: &str, names: &[&str]) -> Result<(), Failure> {
        let mut all = self.function_env(function)?;
        all.retain(|name, _| !names.contains(&name.as_str()));
        self.configure(function, &json!({ "Environment": { "Variables": all } }))
    }

    pub fn function_env(&self, function: &str) -> Result<Map<String, Value>, Failure> {
        let path = format!("/2015-03-31/functions/{}/configuration", self.function(function)?);
        let configuration = self.client().rest("lambda", "GET", &path, None)?;
        Ok(configuration["Environment"]["Variables"].as_object().cloned().unwrap_or_default())
    }

    /// Changes a function's configuration, for instance `{"Timeout": 3}`.
    pub fn configure(&self, function: &str, changes: &Value) -> Result<(), Failure> {
        let path = format!("/2015-03-31/functions/{}/configuration", self.function(function)?);
        self.client().rest("lambda", "PUT", &path, Some(changes)).map(drop)
    }

    /// Stops or resumes what feeds a function from queues and streams.
    pub fn set_event_sources_enabled(&self, function: &str, enabled: bool) -> Result<(), Failure> {
        let name = self.function(function)?;
        let path = format!("/2015-03-31/event-source-mappings/?FunctionName={name}");
        let mappings = self.client().rest("lambda", "GET", &path, None)?;
        for mapping in mappings["EventSourceMappings"].as_array().into_iter().flatten() {
            let id = mapping["UUID"].as_str().unwrap_or_default();
            let path = format!("/2015-03-31/event-source-mappings/{id}");
            self.client().rest("lambda", "PUT", &path, Some(&json!({ "Enabled": enabled })))?;
        }
        Ok(())
    }

    /// The log lines of a function since a time in milliseconds, oldest first. Those of an invocation appear when it has
    /// ended.
    pub fn function_logs(&self, function: &str, since: i64) -> Result<Vec<LogLine>, Failure> {
        self.client().function_logs(self.function(function)?, since)
    }
}

fn mail(entry: &Value) -> Mail {
    let text = |name: &str| entry[name].as_str().unwrap_or_default().to_owned();
    Mail {
        from: text("Source"),
        to: entry["To"].as_array().into_iter().flatten().filter_map(|to| Some(to.as_str()?.to_owned())).collect(),
        subject: text("Subject"),
        text: text("BodyText"),
        html: entry["BodyHtml"].as_str().filter(|html| !html.is_empty()).map(str::to_owned),
    }
}

fn depth(url: &str, messages: &Value) -> QueueDepth {
    let messages = messages.as_array().map(Vec::as_slice).unwrap_or_default();
    let visible = messages.iter().filter(|message| message["IsVisible"] == true).count();
    QueueDepth { name: url.rsplit('/').next().unwrap_or(url).to_owned(), visible, hidden: messages.len() - visible }
}

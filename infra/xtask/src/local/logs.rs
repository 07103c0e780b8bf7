//! Reads the functions' log groups.

use serde_json::{Value, json};

use super::client::Client;
use crate::failure::Failure;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    /// Milliseconds since 1970.
    pub timestamp: i64,
    pub message: String,
}

impl Client {
    /// The lines a deployed function wrote at or after a time, oldest first.
    pub fn function_logs(&self, function: &str, since: i64) -> Result<Vec<LogLine>, Failure> {
        let mut lines = Vec::new();
        let mut request = json!({ "logGroupName": format!("/aws/lambda/{function}"), "startTime": since });
        loop {
            let page = match self.json("logs", "Logs_20140328.FilterLogEvents", &request) {
                // The group comes into being with the first invocation.
                Err(failure) if failure.to_string().contains("ResourceNotFoundException") => return Ok(lines),
                page => page?,
            };
            lines.extend(page["events"].as_array().into_iter().flatten().map(line));
            match page.get("nextToken").filter(|token| token.is_string()) {
                Some(token) => request["nextToken"] = token.clone(),
                None => break,
            }
        }
        // The answer goes stream by stream, that is process by process.
        lines.sort_by_key(|line: &LogLine| line.timestamp);
        Ok(lines)
    }
}

fn line(event: &Value) -> LogLine {
    LogLine {
        timestamp: event["timestamp"].as_i64().unwrap_or_default(),
        message: event["message"].as_str().unwrap_or_default().trim_end().to_owned(),
    }
}

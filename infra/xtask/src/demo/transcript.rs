//! How the demonstration is written down: what happens, the call, and the part of the answer that matters.

use std::io::Write;

use serde_json::Value;

use crate::failure::{Explain, Failure};

pub(super) struct Transcript<'a> {
    output: &'a mut dyn Write,
    step: usize,
}

impl<'a> Transcript<'a> {
    pub(super) fn new(output: &'a mut dyn Write) -> Self {
        Self { output, step: 0 }
    }

    pub(super) fn heading(&mut self, text: &str) -> Result<(), Failure> {
        self.step += 1;
        let step = self.step;
        self.line(&format!("\n{step:2}. {text}"))
    }

    pub(super) fn call(&mut self, who: &str, call: &str, status: u16) -> Result<(), Failure> {
        self.line(&format!("    {who:6} {call} -> {status}"))
    }

    pub(super) fn frame(&mut self, who: &str, direction: &str, frame: &Value) -> Result<(), Failure> {
        let kind = frame["type"].as_str().unwrap_or("?");
        let data = &frame["data"];
        let parts = ["client_id", "conversation_id", "seq", "text"];
        let parts: Vec<String> =
            parts.iter().filter(|part| !data[part].is_null()).map(|part| format!("{part} {}", data[part])).collect();
        self.line(&format!("    {who:6} socket {direction} {kind}: {}", parts.join(", ")))
    }

    pub(super) fn note(&mut self, text: &str) -> Result<(), Failure> {
        self.line(&format!("           {text}"))
    }

    fn line(&mut self, text: &str) -> Result<(), Failure> {
        writeln!(self.output, "{text}").explain(|| "cannot write the transcript".to_owned())
    }
}

//! A program that answers questions, a line of JSON each: ours, or a peer in Python.

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::Value;

use crate::failure::{Explain, Failure};

/// One thread each, whatever a library thinks of the machine.
const ONE_THREAD: [&str; 4] = ["RAYON_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"];

/// Ends the process when dropped.
#[derive(Debug)]
pub(super) struct Worker {
    name: String,
    child: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Worker {
    pub(super) fn start(command: &mut Command) -> Result<Self, Failure> {
        let name = PathBuf::from(command.get_program()).display().to_string();
        command.envs(ONE_THREAD.map(|name| (name, "1"))).env("TOKENIZERS_PARALLELISM", "false");
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().explain(|| format!("cannot run {name}"))?;
        let (Some(questions), Some(answers)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(Failure::new(format!("{name} cannot be talked to")));
        };
        Ok(Self { name, child, questions, answers: BufReader::new(answers) })
    }

    pub(super) fn ask(&mut self, question: &Value) -> Result<Value, Failure> {
        let mut answer = String::new();
        writeln!(self.questions, "{question}")
            .and_then(|()| self.questions.flush())
            .and_then(|()| self.answers.read_line(&mut answer))
            .explain(|| format!("{} does not answer", self.name))?;
        serde_json::from_str(&answer).explain(|| format!("{} ended, and may say above why", self.name))
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // It may be gone already, which is as good.
        self.child.kill().unwrap_or_default();
        self.child.wait().map(|_| ()).unwrap_or_default();
    }
}

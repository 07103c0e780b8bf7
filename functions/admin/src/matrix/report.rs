//! What became of a sheet.

use serde::Serialize;
use shared::domain::fields::Refusal;
use shared::error::{Error, FieldError};
use utoipa::ToSchema;

/// Lines beyond are counted and not named: an answer must fit into a few hundred kilobytes.
const NAMED: usize = 1_000;
/// So many lines does an error name.
const NAMED_IN_ERROR: usize = 100;

#[derive(Debug, Default, Serialize, ToSchema)]
pub(super) struct ImportReport {
    /// Whether nothing was stored because that was asked for; the numbers say what would have been.
    pub(super) dry_run: bool,
    /// The version of the matrix after the import.
    pub(super) version: u64,
    /// How many statements were stored.
    pub(super) stored: usize,
    /// How many were there already, in the same words.
    pub(super) unchanged: usize,
    /// How many lines were left out because something is wrong with them.
    pub(super) refused: usize,
    /// How many were left out because a later line is about the same two skills.
    pub(super) superseded: usize,
    /// What is wrong with the refused lines, the first 1,000 things.
    pub(super) problems: Vec<LineProblem>,
    /// The superseded lines, the first 1,000.
    pub(super) repetitions: Vec<Repetition>,
}

#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct LineProblem {
    /// The line of a CSV file, or the place in the list of a JSON body; both begin with 1.
    #[schema(minimum = 1)]
    pub(super) line: u64,
    /// `a`, `b` or `value`; left out if the line as a whole is to blame.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) field: Option<String>,
    pub(super) detail: String,
}

#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct Repetition {
    pub(super) line: u64,
    /// The line that is stored in its place.
    pub(super) superseded_by: u64,
}

impl ImportReport {
    pub(super) fn refuse(&mut self, line: u64, problems: &[FieldError]) {
        self.refused += 1;
        for FieldError { field, detail } in problems {
            let field = Some(field.to_string()).filter(|field| !field.is_empty());
            self.note(LineProblem { line, field, detail: detail.to_string() });
        }
    }

    /// A line for which there is no room.
    pub(super) fn turn_away(&mut self, line: u64, refusal: Refusal) {
        self.refused += 1;
        self.note(LineProblem { line, field: None, detail: refusal.into_owned() });
    }

    fn note(&mut self, problem: LineProblem) {
        if self.problems.len() < NAMED {
            self.problems.push(problem);
        }
    }

    pub(super) fn supersede(&mut self, line: u64, superseded_by: u64) {
        self.superseded += 1;
        if self.repetitions.len() < NAMED {
            self.repetitions.push(Repetition { line, superseded_by });
        }
    }

    /// The same as an error, for who wants all lines or none.
    pub(super) fn into_error(self) -> Error {
        let named = self.problems.into_iter().take(NAMED_IN_ERROR).map(|problem| {
            let LineProblem { line, field, detail } = problem;
            let field = field.map_or_else(|| format!("lines[{line}]"), |field| format!("lines[{line}].{field}"));
            FieldError { field: field.into(), detail: detail.into() }
        });
        Error::invalid_fields(named.collect())
    }
}

//! Sheets of statements: what is in a CSV file or a JSON body, line by line, and what is wrong with the rest.

use std::collections::HashMap;

use csv::{ByteRecord, ReaderBuilder, Trim};
use serde::Deserialize;
use serde_json::Value;
use shared::domain::fields::{Fields, Refusal};
use shared::domain::input::Input;
use shared::domain::matching::{SkillPair, StatementInput};
use shared::edge::http::{Upload, parse_body};
use shared::error::{Code, Error, FieldError, Result};
use utoipa::ToSchema;

use super::report::ImportReport;

/// Twice what the matrix holds.
const MAX_LINES: usize = 20_000;

const COLUMNS: [&str; 3] = ["a", "b", "value"];

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SheetBody {
    /// At most 20,000.
    #[schema(value_type = Vec<StatementInput>, max_items = 20_000)]
    statements: Input<Vec<Value>>,
}

/// A line with its number, and the statement in it or the complaints.
type Line = (u64, Result<SkillPair, Vec<FieldError>>);

/// The statements of a sheet, all about different skills, each with its line. What is left out is in the report.
pub(super) fn read(upload: &Upload, report: &mut ImportReport) -> Result<Vec<(u64, SkillPair)>> {
    let lines = match upload.media_type.as_str() {
        "text/csv" => from_csv(&upload.bytes)?,
        "application/json" => from_json(&upload.bytes)?,
        _ => return Err(Error::new(Code::UnsupportedMediaType, "The body must be application/json or text/csv")),
    };
    let mut found: Vec<(u64, SkillPair)> = Vec::with_capacity(lines.len());
    for (line, statement) in lines {
        match statement {
            Ok(pair) => found.push((line, pair)),
            Err(complaints) => report.refuse(line, &complaints),
        }
    }
    Ok(newest(found, report))
}

/// Of several lines about the same two skills the last one.
fn newest(found: Vec<(u64, SkillPair)>, report: &mut ImportReport) -> Vec<(u64, SkillPair)> {
    let last: HashMap<_, u64> = found.iter().map(|(line, pair)| (pair.key(), *line)).collect();
    let mut kept = Vec::with_capacity(last.len());
    for (line, pair) in found {
        match last.get(&pair.key()) {
            Some(newer) if *newer != line => report.supersede(line, *newer),
            _ => kept.push((line, pair)),
        }
    }
    kept
}

fn from_json(bytes: &[u8]) -> Result<Vec<Line>> {
    let body: SheetBody = parse_body(bytes)?;
    let mut fields = Fields::default();
    let statements = fields.read("statements", &body.statements, |entries: &Vec<Value>| {
        if entries.len() > MAX_LINES { Err(too_long()) } else { Ok(entries.clone()) }
    });
    let statements = fields.accept(statements)?;
    Ok(statements.into_iter().zip(1_u64..).map(|(entry, line)| (line, entry_of(entry))).collect())
}

fn entry_of(entry: Value) -> Result<SkillPair, Vec<FieldError>> {
    // serde would read a struct from a list of its fields, too.
    let input = Some(entry).filter(Value::is_object).and_then(|entry| serde_json::from_value(entry).ok());
    let input = input.ok_or_else(|| vec![whole("a statement must have the fields a, b and value, and no others")])?;
    checked(&input)
}

fn from_csv(bytes: &[u8]) -> Result<Vec<Line>> {
    let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let mut reader = ReaderBuilder::new().flexible(true).trim(Trim::All).from_reader(text);
    let columns = columns(reader.byte_headers().map_err(Error::internal)?)?;
    let mut numbers = LineNumbers { text, seen: 0, line: 1 };
    let mut lines = Vec::new();
    for record in reader.byte_records() {
        let record = record.map_err(Error::internal)?;
        if lines.len() == MAX_LINES {
            return Err(Error::invalid("lines", too_long()));
        }
        let line = numbers.of(record.position().map_or(0, csv::Position::byte));
        if record.iter().any(|field| field.iter().any(|byte| matches!(byte, b'\r' | b'\n'))) {
            // It may have swallowed any number of good lines.
            return Err(Error::invalid("lines", format!("line {line} has a quote that is not closed on the line")));
        }
        lines.push((line, statement(&record, columns)));
    }
    Ok(lines)
}

/// The number of the line at which a record begins, as an editor shows it. The reader's own count is one behind after CR LF,
/// and does not know blank lines.
struct LineNumbers<'t> {
    text: &'t [u8],
    seen: usize,
    line: u64,
}

impl LineNumbers<'_> {
    /// Offsets must not go back.
    fn of(&mut self, offset: u64) -> u64 {
        let start = usize::try_from(offset).unwrap_or(usize::MAX).clamp(self.seen, self.text.len());
        let blank = self.text[start..].iter().take_while(|byte| matches!(**byte, b'\r' | b'\n')).count();
        let passed = &self.text[self.seen..start + blank];
        let breaks = passed.iter().zip(passed[1.min(passed.len())..].iter().chain([&0]));
        let ends_line = |(byte, next): (&u8, &u8)| *byte == b'\n' || (*byte == b'\r' && *next != b'\n');
        self.line += breaks.filter(|pair| ends_line(*pair)).count() as u64;
        self.seen = start + blank;
        self.line
    }
}

/// Where each of the columns is.
fn columns(header: &ByteRecord) -> Result<[usize; 3]> {
    let place = |column: &str| header.iter().position(|name| name.eq_ignore_ascii_case(column.as_bytes()));
    let places = COLUMNS.map(place);
    match places {
        [Some(a), Some(b), Some(value)] if header.len() == COLUMNS.len() => Ok([a, b, value]),
        _ => Err(Error::invalid("header", "header must be the line a,b,value")),
    }
}

fn statement(record: &ByteRecord, columns: [usize; 3]) -> Result<SkillPair, Vec<FieldError>> {
    if record.len() != COLUMNS.len() {
        return Err(vec![whole("a line must have three fields: a, b and value, with a point in the number")]);
    }
    let field = |place: usize| std::str::from_utf8(record.get(place).unwrap_or_default());
    let (Ok(a), Ok(b), Ok(value)) = (field(columns[0]), field(columns[1]), field(columns[2])) else {
        return Err(vec![whole("a line must be UTF-8")]);
    };
    let value = value.parse::<f64>().map_or_else(|_| Input::mistyped(), Input::from);
    checked(&StatementInput { a: a.to_owned().into(), b: b.to_owned().into(), value })
}

fn checked(input: &StatementInput) -> Result<SkillPair, Vec<FieldError>> {
    let mut fields = Fields::default();
    let pair = SkillPair::take(&mut fields, input);
    fields.accept(pair).map_err(|error| error.fields().to_vec())
}

fn whole(detail: &'static str) -> FieldError {
    FieldError { field: "".into(), detail: detail.into() }
}

fn too_long() -> Refusal {
    format!("a sheet must have at most {MAX_LINES} statements").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn upload(media_type: &str, text: &[u8]) -> Upload {
        Upload { media_type: media_type.to_owned(), bytes: text.to_vec().into() }
    }

    fn csv(text: &[u8]) -> (Vec<(u64, String, u8)>, ImportReport) {
        let mut report = ImportReport::default();
        let found = read(&upload("text/csv", text), &mut report).unwrap();
        let shown = found.into_iter().map(|(line, pair)| (line, pair.key().as_str().to_owned(), pair.percent()));
        (shown.collect(), report)
    }

    fn complaints(report: &ImportReport) -> Vec<(u64, Option<&str>, &str)> {
        report.problems.iter().map(|one| (one.line, one.field.as_deref(), one.detail.as_str())).collect()
    }

    #[test]
    fn a_sheet_as_spreadsheets_write_it_is_read() {
        let text =
            "\u{FEFF}A, Value ,b\r\nRust,0.8,Falconry\r\n\r\n\"C/C++\",1,\"say \"\"hi\"\", twice\"\r\nGo, .5 ,SEO";
        let (found, report) = csv(text.as_bytes());
        let expected = [(2, "falconry/rust", 80), (4, "c c++/say \"hi\", twice", 100), (5, "go/seo", 50)];
        assert_eq!(found, expected.map(|(line, key, percent)| (line, key.to_owned(), percent)));
        assert_eq!((report.refused, report.superseded), (0, 0));
    }

    #[test]
    fn bad_lines_are_named_and_the_good_ones_stay() {
        let text =
            b"a,b,value\nrust,go,NaN\nrust,seo,inf\nrust,law,1.01\nrust,sql,-1e-9\nrust,css,0,5\nrust,html,\"0,5\"\n\
            Node,node.js,0.5\n,go,\n\xff,go,0.1\nrust,figma,0.7\n\"rust,go,0.5";
        let (found, report) = csv(text);
        assert_eq!(found, [(11, "figma/rust".to_owned(), 70)]);
        let three = "a line must have three fields: a, b and value, with a point in the number";
        let bounded = "value must be 0 to 1";
        let form = "value has the wrong type or form";
        let expected = [
            (2, Some("value"), bounded),
            (3, Some("value"), bounded),
            (4, Some("value"), bounded),
            (5, Some("value"), bounded),
            (6, None, three),
            (7, Some("value"), form),
            (8, Some("b"), "b must be another skill than a"),
            (9, Some("a"), "skill must have 1 to 50 characters"),
            (9, Some("value"), form),
            (10, None, "a line must be UTF-8"),
            (12, None, three),
        ];
        assert_eq!(complaints(&report), expected);
        assert_eq!(report.refused, 10);
    }

    #[test]
    fn a_quote_that_swallows_lines_is_no_line() {
        for end in ["\n", "\r\n", "\r"] {
            let sheet = ["a,b,value", "rust,seo,0.4", "\"rust,go,0.5", "rust,figma,0.7", ""].join(end);
            let error = read(&upload("text/csv", sheet.as_bytes()), &mut ImportReport::default()).unwrap_err();
            assert_eq!(error.fields()[0].detail, "line 3 has a quote that is not closed on the line");
        }
    }

    #[test]
    fn of_repeated_lines_the_last_one_counts_and_the_others_are_named() {
        let (found, report) = csv(b"a,b,value\nrust,k8s,0.1\nKubernetes,Rust,0.2\ngo,seo,0.5\nRUST,kubernetes,0.3\n");
        assert_eq!(found, [(4, "go/seo".to_owned(), 50), (5, "kubernetes/rust".to_owned(), 30)]);
        let repetitions: Vec<_> = report.repetitions.iter().map(|one| (one.line, one.superseded_by)).collect();
        assert_eq!(repetitions, [(2, 5), (3, 5)]);
    }

    #[test]
    fn a_sheet_without_its_header_or_of_another_type_is_refused() {
        for text in [&b""[..], b"rust,go,0.5\n", b"a;b;value\nrust;go;0.5\n", b"a,b,value,note\n", b"a,b,b\n"] {
            let error = read(&upload("text/csv", text), &mut ImportReport::default()).unwrap_err();
            assert_eq!(error.fields()[0].field, "header");
        }
        let error = read(&upload("text/plain", b"a,b,value\n"), &mut ImportReport::default()).unwrap_err();
        assert_eq!(error.code(), Code::UnsupportedMediaType);
    }

    #[test]
    fn lists_that_are_too_long_are_refused_unread() {
        let sheet = format!("a,b,value\n{}", "x,y,z\n".repeat(MAX_LINES + 1));
        assert!(read(&upload("text/csv", sheet.as_bytes()), &mut ImportReport::default()).is_err());
        let (_, report) = csv(format!("a,b,value\n{}", "x,y,z\n".repeat(MAX_LINES)).as_bytes());
        assert_eq!((report.refused, report.problems.len()), (MAX_LINES, 1_000));
    }

    #[test]
    fn entries_of_a_json_body_are_named_by_their_place() {
        let body = br#"{"statements":[{"a":"Rust","b":"Go","value":0.5},{"a":"Rust","b":7},{"a":"Rust","b":"SEO","value":"0,5"},
            ["rust","law",0.5],{"a":"Rust","b":"Law","value":0.5,"by":"me"},null,{"a":"Rust","b":"Law","value":2}]}"#;
        let mut report = ImportReport::default();
        let found = read(&upload("application/json", body), &mut report).unwrap();
        assert_eq!(found.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [1]);
        let named: Vec<_> = complaints(&report).into_iter().map(|(line, field, _)| (line, field)).collect();
        let (b, value) = (Some("b"), Some("value"));
        assert_eq!(named, [(2, b), (2, value), (3, value), (4, None), (5, None), (6, None), (7, value)]);
        for body in ["[]", "{}", "{\"statements\":5}", "{\"statements\":[{\"value\":1e999}]}", "{\"statements\":[NaN]}"]
        {
            let refused = read(&upload("application/json", body.as_bytes()), &mut ImportReport::default());
            assert!(refused.is_err(), "{body}");
        }
    }
}

//! Cold starts: builds, measures in turns, reports.

use std::fs;

use super::events::{self, Event};
use super::measure::{self, Cold, Outcome};
use super::report::{self, Row};
use super::service::Services;
use super::subjects::{self, Subject};
use super::tls::Tls;
use super::{instructions, lambda::Lambda};
use crate::failure::{Explain, Failure};
use crate::progress::{Progress, warn};
use crate::workspace;

#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// Every function instead of the default four.
    pub all: bool,
    pub json: bool,
    /// Cold processes per function and build.
    pub cold: usize,
    /// Warm invocations per function and build.
    pub warm: usize,
}

/// A function in one of its builds, ready to be started.
struct Candidate {
    subject: Subject,
    event: Event,
    lambda: Lambda,
    times: Vec<Cold>,
    outcome: Option<Outcome>,
}

pub fn run(settings: Settings) -> Result<(), Failure> {
    let folder = workspace::target()?.join("bench");
    fs::create_dir_all(&folder).explain(|| format!("cannot create {}", folder.display()))?;
    let functions = functions(settings)?;
    let subjects = subjects::build(&functions, &folder, Progress::Loud)?;
    let tls = Tls::new(&folder)?;
    let counts = instructions::can_count();
    if !counts {
        warn("    no instruction counts: install valgrind (Debian: `apt install valgrind`) to get them");
    }
    let mut rows = Vec::new();
    for tls in [None, Some(&tls)] {
        let services = tls.map_or_else(Services::plain, Services::encrypted)?;
        let mut candidates = candidates(&subjects, &services, tls)?;
        let transport = if tls.is_some() { "TLS" } else { "plain HTTP" };
        Progress::Loud.step(&format!("start each function {} times, over {transport}", settings.cold), || {
            in_turns(&mut candidates, settings, &services)
        })?;
        Progress::Loud.step("call each function", || {
            for candidate in candidates {
                let warm = measure::warm(&candidate.lambda, &candidate.event, settings.warm)?;
                let count = || instructions::count(candidate.lambda.clone(), &candidate.event, &folder);
                let instructions = if counts { count()? } else { None };
                rows.push(candidate.row(transport, warm, instructions));
            }
            Ok(())
        })?;
    }
    report::print(&rows, settings);
    Ok(())
}

fn functions(settings: Settings) -> Result<Vec<String>, Failure> {
    if !settings.all {
        return Ok(subjects::TWINS.map(str::to_owned).to_vec());
    }
    let mut measurable = Vec::new();
    for function in workspace::functions()? {
        match events::event(&function)? {
            Some(_) => measurable.push(function),
            None => warn(format_args!("    {function} is left out: events/ has no payload for it")),
        }
    }
    Ok(measurable)
}

fn candidates(subjects: &[Subject], services: &Services, tls: Option<&Tls>) -> Result<Vec<Candidate>, Failure> {
    let mut candidates = Vec::new();
    for subject in subjects {
        let Some(event) = events::event(&subject.function)? else {
            return Err(Failure::new(format!("events/ has no payload for {}", subject.function)));
        };
        let lambda = subject.lambda(services, tls)?;
        candidates.push(Candidate { subject: subject.clone(), event, lambda, times: Vec::new(), outcome: None });
    }
    Ok(candidates)
}

/// Round by round, so that what slows the machine down for a while slows every candidate alike.
fn in_turns(candidates: &mut [Candidate], settings: Settings, services: &Services) -> Result<(), Failure> {
    for _ in 0..settings.cold {
        for candidate in &mut *candidates {
            let (cold, outcome) = measure::cold(&candidate.lambda, &candidate.event, services).inspect_err(|_| {
                warn(format_args!("{}, {}:", candidate.subject.function, candidate.subject.kind.name()));
            })?;
            candidate.times.push(cold);
            candidate.outcome = Some(outcome);
        }
    }
    Ok(())
}

impl Candidate {
    fn row(self, transport: &'static str, warm: Vec<std::time::Duration>, instructions: Option<u64>) -> Row {
        let polls = self.times.iter().map(|cold| cold.first_poll).collect();
        let responses: Vec<_> = self.times.iter().map(|cold| cold.first_response).collect();
        Row {
            function: self.subject.function,
            build: self.subject.kind,
            event: self.event.name,
            transport,
            outcome: self.outcome,
            first_poll: measure::median(polls),
            first_response: measure::median(responses.clone()),
            best_response: responses.into_iter().min().unwrap_or_default(),
            warm: measure::median(warm),
            instructions,
            sizes: self.subject.sizes,
        }
    }
}

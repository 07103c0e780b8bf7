//! Takes the times of one function: cold, process by process, and warm.

use std::time::Duration;

use serde_json::Value;

use super::events::Event;
use super::lambda::Lambda;
use super::runtime_api::RuntimeApi;
use super::service::{Services, Traffic};
use crate::failure::Failure;

/// Calls before the warm ones are counted.
const WARM_UP: usize = 20;

/// From the start of the process.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cold {
    pub first_poll: Duration,
    pub first_response: Duration,
}

/// What the first answer said, and what it took from the services.
#[derive(Debug, Clone)]
pub(super) struct Outcome {
    pub status: String,
    pub traffic: Traffic,
}

/// Starts a process, lets it answer one event, and ends it.
pub(super) fn cold(lambda: &Lambda, event: &Event, services: &Services) -> Result<(Cold, Outcome), Failure> {
    services.traffic();
    let api = RuntimeApi::start()?;
    let mut process = lambda.start(&api)?;
    let polled = api.polled(&mut process)?;
    let answer = api.invoke(&event.payload)?;
    let cold = Cold { first_poll: polled - process.started, first_response: answer.at - process.started };
    Ok((cold, Outcome { status: status(answer.body)?, traffic: services.traffic() }))
}

/// From handing an event out to its answer, for each of `count` events after some that are not counted.
pub(super) fn warm(lambda: &Lambda, event: &Event, count: usize) -> Result<Vec<Duration>, Failure> {
    let api = RuntimeApi::start()?;
    let mut process = lambda.start(&api)?;
    api.polled(&mut process)?;
    let mut times = Vec::with_capacity(count);
    for round in 0..WARM_UP + count {
        let answer = api.invoke(&event.payload)?;
        if round >= WARM_UP {
            times.push(answer.at - answer.handed);
        }
    }
    Ok(times)
}

pub(super) fn median(times: Vec<Duration>) -> Duration {
    percentile(times, 50)
}

/// The time that so many of a hundred do not exceed.
pub(super) fn percentile(mut times: Vec<Duration>, rank: usize) -> Duration {
    times.sort_unstable();
    times.get(times.len() * rank / 100).copied().unwrap_or_default()
}

/// The HTTP status in an answer, or "done" when there is none. Above all not an error: that would be quick, too.
fn status(body: Result<Vec<u8>, Vec<u8>>) -> Result<String, Failure> {
    let body = body.map_err(|error| {
        Failure::new("the function failed").evidence(String::from_utf8_lossy(&error)).remedy("see what it logs")
    })?;
    let answer: Value = serde_json::from_slice(&body).unwrap_or_default();
    match answer["statusCode"].as_u64() {
        Some(status) if status >= 500 => {
            Err(Failure::new(format!("the function answered {status}")).evidence(String::from_utf8_lossy(&body)))
        }
        Some(status) => Ok(status.to_string()),
        None => Ok("done".to_owned()),
    }
}

//! Posts a frame to a thousand connections, so often, and says how long each fan-out took and what it cost the processor.
//!
//! It is built like the functions and run by `cargo xtask bench fanout`, which also starts it as the API that answers.

#![expect(clippy::print_stdout, reason = "the figures are what it is for")]

mod people;
mod stub;

use std::error::Error;
use std::io::{self, BufRead};
use std::sync::Arc;
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};
use serde_json::{Value, json};
use shared::adapters::aws::Aws;
use shared::adapters::sockets::ApiGatewaySockets;
use shared::adapters::system;
use shared::config::Vars;
use shared::delivery::Delivery;
use shared::ports::registry::Registry;

use people::People;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["stub", certificate, key, ref protocols @ ..] => stub::run([certificate, key], protocols),
        ["ours", url, authority] => ours(url, authority),
        // `cargo bench` runs every benchmark, with arguments of its own.
        _ => Ok(()),
    }
}

/// Answers each question, a line of JSON, with the figures of so many fan-outs.
fn ours(url: &str, authority: &str) -> Result<(), Box<dyn Error>> {
    let vars = Vars::from_iter([
        ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"),
        ("AWS_SECRET_ACCESS_KEY", "example"),
        ("AWS_SESSION_TOKEN", "IQoJb3JpZ2luX2VjEXAMPLETOKEN".repeat(20).as_str()),
        ("AWS_REGION", "eu-central-1"),
        ("AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI", url),
        ("SSL_CERT_FILE", authority),
    ]);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let sockets = Arc::new(ApiGatewaySockets::new(&Aws::new(&vars)));
        for line in io::stdin().lock().lines() {
            let question: Value = serde_json::from_str(&line?)?;
            let number = |name: &str| question[name].as_u64().and_then(|number| u32::try_from(number).ok());
            let (count, rounds) = (number("recipients").unwrap_or(1), number("rounds").unwrap_or(1));
            let people: Arc<dyn Registry> = Arc::new(People { count, is_well: question["faults"] != json!(true) });
            let delivery = Delivery::new(people, sockets.clone(), system::ambient());
            println!("{}", fan_out(&delivery, rounds).await?);
        }
        Ok(())
    })
}

async fn fan_out(delivery: &Delivery, rounds: u32) -> Result<Value, Box<dyn Error>> {
    let (mut walls, mut outcome) = (Vec::new(), Value::Null);
    let before = processor()?;
    for _ in 0..rounds {
        let began = Instant::now();
        let posted = delivery.post_all(&[], &[people::frame()]).await?;
        walls.push(began.elapsed().as_nanos());
        outcome = json!({
            "delivered": posted.delivered, "gone": posted.gone, "left": posted.left.len(), "retries": posted.retries,
        });
    }
    Ok(json!({ "wall_ns": walls, "cpu_ns": processor()?.saturating_sub(before).as_nanos(), "outcome": outcome }))
}

/// What the processor has done for this process, in all its threads.
fn processor() -> Result<Duration, Box<dyn Error>> {
    let usage = getrusage(UsageWho::RUSAGE_SELF)?;
    let spent = |time: nix::sys::time::TimeVal| -> Result<Duration, Box<dyn Error>> {
        Ok(Duration::from_secs(time.tv_sec().try_into()?) + Duration::from_micros(time.tv_usec().try_into()?))
    };
    Ok(spent(usage.user_time())? + spent(usage.system_time())?)
}

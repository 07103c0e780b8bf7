//! The figures, for people and for machines.

use std::time::Duration;

use serde_json::{Value, json};

use super::super::measure::{median, percentile};
use super::{Broadcasts, Figures, Posts, RECIPIENTS};
use crate::progress::result;
use crate::table::Table;

/// The aims: a whole fan-out in milliseconds, a post in microseconds of the processor, and how many times as late those
/// who are well may be because others are not.
const AIM_WALL: f64 = 60.0;
const AIM_CPU: f64 = 60.0;
const AIM_FAULTS: f64 = 1.2;

pub(super) fn print(figures: &Figures, as_json: bool) {
    let [ours, old] = &figures.ours;
    let [clean, faulty] = [&figures.clean, &figures.faulty].map(|times| ms(percentile(times.clone(), 99)));
    let ratio = faulty / clean;
    if as_json {
        let peer = |peer: &Posts| {
            let (wall, cpu) = ratios(peer, ours);
            json!({ "figures": of(peer), "wall_ratio": wall, "cpu_ratio": cpu })
        };
        result(json!({
            "recipients": RECIPIENTS, "http2": of(ours), "http1": of(old), "boto3": figures.boto3.as_ref().map(peer),
            "healthy": { "clean_p99_ms": clean, "faulty_p99_ms": faulty, "ratio": ratio },
            "socketio": figures.socketio.as_ref().map(|peer| broadcasts(peer, ours, clean)),
        }));
        return;
    }
    result(format_args!("\nA frame to {RECIPIENTS} sockets, through an API that answers after 10 ms, over TLS:"));
    result(table(figures));
    result(format_args!("aims: p50 {AIM_WALL} ms, {AIM_CPU} µs; ×: as a multiple of ours over HTTP/2"));
    result(format_args!(
        "\nWhen 1 % are gone, 5 % throttled and 1 % stall for 5 s, all others have their frame at the API after {faulty:.1} ms \
         (p99), else after {clean:.1} ms: ×{ratio:.2} (aim: at most {AIM_FAULTS})"
    ));
    if let Some(peer) = &figures.socketio {
        let seen = broadcasts(peer, ours, clean);
        let number = |name: &str| seen[name].as_f64().unwrap_or_default();
        result(format_args!(
            "\npython-socketio, two processes and Redis, {} clients: {:.1} µs a delivery (×{:.1}), p99 until a client has it \
             {:.1} ms (×{:.1} of ours until the API has it)",
            peer.clients,
            number("cpu_us"),
            number("cpu_ratio"),
            number("p99_ms"),
            number("p99_ratio")
        ));
    }
}

fn table(figures: &Figures) -> Table {
    let [ours, old] = &figures.ours;
    let mut table = Table::new(["program", "p50 ms", "p99 ms", "first ms", "CPU µs per post", "× wall", "× CPU"]);
    let rows =
        [("ours, HTTP/2", Some(ours)), ("ours, HTTP/1.1", Some(old)), ("boto3, 64 threads", figures.boto3.as_ref())];
    for (name, posts) in rows {
        let Some(posts) = posts else { continue };
        let (wall, cpu) = ratios(posts, ours);
        table.row(&[
            name.to_owned(),
            format!("{:.1}", ms(median(posts.walls.clone()))),
            format!("{:.1}", ms(percentile(posts.walls.clone(), 99))),
            format!("{:.1}", ms(posts.first)),
            format!("{:.1}", us(posts.cpu_each())),
            format!("{wall:.1}"),
            format!("{cpu:.1}"),
        ]);
    }
    table
}

fn of(posts: &Posts) -> Value {
    json!({
        "p50_ms": ms(median(posts.walls.clone())), "p99_ms": ms(percentile(posts.walls.clone(), 99)),
        "first_ms": ms(posts.first), "cpu_us": us(posts.cpu_each()),
    })
}

fn broadcasts(peer: &Broadcasts, ours: &Posts, clean: f64) -> Value {
    let p99 = ms(percentile(peer.heard.clone(), 99));
    json!({
        "clients": peer.clients, "cpu_us": us(peer.cpu_each()), "cpu_ratio": us(peer.cpu_each()) / us(ours.cpu_each()),
        "p99_ms": p99, "p99_ratio": p99 / clean,
    })
}

/// How many times as long, and how many times the processor.
fn ratios(posts: &Posts, ours: &Posts) -> (f64, f64) {
    let wall = |posts: &Posts| ms(median(posts.walls.clone()));
    (wall(posts) / wall(ours), us(posts.cpu_each()) / us(ours.cpu_each()))
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn us(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

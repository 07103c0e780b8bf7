//! Event sources: the stream of the outbox, the queue behind it, and the clock.

use std::cell::RefCell;
use std::time::Duration;

use serde_json::json;
use shared::domain::outbox::OutboxEntry;
use shared::edge::queue;
use tokio::task::spawn_local;
use tokio::time::sleep;

use super::aws::Aws;
use super::life::invoke;
use super::state::Queued;
use super::world::Plant;

const LIMIT: Duration = Duration::from_secs(15);
/// How the template sets the queue up.
const VISIBILITY: Duration = Duration::from_secs(90);
const MAX_RECEIVES: u32 = 5;
const BATCH: usize = 10;
/// For how long the stream repeats a batch.
const MAX_RECORD_AGE: Duration = Duration::from_mins(1);
/// A message that nobody can read.
pub(super) const POISON: &str = "{not json";
/// How many of them come along in a history.
pub(super) const POISONED: usize = 2;

/// Starts all of them.
pub(super) fn start(aws: &Aws) {
    for _ in 0..POISONED {
        let id = aws.world.below(u64::MAX);
        let visible_at = aws.world.now() + aws.world.between(Duration::ZERO, Duration::from_mins(5));
        aws.world.state().queue.push(Queued { id, body: POISON.to_owned(), visible_at, receives: 0 });
    }
    spawn_local(stream(aws.clone()));
    spawn_local(poll(aws.clone()));
    spawn_local(clock(aws.clone()));
}

async fn stream(aws: Aws) {
    let deps = outbox::Deps { queues: std::sync::Arc::new(aws.memory.clone()) };
    loop {
        sleep(Duration::from_millis(200)).await;
        let batch: Vec<OutboxEntry> = aws.world.state().stream.drain(..).collect();
        let deadline = aws.world.now() + MAX_RECORD_AGE;
        while !batch.is_empty() && aws.world.now() < deadline {
            let relayed = invoke(LIMIT, outbox::relay(&deps, batch.clone())).await;
            if matches!(relayed, Some(Ok(()))) {
                break;
            }
            sleep(Duration::from_secs(1)).await;
        }
    }
}

async fn poll(aws: Aws) {
    loop {
        sleep(Duration::from_millis(250)).await;
        let batch = receive(&aws);
        if !batch.is_empty() {
            let aws = aws.clone();
            spawn_local(async move { handle(&aws, batch).await });
        }
    }
}

/// The messages that are visible; those that came too often are put aside.
fn receive(aws: &Aws) -> Vec<Queued> {
    let now = aws.world.now();
    let mut state = aws.world.state();
    let (dead, alive): (Vec<_>, Vec<_>) = std::mem::take(&mut state.queue)
        .into_iter()
        .partition(|message| message.visible_at <= now && message.receives >= MAX_RECEIVES);
    state.dead_letters.extend(dead.into_iter().map(|message| message.body));
    state.queue = alive;
    let visible = state.queue.iter_mut().filter(|message| message.visible_at <= now).take(BATCH);
    let taken = visible.map(|message| {
        message.receives += 1;
        message.visible_at = now + VISIBILITY;
        message.clone()
    });
    taken.collect()
}

async fn handle(aws: &Aws, batch: Vec<Queued>) {
    let records = batch.iter().map(|message| {
        let attributes = json!({ "ApproximateReceiveCount": message.receives.to_string() });
        json!({ "messageId": message.id.to_string(), "body": message.body, "attributes": attributes })
    });
    let event = serde_json::from_value(json!({ "Records": records.collect::<Vec<_>>() })).unwrap();
    let pushed = RefCell::new(Vec::new());
    let push = async |entry: OutboxEntry| {
        let id = entry.id.to_string();
        push::push(&aws.push, entry).await?;
        pushed.borrow_mut().push(id);
        Ok(())
    };
    let Some(response) = invoke(LIMIT, queue::handle_batch(event, push)).await else { return };
    // A queue may deliver again what was handled.
    if aws.world.strikes(|weather| weather.double) {
        return;
    }
    let reported: Vec<&str> =
        response.batch_item_failures.iter().map(|failure| failure.item_identifier.as_str()).collect();
    let fails_together = aws.world.plant == Some(Plant::FailTheWholeBatch) && !reported.is_empty();
    let has_failed = |message: &Queued| fails_together || reported.contains(&message.id.to_string().as_str());
    let mut state = aws.world.state();
    for message in &batch {
        // One promise may be in a batch twice, and only one of the two may fail.
        let is_alone = batch.iter().filter(|other| other.body == message.body).count() == 1;
        if is_alone && has_failed(message) && pushed.borrow().iter().any(|id| message.body.contains(id)) {
            state.complaints.push("a message that was handled counts as failed".to_owned());
        }
    }
    state.queue.retain(|known| !batch.iter().any(|message| message.id == known.id && !has_failed(message)));
}

async fn clock(aws: Aws) {
    let port = std::sync::Arc::new(aws.memory.clone());
    let deps = sweep::Deps {
        outbox: port.clone(),
        log: port.clone(),
        board: port.clone(),
        queues: port,
        ambient: aws.world.ambient(),
    };
    loop {
        sleep(Duration::from_mins(1)).await;
        invoke(LIMIT, sweep::sweep(&deps)).await;
    }
}

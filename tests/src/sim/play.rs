//! One history: people with one device or two talk in pairs and in a project, for minutes or for hours, until the weather
//! clears up and everything has come to rest.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use shared::domain::conversation::{Conversation, Party};
use shared::domain::id::{ConversationId, Id, ProjectId, UserId};
use shared::domain::outbox::{Effect, PushEffect};
use tokio::runtime::Builder;
use tokio::task::{LocalSet, spawn_local};
use tokio::time::sleep;

use super::aws::Aws;
use super::checker::complaints;
use super::device::Device;
use super::history::{History, Send, Told};
use super::sender::Saying;
use super::sources;
use super::state::Talk;
use super::world::{Does, Plant, Weather, World};

/// How much everybody says in each of their conversations.
const SAYINGS: u64 = 10;
/// Longer than anything takes that is still under way: sweeps, a queue's visibility, a lease.
const REST: Duration = Duration::from_mins(20);

/// How a history ended.
pub(super) struct Ending {
    pub(super) acknowledged: usize,
    pub(super) complaints: Vec<String>,
    pub(super) trace: (u64, u64),
}

pub(super) fn play(seed: u64, plant: Option<Plant>) -> Ending {
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    LocalSet::new().block_on(&runtime, history(seed, plant))
}

async fn history(seed: u64, plant: Option<Plant>) -> Ending {
    let world = World::new(seed, weather(seed), plant);
    let began = world.now();
    let aws = Aws::new(&world);
    let people: Vec<UserId> = (1..=4).map(|n| UserId::from_parts(world.now(), [n; 10])).collect();
    let talks = found(&world, &people);
    let history = Rc::new(RefCell::new(History::default()));
    let devices = switch_on(&aws, &people, &history);
    sources::start(&aws);

    let mut sayings = Vec::new();
    for (talk, members) in &talks {
        for member in members {
            let theirs: Vec<_> = devices.iter().filter(|device| device.user_id == *member).cloned().collect();
            sayings.push(spawn_local(talks_in(world.clone(), history.clone(), theirs, *talk)));
        }
    }
    if world.below(3) == 0 {
        spawn_local(blocks(world.clone(), history.clone(), talks[1].0));
    }
    if world.below(2) == 0 {
        spawn_local(hides(world.clone(), people[0]));
    }
    for saying in sayings {
        saying.await.unwrap();
    }
    world.clears_up();
    let lasted = world.now().since(began);
    sleep(REST).await;
    // A promise that had its turns in vain while things went wrong comes again when it is twice as old.
    while !world.state().outbox.is_empty() && world.now().since(began) < lasted * 2 {
        sleep(Duration::from_mins(1)).await;
    }
    let mut readers = devices.clone();
    readers.extend(people.iter().map(|person| Device::on(&aws, *person, &format!("new {person}"), &history)));
    sleep(Duration::from_mins(1)).await;

    let (history, state) = (history.borrow(), world.state());
    let acknowledged = history.sends.iter().filter(|send| matches!(send.outcome, Told::Acknowledged { .. })).count();
    Ending { acknowledged, complaints: complaints(&state, &history, &readers), trace: world.trace() }
}

/// A few seeds have fine weather, most have some of everything, and some a storm of one kind.
fn weather(seed: u64) -> Weather {
    let some = Weather {
        refuse: 4,
        lose_answer: 15,
        conflict: 60,
        kill: 4,
        throttle: 40,
        stall: 8,
        double: 30,
        cut: 6,
        unnoticed: 400,
        lost_disconnect: 400,
        slow: 6,
    };
    match seed % 10 {
        0 => Weather::default(),
        1 => Weather { kill: 25, ..some },
        2 => Weather { lose_answer: 120, ..some },
        3 => Weather { cut: 40, unnoticed: 600, lost_disconnect: 800, ..some },
        4 => Weather { throttle: 300, stall: 60, ..some },
        5 => Weather { conflict: 300, slow: 60, ..some },
        6 => Weather { refuse: 40, double: 300, ..some },
        _ => some,
    }
}

/// Two pairs, and a project with everybody in it.
fn found(world: &Arc<World>, people: &[UserId]) -> Vec<(ConversationId, Vec<UserId>)> {
    let now = world.now();
    let project = ProjectId::from_parts(now, [9; 10]);
    let pair = |n: u8, a: usize, b: usize| {
        let pair = [people[a], people[b]];
        (ConversationId::from_parts(now, [n; 10]), Party::Pair(pair), pair.to_vec())
    };
    let parties =
        [pair(7, 0, 1), pair(8, 2, 3), (Conversation::of_project(project), Party::Project(project), people.to_vec())];
    let mut state = world.state();
    let open = |(id, party, members): (ConversationId, Party, Vec<UserId>)| {
        state.open(Talk::between(id, party, &members, now));
        (id, members)
    };
    parties.into_iter().map(open).collect()
}

fn switch_on(aws: &Aws, people: &[UserId], history: &Rc<RefCell<History>>) -> Vec<Rc<Device>> {
    let mut devices = Vec::new();
    for (n, person) in people.iter().enumerate() {
        for device in 0..=aws.world.below(2) {
            devices.push(Device::on(aws, *person, &format!("person {n} device {device}"), history));
        }
    }
    devices
}

/// Somebody says this and that in a conversation, one after the other, and changes some of it.
async fn talks_in(world: Arc<World>, history: Rc<RefCell<History>>, devices: Vec<Rc<Device>>, talk: ConversationId) {
    for n in 0..SAYINGS {
        sleep(silence(&world)).await;
        let device = &devices[usize::try_from(world.below(devices.len() as u64)).unwrap()];
        let sayings = sayings(&world, device, n);
        device.says(talk, &sayings).await;
        if world.below(3) == 0 {
            let reader = devices[usize::try_from(world.below(devices.len() as u64)).unwrap()].clone();
            // Somebody who reads on one device may write on another one.
            spawn_local(async move { reader.marks(talk).await });
        }
        if world.below(8) == 0 {
            let client_id = &sayings[usize::try_from(world.below(sayings.len() as u64)).unwrap()].client_id;
            let said = history.borrow().sends.iter().rev().find(|send| send.client_id == *client_id).cloned();
            if let Some(Told::Acknowledged { seq }) = said.map(|send| send.outcome) {
                let text = (world.below(2) == 0).then(|| format!("{client_id}, said better"));
                device.amends(talk, seq, text.as_deref()).await;
            }
        }
    }
}

/// Mostly one message, now and then a list: enough for conversations of several pages.
fn sayings(world: &World, device: &Device, n: u64) -> Vec<Saying> {
    let count = if world.below(6) == 0 { 2 + world.below(19) } else { 1 };
    let saying = |part: u64| Saying {
        client_id: format!("{}-{n}-{part}", device.name().replace(' ', "-")),
        text: format!("{} says {n}.{part}", device.name()),
    };
    (0..count).map(saying).collect()
}

/// Mostly seconds, now and then long enough for a connection to be cut for idling, seldom long enough for its age.
fn silence(world: &World) -> Duration {
    match world.below(100) {
        0 => world.between(Duration::from_mins(5), Duration::from_mins(40)),
        1..=10 => world.between(Duration::from_secs(10), Duration::from_mins(3)),
        _ => world.between(Duration::ZERO, Duration::from_secs(6)),
    }
}

/// Somebody does not want it known any more whether they are there, and perhaps does again later.
async fn hides(world: Arc<World>, person: UserId) {
    for hides in [true, world.below(2) == 0] {
        sleep(world.between(Duration::from_secs(2), Duration::from_mins(3))).await;
        let promise = world.ambient().promise(Effect::Push(PushEffect::PresenceChanged { user_id: person }));
        while world.call("settings.replace", Does::Write, |state| state.hide(person, hides, &promise)).await.is_err() {}
    }
}

/// One of two people blocks the other while something that was said is on its way.
async fn blocks(world: Arc<World>, history: Rc<RefCell<History>>, talk: ConversationId) {
    sleep(world.between(Duration::from_secs(5), Duration::from_mins(1))).await;
    let is_under_way = |send: &Send| send.conversation_id == talk && send.told_at > world.now();
    for _ in 0..60_000 {
        if history.borrow().sends.iter().any(is_under_way) {
            break;
        }
        sleep(Duration::from_millis(1)).await;
    }
    sleep(world.between(Duration::ZERO, Duration::from_millis(40))).await;
    while world.call("pairs.replace", Does::Write, |state| state.close(talk)).await.is_err() {}
    let answered_at = world.now();
    world.state().talks.get_mut(&talk).unwrap().closed_at = Some(answered_at);
}

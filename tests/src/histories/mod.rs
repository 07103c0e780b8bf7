//! Histories of the deployed stack: people talk over real sockets and requests while calls to `DynamoDB` and posts to
//! sockets fail at random and the processes of the functions are killed, and a checker holds what is left to the design's
//! promises; and mails are sent by the hundred in the same weather. What the simulation plays a thousand times in memory happens here once, with everything in between.

mod checker;
mod device;
mod line;
mod mail_queue;
mod reaper;
mod saying;
mod world;

use std::collections::BTreeMap;
use std::thread;
use std::time::{Duration, Instant};

use checker::Stored;
use device::Device;
use saying::Saying;
use serde_json::json;
use shared::domain::limit::{SEND_PER_PERSON, Subject};
use world::{Fuse, World};

use crate::support::{Dice, Person, Story, Town, Weather};

const SEED: u64 = 17;
const MESSAGES: usize = 2_000;
/// Out of them, for each of the four in a pair; so many more are said in the project, as many by everybody together.
const IN_A_PAIR: usize = 250;
/// What one send can carry.
const LIST: u64 = 20;

/// A sweep finds a promise when it is one or two minutes old; what fails then comes again when the queue shows it again.
const PATIENCE: Duration = Duration::from_mins(5);

const TO_DYNAMO: Weather =
    Weather { conflict: 40, throttle: 8, server_error: 6, refuse: 6, stall: 1, lose_answer: 12, gust: 2 };
const TO_SOCKETS: Weather =
    Weather { conflict: 0, throttle: 0, server_error: 10, refuse: 6, stall: 3, lose_answer: 6, gust: 1 };

#[test]
fn two_thousand_messages_survive_faults_and_kills() {
    let story = Story::in_the_weather();
    let began_at = Instant::now();
    let town = story.town;
    looks_at_the_outbox_from_now_on(town);
    let names = ["Ada", "Bob", "Cleo", "Dan", "Eve", "Fay"];
    let people = Town::at_once(names.len(), |n| story.resident(names[n]));
    let talks = talks(&people);
    for person in &people {
        story.has_room(&SEND_PER_PERSON, &Subject::person(person.id.parse().unwrap()));
    }
    let dice = Dice::new(SEED);
    let mut lives: Vec<_> = people.iter().enumerate().map(|(n, person)| life(n, person, &talks, &dice)).collect();
    let (theirs, _) = talks_of(0, &talks);
    lives.push((Device::of(&people[0], "Ada's other device", &theirs, Some(150)), Vec::new()));
    let said: usize = lives.iter().flat_map(|(_, sayings)| sayings).map(|saying| saying.messages.len()).sum();
    assert_eq!(said, MESSAGES);

    let world = World::new(lives.len());
    town.faults().has(TO_DYNAMO, SEED);
    town.posts().has(TO_SOCKETS, SEED + 1);
    let (mut devices, killed): (Vec<Device<'_>>, usize) = thread::scope(|scope| {
        let world = &world;
        let _fuse = Fuse(world);
        let reaper = scope.spawn(move || {
            let _fuse = Fuse(world);
            reaper::reaps(town, world, SEED + 2)
        });
        let lives: Vec<_> = lives.into_iter().map(|life| scope.spawn(move || lived(life, world))).collect();
        while !world.is_silent() {
            thread::sleep(Duration::from_millis(20));
        }
        world.clears_up();
        let faults = [town.faults().clears_up(), town.posts().clears_up()];
        eprintln!("{:.0?}: all is said; to DynamoDB {}; to sockets {}", began_at.elapsed(), faults[0], faults[1]);
        keeps_every_promise(town);
        world.comes_to_rest(talks.iter().map(|talk| (talk.clone(), Stored::read(town, talk).last)).collect());
        let devices: Vec<_> = lives.into_iter().map(|life| life.join().unwrap()).collect();
        (devices, reaper.join().unwrap())
    });

    tell(town, &devices, killed, began_at);
    for (n, person) in people.iter().enumerate() {
        devices.push(Device::reads_everything(person, &talks_of(n, &talks).0));
    }
    let stored: Vec<_> = talks.iter().map(|talk| Stored::read(town, talk)).collect();
    let complaints = checker::complaints(&stored, &devices);
    assert!(
        complaints.is_empty(),
        "{} complaints, such as {:#?}",
        complaints.len(),
        &complaints[..complaints.len().min(12)]
    );
    assert_eq!(stored.iter().map(|stored| stored.last).sum::<u64>(), MESSAGES as u64);
    assert!(killed > 0 && town.died_at_work() > 0, "whoever was killed was idle");
}

fn lived<'p>((mut device, sayings): (Device<'p>, Vec<Saying>), world: &World) -> Device<'p> {
    let _fuse = Fuse(world);
    device.lives(&sayings, world);
    device
}

/// Two pairs, and a project with everybody in it.
fn talks(people: &[Person<'_>]) -> Vec<String> {
    let pair = |a: usize, b: usize| {
        people[a].likes(&people[b]);
        people[b].matches_with(&people[a])
    };
    let pairs = [pair(0, 1), pair(2, 3)];
    let project = people[0].founds(&Person::project("An opera about the sea"));
    people[1..].iter().for_each(|person| person.joins(&project));
    let talk = people[0].looks_at(&project)["conversation_id"].as_str().unwrap().to_owned();
    pairs.into_iter().chain([talk]).collect()
}

/// The conversations of a person, and how much they say in each.
fn talks_of(n: usize, talks: &[String]) -> (Vec<String>, Vec<usize>) {
    let in_pairs = 4 * IN_A_PAIR;
    match n {
        0..4 => (vec![talks[n / 2].clone(), talks[2].clone()], vec![IN_A_PAIR, (MESSAGES - in_pairs) / 8]),
        _ => (vec![talks[2].clone()], vec![(MESSAGES - in_pairs) / 4]),
    }
}

/// A person's device, and everything that it will say: lists of any length, now here, now there.
fn life<'p>(n: usize, person: &'p Person<'p>, talks: &[String], dice: &Dice) -> (Device<'p>, Vec<Saying>) {
    let (talks, mut left) = talks_of(n, talks);
    let (mut sayings, mut number) = (Vec::new(), 0);
    while left.iter().sum::<usize>() > 0 {
        let talk = usize::try_from(dice.below(talks.len() as u64)).unwrap();
        let longest = if dice.below(2) == 0 { 3 } else { LIST };
        let length = usize::try_from(1 + dice.below(longest)).unwrap().min(left[talk]);
        if length == 0 {
            continue;
        }
        left[talk] -= length;
        number += 1;
        let message =
            |m: usize| (format!("{}-{number}-{m}", person.name), format!("{} says {number}.{m}", person.name));
        sayings.push(Saying { conversation: talks[talk].clone(), messages: (1..=length).map(message).collect() });
    }
    // Some have a bad connection.
    let frames_per_socket = (n % 2 == 1).then_some(200);
    (Device::of(person, &format!("{}'s device", person.name), &talks, frames_per_socket), sayings)
}

/// The sweep of a new town would look through the whole day before it, two hours at a time.
fn looks_at_the_outbox_from_now_on(town: &Town) {
    let minute = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs() / 60;
    let progress = json!({
        "pk": { "S": "SWEEP" }, "sk": { "S": "PROGRESS" },
        "version": { "N": "1" }, "next": { "N": (minute - 2).to_string() }, "open": { "L": [] },
    });
    town.put_item("Ops", &progress);
}

/// Waits until no promise is left. A sweep each minute finds those whose maker or keeper has died.
fn keeps_every_promise(town: &Town) {
    let (began_at, mut swept) = (Instant::now(), 0);
    loop {
        let minute = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs() / 60;
        // One that fails, because too much is under way, is tried again; in AWS by the next minute.
        if swept != minute && town.stack.invoke("sweep", &json!({})).is_ok() {
            swept = minute;
        }
        let left = town.outbox();
        let Some(one) = left.first() else { return };
        let queues = || town.stack.queue_depths().unwrap();
        assert!(began_at.elapsed() < PATIENCE, "{} promises are left, such as {one}; {:?}", left.len(), queues());
        thread::sleep(Duration::from_millis(50));
    }
}

/// What the history was like, for whoever looks at it.
fn tell(town: &Town, devices: &[Device<'_>], killed: usize, began_at: Instant) {
    let sum = |count: fn(&device::Told) -> usize| devices.iter().map(|device| count(&device.told)).sum::<usize>();
    let told: BTreeMap<_, _> = [
        ("sends", sum(|told| told.sends)),
        ("repeated sends", sum(|told| told.repetitions)),
        ("sockets", sum(|told| told.sockets)),
        ("syncs", sum(|told| told.syncs)),
        ("processes killed", killed),
        ("of them at work", town.died_at_work()),
    ]
    .into();
    eprintln!("{:.0?}: everything has come to rest; {told:?}", began_at.elapsed());
}

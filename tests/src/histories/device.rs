//! A client app on one device, which keeps to the protocol whatever happens to it: one outstanding send, again under the
//! same names after an answer that never came, another socket and a sync after a lost one, a sync after a hole of two seconds.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::line::{Heard, Line};
use super::saying::{Receipt, Saying};
use super::world::World;
use crate::sim::Log;
use crate::support::{Dice, Person};

const ANSWER: Duration = Duration::from_secs(12);
const HOLE: Duration = Duration::from_secs(2);
/// Whoever has asked so often in vain has found something that does not pass.
const TRIES: usize = 200;

pub(super) struct Device<'p> {
    pub(super) person: &'p Person<'p>,
    pub(super) name: String,
    /// The conversations that the person takes part in.
    talks: Vec<String>,
    dice: Dice,
    /// How many frames a socket lives for, about; a steady one has no end.
    frames_per_socket: Option<u64>,
    line: Option<Line>,
    asked: u64,
    pub(super) logs: BTreeMap<String, Log>,
    has_hole_since: Option<Instant>,
    /// What the device had when its socket was open and it had synced: everything later has to come by the socket.
    pub(super) had: BTreeMap<String, u64>,
    /// What has come by the socket.
    pub(super) heard: BTreeSet<(String, u64)>,
    pub(super) receipts: Vec<Receipt>,
    pub(super) complaints: Vec<String>,
    pub(super) told: Told,
}

/// What has happened to a device, for whoever wants to know what a history was like.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Told {
    pub(super) sends: usize,
    pub(super) repetitions: usize,
    pub(super) sockets: usize,
    pub(super) syncs: usize,
}

impl<'p> Device<'p> {
    pub(super) fn of(person: &'p Person<'p>, name: &str, talks: &[String], frames_per_socket: Option<u64>) -> Self {
        let seed = name.bytes().fold(0, |seed: u64, byte| seed.wrapping_mul(31).wrapping_add(byte.into()));
        Self {
            person,
            name: name.to_owned(),
            talks: talks.to_vec(),
            dice: Dice::new(seed),
            frames_per_socket,
            line: None,
            asked: 0,
            logs: BTreeMap::new(),
            has_hole_since: None,
            had: BTreeMap::new(),
            heard: BTreeSet::new(),
            receipts: Vec::new(),
            complaints: Vec::new(),
            told: Told::default(),
        }
    }

    /// Says everything, one after the other, and listens until nothing more can come.
    pub(super) fn lives(&mut self, sayings: &[Saying], world: &World) {
        for saying in sayings {
            self.says(saying, world);
        }
        world.one_is_silent();
        while !world.is_over() && !world.last().is_some_and(|last| self.lacks(last).is_empty()) {
            self.follows(world);
        }
    }

    /// What the device does besides talking, for a moment.
    fn follows(&mut self, world: &World) {
        if self.line.is_none() {
            self.connects();
        }
        self.listens(Duration::from_millis(20));
        if self.has_hole_since.is_some_and(|since| since.elapsed() > HOLE) {
            self.syncs();
        }
        let lives_for = self.frames_per_socket.filter(|_| world.is_stormy());
        if lives_for.is_some_and(|frames| self.heard.len() as u64 > frames / 2 + self.dice.below(frames)) {
            self.line = None;
        }
    }

    /// Says something, by either door, until the service has said for certain what became of it.
    fn says(&mut self, saying: &Saying, world: &World) {
        self.told.sends += 1;
        for _ in 0..TRIES {
            self.follows(world);
            let answer = if self.dice.below(3) == 0 { self.by_request(saying) } else { self.by_frame(saying) };
            if let Some(receipts) = answer {
                world.acknowledged.fetch_add(receipts.len(), Ordering::Relaxed);
                self.receipts.extend(receipts);
                return;
            }
            if world.is_over() {
                return;
            }
            self.told.repetitions += 1;
            self.listens(Duration::from_millis(20 + self.dice.below(400)));
        }
        self.complaints.push(format!("{} gave up saying {saying:?}", self.name));
    }

    fn by_frame(&mut self, saying: &Saying) -> Option<Vec<Receipt>> {
        let data = json!({ "conversation_id": saying.conversation, "messages": saying.drafts() });
        let answer = self.asks("chat.send", &data)?;
        self.reads_answer(saying, answer["type"] == "ack", &answer["data"])
    }

    fn by_request(&mut self, saying: &Saying) -> Option<Vec<Receipt>> {
        let path = format!("/v1/conversations/{}/messages", saying.conversation);
        let answer = self.person.posts(&path, &json!({ "messages": saying.drafts() }));
        self.reads_answer(saying, answer.status < 300, &answer.body)
    }

    /// What an answer says for certain. A service that is out of order says nothing; one that refuses is wrong.
    fn reads_answer(&mut self, saying: &Saying, is_stored: bool, data: &Value) -> Option<Vec<Receipt>> {
        if !is_stored {
            let code = data["code"].as_str().unwrap_or_default();
            if !matches!(code, "" | "unavailable" | "socket_lost") {
                self.complaints.push(format!("{} was refused: {data}", self.name));
            }
            return None;
        }
        let receipts = saying.receipts(data);
        if receipts.is_none() {
            self.complaints.push(format!("{} has said {saying:?} and was told {data}", self.name));
        }
        receipts
    }

    /// A new socket is open before the sync, so that nothing falls between them.
    fn connects(&mut self) {
        self.told.sockets += 1;
        self.heard.clear();
        self.had.clear();
        let ticket = self.person.posts("/v1/ws-ticket", &json!({}));
        self.line = ticket.body["ticket"].as_str().and_then(|ticket| Line::open(self.person.town(), ticket));
        self.asks("hello", &json!({}));
        self.catches_up();
    }

    /// What the device has now was there before; what comes later is promised to its socket.
    fn catches_up(&mut self) {
        self.syncs();
        self.had = self.logs.iter().map(|(id, log)| (id.clone(), log.last())).collect();
    }

    /// Asks by the socket. Nothing if it is lost, or nobody answers.
    fn asks(&mut self, kind: &str, data: &Value) -> Option<Value> {
        self.asked += 1;
        let id = format!("{}-{}", self.name, self.asked);
        let frame = json!({ "v": 1, "type": kind, "id": id, "data": data });
        if self.line.as_mut()?.send(&frame).is_none() {
            self.line = None;
        }
        let asked_at = Instant::now();
        while asked_at.elapsed() < ANSWER {
            let frame = self.hears()?;
            // Where a function has died, the gateway answers with something of its own.
            if frame.is_object() && frame.get("type").is_none() {
                return None;
            }
            if frame["id"] == id.as_str() {
                return Some(frame);
            }
        }
        None
    }

    fn listens(&mut self, pause: Duration) {
        let began_at = Instant::now();
        while began_at.elapsed() < pause {
            if self.hears().is_none() {
                thread::sleep(pause.saturating_sub(began_at.elapsed()));
            }
        }
    }

    /// One look at the socket: a frame, or null, or nothing if the socket is lost.
    fn hears(&mut self) -> Option<Value> {
        match self.line.as_mut()?.hears() {
            Heard::Nothing => Some(Value::Null),
            Heard::End => {
                self.line = None;
                None
            }
            Heard::Frame(frame) => {
                match frame["type"].as_str().unwrap_or_default() {
                    "message.new" => {
                        let seq = frame["data"]["seq"].as_u64().unwrap_or_default();
                        let conversation = frame["data"]["conversation_id"].as_str().unwrap_or_default().to_owned();
                        self.heard.insert((conversation, seq));
                        self.takes(&frame["data"]);
                    }
                    "error" if frame["data"]["code"] == "socket_lost" => self.line = None,
                    _ => {}
                }
                Some(frame)
            }
        }
    }

    fn takes(&mut self, entry: &Value) {
        let conversation = entry["conversation_id"].as_str().unwrap_or_default().to_owned();
        if let Err(complaint) = self.logs.entry(conversation).or_default().take(entry) {
            self.complaints.push(format!("{} has seen that {complaint}", self.name));
        }
        let has_hole = self.logs.values().any(Log::has_hole);
        self.has_hole_since = has_hole.then(|| self.has_hole_since.unwrap_or_else(Instant::now));
    }

    /// Asks for everything that is missing until it is there.
    fn syncs(&mut self) {
        self.told.syncs += 1;
        for _ in 0..TRIES {
            if self.syncs_once().is_some() {
                // What has come meanwhile may have left another one.
                self.has_hole_since = self.logs.values().any(Log::has_hole).then(Instant::now);
                return;
            }
            self.listens(Duration::from_millis(20 + self.dice.below(400)));
        }
        self.complaints.push(format!("{} cannot sync", self.name));
    }

    fn syncs_once(&mut self) -> Option<()> {
        let known: BTreeMap<String, u64> = self.logs.iter().map(|(id, log)| (id.clone(), log.last())).collect();
        let mut after = Value::Null;
        loop {
            let answer = self.person.posts("/v1/sync", &json!({ "conversations": known, "after": after }));
            for conversation in answer.body["conversations"].as_array().filter(|_| answer.status == 200)? {
                conversation["messages"].as_array()?.iter().for_each(|entry| self.takes(entry));
                self.reads_on(conversation)?;
            }
            after = answer.body["next"].clone();
            if after.is_null() {
                return Some(());
            }
        }
    }

    /// Reads on where an answer ended.
    fn reads_on(&mut self, conversation: &Value) -> Option<()> {
        let mut after = conversation["gap"]["after"].as_u64();
        while let Some(from) = after {
            let id = conversation["conversation_id"].as_str()?;
            let page = self.person.gets(&format!("/v1/conversations/{id}/messages?after={from}&limit=100"));
            page.body["items"].as_array().filter(|_| page.status == 200)?.iter().for_each(|entry| self.takes(entry));
            after = page.body["next_after"].as_u64();
        }
        Some(())
    }

    /// The same person on a new device, which knows nothing yet.
    pub(super) fn reads_everything(person: &'p Person<'p>, talks: &[String]) -> Self {
        let mut device = Self::of(person, &format!("{}'s new device", person.name), talks, None);
        device.catches_up();
        device
    }

    /// What of its conversations, which end with these numbers, the device has not got, or not by the socket that it has.
    pub(super) fn lacks(&self, last: &BTreeMap<String, u64>) -> Vec<String> {
        let mut lacks = Vec::new();
        for conversation in &self.talks {
            let (last, has) = (last[conversation], self.logs.get(conversation).map_or(0, Log::last));
            if has != last {
                lacks.push(format!("{} has {has} of {last} entries of {conversation}", self.name));
            }
            let had = self.had.get(conversation).copied().unwrap_or_default();
            let is_unheard = |seq: &u64| !self.heard.contains(&(conversation.clone(), *seq));
            let unheard: Vec<_> = (had + 1..=last).filter(is_unheard).collect();
            if let Some(first) = unheard.first() {
                let (name, count) = (&self.name, unheard.len());
                lacks.push(format!(
                    "the socket of {name} never brought {count} entries of {conversation}, from {first} on"
                ));
            }
        }
        lacks
    }
}

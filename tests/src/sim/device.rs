//! A client app on one device, which follows the rules that the protocol gives its authors: order and dedupe by number,
//! ask for what is missing after a hole of two seconds, ping, reconnect and sync, send again under the same name.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use serde_json::{Value, json};
use shared::domain::id::{ConversationId, UserId};
use shared::domain::socket::ConnectionId;
use tokio::sync::oneshot;
use tokio::task::spawn_local;
use tokio::time::{sleep, timeout};

use super::aws::Aws;
use super::gateway::Incoming;
use super::history::{History, Log};

const ANSWER: Duration = Duration::from_secs(12);
const HOLE: Duration = Duration::from_secs(2);
const PING: Duration = Duration::from_mins(4);

pub(super) struct Device {
    pub(super) aws: Aws,
    pub(super) user_id: UserId,
    name: String,
    link: RefCell<Option<ConnectionId>>,
    logs: RefCell<BTreeMap<ConversationId, Log>>,
    waiting: RefCell<BTreeMap<String, oneshot::Sender<Value>>>,
    frames: Cell<u64>,
    is_syncing: Cell<bool>,
    wants_sync: Cell<bool>,
    is_quiet_since: Cell<u64>,
    /// Of whom it was told whether they are there, and in which version.
    seen: RefCell<BTreeMap<String, (u64, bool)>>,
    pub(super) history: Rc<RefCell<History>>,
}

impl Device {
    /// Switches a device on.
    pub(super) fn on(aws: &Aws, user_id: UserId, name: &str, history: &Rc<RefCell<History>>) -> Rc<Self> {
        let device = Rc::new(Self {
            aws: aws.clone(),
            user_id,
            name: name.to_owned(),
            link: RefCell::default(),
            logs: RefCell::default(),
            waiting: RefCell::default(),
            frames: Cell::default(),
            is_syncing: Cell::default(),
            wants_sync: Cell::default(),
            is_quiet_since: Cell::default(),
            seen: RefCell::default(),
            history: history.clone(),
        });
        spawn_local(device.clone().stays_connected());
        device
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn logs(&self) -> BTreeMap<ConversationId, Log> {
        self.logs.borrow().clone()
    }

    pub(super) fn pause(&self, longest: Duration) -> Duration {
        self.aws.world.between(Duration::from_millis(50), longest)
    }

    /// Connects again and again, and pings when it is quiet. A new socket is open before the sync.
    async fn stays_connected(self: Rc<Self>) {
        loop {
            if self.link.borrow().is_none() && !self.connects().await {
                sleep(self.pause(Duration::from_secs(3))).await;
                continue;
            }
            sleep(Duration::from_secs(1)).await;
            let now = self.aws.world.now().unix_millis();
            if now.saturating_sub(self.is_quiet_since.get()) < u64::try_from(PING.as_millis()).unwrap() {
                continue;
            }
            let link = self.link.borrow().clone();
            if self.asks("ping", &json!({})).await.is_none() {
                self.hangs_up(link.as_ref());
            }
        }
    }

    async fn connects(self: &Rc<Self>) -> bool {
        let Some((201, ticket)) = self.aws.request(self.user_id, "POST", "/v1/ws-ticket", &json!({})).await else {
            return false;
        };
        let Some((id, incoming)) = self.aws.connect(ticket["ticket"].as_str().unwrap_or_default()).await else {
            return false;
        };
        let old = self.link.borrow_mut().replace(id.clone());
        spawn_local(self.clone().listens(id, incoming));
        self.asks("hello", &json!({})).await;
        self.watches().await;
        self.syncs().await;
        if let Some(old) = old {
            self.aws.gateway.hang_up(&old);
        }
        true
    }

    fn hangs_up(&self, link: Option<&ConnectionId>) {
        if let Some(link) = link {
            self.aws.gateway.hang_up(link);
            if self.link.borrow().as_ref() == Some(link) {
                self.link.borrow_mut().take();
            }
        }
    }

    async fn listens(self: Rc<Self>, id: ConnectionId, mut incoming: Incoming) {
        while let Some(frame) = incoming.recv().await {
            self.aws.world.note("heard");
            self.hears(&id, &serde_json::from_str(&frame).unwrap());
        }
        self.hangs_up(Some(&id));
    }

    fn hears(self: &Rc<Self>, link: &ConnectionId, frame: &Value) {
        let waiting = frame["id"].as_str().and_then(|id| self.waiting.borrow_mut().remove(id));
        if let Some(waiting) = waiting {
            waiting.send(frame.clone()).ok();
        }
        match frame["type"].as_str().unwrap_or_default() {
            "message.new" => self.takes(&frame["data"]),
            "presence" if self.link.borrow().as_ref() == Some(link) => self.sees(&frame["data"]),
            "sync.required" => drop(spawn_local(self.clone().syncs_later(Duration::ZERO))),
            "reconnect" if self.link.borrow().as_ref() == Some(link) => {
                let device = self.clone();
                spawn_local(async move { device.connects().await });
            }
            "error" if frame["data"]["code"] == "socket_lost" => self.hangs_up(Some(link)),
            _ => {}
        }
    }

    fn takes(self: &Rc<Self>, entry: &Value) {
        let id: ConversationId = entry["conversation_id"].as_str().unwrap().parse().unwrap();
        let mut logs = self.logs.borrow_mut();
        let log = logs.entry(id).or_default();
        if let Err(complaint) = log.take(entry) {
            self.aws.world.state().complaints.push(format!("{} has seen that {complaint}", self.name));
        }
        if log.has_hole() {
            spawn_local(self.clone().syncs_later(HOLE));
        }
    }

    async fn syncs_later(self: Rc<Self>, pause: Duration) {
        sleep(pause).await;
        let has_hole = self.logs.borrow().values().any(Log::has_hole);
        if has_hole || pause.is_zero() {
            self.syncs().await;
        }
    }

    /// Asks for everything that is missing until it is there. What comes to be missing during a sync may be behind it
    /// already, and is asked for by another one.
    async fn syncs(self: &Rc<Self>) {
        self.wants_sync.set(true);
        if self.is_syncing.replace(true) {
            return;
        }
        while self.wants_sync.replace(false) {
            if self.syncs_once().await.is_none() {
                self.wants_sync.set(true);
                sleep(self.pause(Duration::from_secs(3))).await;
            }
        }
        self.is_syncing.set(false);
    }

    async fn syncs_once(self: &Rc<Self>) -> Option<()> {
        let known: BTreeMap<String, u64> =
            self.logs.borrow().iter().map(|(id, log)| (id.to_string(), log.last())).collect();
        let mut after = None;
        loop {
            let body = json!({ "conversations": known, "after": after });
            let (status, page) = self.aws.request(self.user_id, "POST", "/v1/sync", &body).await?;
            let conversations = page["conversations"].as_array().filter(|_| status == 200)?;
            for conversation in conversations {
                conversation["messages"].as_array()?.iter().for_each(|entry| self.takes(entry));
                self.fills(conversation).await?;
            }
            match page["next"].as_str() {
                Some(next) => after = Some(next.to_owned()),
                None => return Some(()),
            }
        }
    }

    /// Reads on where an answer ended.
    async fn fills(self: &Rc<Self>, conversation: &Value) -> Option<()> {
        let mut after = conversation["gap"]["after"].as_u64();
        while let Some(from) = after {
            let id = conversation["conversation_id"].as_str()?;
            let path = format!("/v1/conversations/{id}/messages?after={from}&limit=100");
            let (status, page) = self.aws.request(self.user_id, "GET", &path, &Value::Null).await?;
            page["items"].as_array().filter(|_| status == 200)?.iter().for_each(|entry| self.takes(entry));
            after = page["next_after"].as_u64();
        }
        Some(())
    }

    /// Asks who is there of those it talks with.
    async fn watches(&self) {
        let others: Vec<_> = self.aws.world.state().told.keys().copied().collect();
        let others: Vec<_> = others.into_iter().filter(|other| *other != self.user_id).collect();
        let link = self.link.borrow().clone();
        self.seen.borrow_mut().clear();
        for _ in 0..3 {
            let answer = self.asks("presence.subscribe", &json!({ "user_ids": others })).await;
            if let Some(presences) = answer.as_ref().and_then(|answer| answer["data"]["presences"].as_array()) {
                return presences.iter().for_each(|presence| self.sees(presence));
            }
            sleep(self.pause(Duration::from_secs(3))).await;
        }
        // A socket that answers nothing is none.
        self.hangs_up(link.as_ref());
    }

    /// What came late says nothing.
    fn sees(&self, presence: &Value) {
        let mut seen = self.seen.borrow_mut();
        let known = seen.entry(presence["user_id"].as_str().unwrap().to_owned()).or_default();
        let version = presence["version"].as_u64().unwrap();
        if version >= known.0 {
            *known = (version, presence["is_online"] == true);
        }
    }

    /// Whether the device takes somebody to be there; nothing if it was never told.
    pub(super) fn takes_to_be_there(&self, user_id: UserId) -> Option<bool> {
        self.seen.borrow().get(&user_id.to_string()).map(|(_, is_online)| *is_online)
    }

    pub(super) async fn asks(&self, kind: &str, data: &Value) -> Option<Value> {
        let link = self.link.borrow().clone()?;
        self.frames.set(self.frames.get() + 1);
        self.is_quiet_since.set(self.aws.world.now().unix_millis());
        let id = format!("{}-{}", self.name, self.frames.get());
        let (answer, answered) = oneshot::channel();
        self.waiting.borrow_mut().insert(id.clone(), answer);
        self.aws.frame(&link, json!({ "v": 1, "type": kind, "id": id, "data": data }).to_string());
        timeout(ANSWER, answered).await.ok()?.ok()
    }
}

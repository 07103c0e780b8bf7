//! A world of its own for every death: eight tables and three buckets, with what a town knows of some people, in which the
//! job runs as it is, on a wire that is cut.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use account_jobs::{Deps, Eraser, Exporter, Places, ProjectTraces, SignOut};
use serde_json::{Value, json};
use shared::adapters::aws::Aws;
use shared::adapters::dynamo::{
    AccountTraces, DynamoErasureRequests, DynamoErasures, DynamoExports, DynamoHoldings, DynamoMembers, DynamoOutbox,
    DynamoProjectEstates, DynamoProjects, DynamoSessions, MarkTraces, PairTraces, PhotoTraces, ProfileTraces,
    SessionTraces, SocketTraces, Table, TalkTraces,
};
use shared::adapters::exports::S3Exports;
use shared::adapters::ledger::S3Ledger;
use shared::adapters::photos::S3Photos;
use shared::domain::erasure::Erasure;
use shared::domain::id::UserId;
use shared::domain::outbox::{Effect, MailKind, OutboxEntry};
use shared::ports::erasures::ErasureRequests as _;
use xtask::local::Client;

use super::super::{Hands, root, root_at, today};
use crate::support::{Death, Severed, TABLES, Town, in_order};

const BUCKETS: [&str; 3] = ["Photos", "Exports", "Backups"];
/// How often work is begun again before it must be done.
const LIVES: usize = 40;
/// How many items one call may write.
const WRITES: usize = 25;

/// Everything there is: items as `Chat CONV#… META`, objects as `Photos photos/…`.
pub(super) type State = BTreeMap<String, Value>;

pub(super) struct World {
    client: Client,
    name: String,
    wire: Severed,
    hands: Arc<Hands>,
}

pub(super) fn place(table: &str, item: &Value) -> String {
    format!("{table} {} {}", item["pk"]["S"].as_str().unwrap(), item["sk"]["S"].as_str().unwrap())
}

impl World {
    pub(super) fn with(things: &State, death: Option<Death>) -> Self {
        static WORLDS: AtomicUsize = AtomicUsize::new(0);
        let endpoint = Town::peaceful().stack.endpoint();
        let name = format!("deaths-{}", WORLDS.fetch_add(1, Ordering::Relaxed));
        let (client, wire) = (Client::new(endpoint), Severed::before(endpoint, death));
        let world = Self { client, name, wire, hands: Hands::at(today()) };
        world.is_made();
        fill(&world.client, &world.name, things);
        world
    }

    fn is_made(&self) {
        let key = |name: &str, kind: &str| json!({ "AttributeName": name, "KeyType": kind });
        let text = |name: &str| json!({ "AttributeName": name, "AttributeType": "S" });
        for table in TABLES {
            let description = json!({
                "TableName": self.named(table), "BillingMode": "PAY_PER_REQUEST",
                "KeySchema": [key("pk", "HASH"), key("sk", "RANGE")],
                "AttributeDefinitions": [text("pk"), text("sk")],
            });
            self.dynamo("CreateTable", &description);
        }
        for bucket in BUCKETS {
            self.client.create_bucket(&self.named(bucket)).unwrap();
        }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    fn named(&self, container: &str) -> String {
        named(&self.name, container)
    }

    fn dynamo(&self, operation: &str, body: &Value) -> Value {
        dynamo(&self.client, operation, body)
    }

    fn rows(&self, table: &str) -> Vec<Value> {
        let answer = self.dynamo("Scan", &json!({ "TableName": self.named(table), "ConsistentRead": true }));
        assert!(answer.get("LastEvaluatedKey").is_none(), "{table} has more than a page");
        answer["Items"].as_array().unwrap().iter().map(in_order).collect()
    }

    pub(super) fn state(&self) -> State {
        let mut state = State::new();
        for table in TABLES {
            state.extend(self.rows(table).into_iter().map(|item| (place(table, &item), item)));
        }
        for bucket in BUCKETS {
            let names = self.client.object_names(&self.named(bucket), "").unwrap();
            state.extend(names.into_iter().map(|name| (format!("{bucket} {name}"), Value::Null)));
        }
        state
    }

    /// Before that call of the job a request ends that was under way, and has written this.
    pub(super) fn hears_late(&self, call: usize, things: &State) {
        let (client, name, things) = (self.client.clone(), self.name.clone(), things.clone());
        self.wire.before_call(call, move || fill(&client, &name, &things));
    }

    /// What was called for, over all lives.
    pub(super) fn calls(&self) -> Vec<String> {
        self.wire.calls()
    }

    /// As the request does that asks for it.
    pub(super) async fn is_asked_to_erase(&self, user_id: UserId) {
        let ambient = self.hands.ambient();
        let farewell = ambient.promise(Effect::mail(MailKind::AccountErased, user_id));
        let erasure = Erasure::begun(user_id, farewell, self.hands.now());
        let [accounts, profiles, outbox] =
            ["Accounts", "Profiles", "Outbox"].map(|name| self.table(&Aws::new(&root()), name));
        let requests = DynamoErasureRequests::new(accounts, profiles, DynamoOutbox::new(outbox));
        assert!(requests.begin(&erasure, &ambient.promise(Effect::erase(user_id))).await.unwrap());
    }

    /// Brings the job its promise until death comes.
    pub(super) async fn erases_until_death(&self, user_id: UserId) {
        while !self.wire.has_struck() {
            self.delivers(user_id).await.expect("nobody died");
        }
    }

    /// Brings the job its promise until there is none, as the queue and `sweep` do.
    pub(super) async fn erases(&self, user_id: UserId) {
        for _ in 0..LIVES {
            if self.delivers(user_id).await.is_none() {
                return;
            }
        }
        panic!("{user_id} is not erased after {LIVES} lives");
    }

    /// One delivery, if anything is promised. The mail that says goodbye is sent while the job waits.
    async fn delivers(&self, user_id: UserId) -> Option<()> {
        let promised = |kind: &str, row: &Value| row["kind"]["S"] == kind && row["user_id"]["S"] == user_id.to_string();
        let rows = self.rows("Outbox");
        let job = rows.iter().find(|row| promised("account.erase", row) || promised("account.erase-on", row))?;
        let job = entry(job);
        // The queue keeps back what is to come later.
        self.hands.moves_to(self.hands.now() + job.effect.delay());
        if let Some(ended) = self.wire.lives(account_jobs::work(&self.deps(), job)).await {
            ended.unwrap_or_else(|error| panic!("{error:?}"));
            for mail in rows.iter().filter(|row| promised("mail.account-erased", row)) {
                let key = json!({ "pk": mail["pk"], "sk": mail["sk"] });
                self.dynamo("DeleteItem", &json!({ "TableName": self.named("Outbox"), "Key": key }));
            }
        }
        Some(())
    }

    fn table(&self, aws: &Aws, name: &str) -> Table {
        Table::new(aws, self.named(name), self.hands.clone())
    }

    /// The job as `main.rs` wires it, in a process of its own.
    fn deps(&self) -> Deps {
        let (aws, ambient) = (Aws::new(&root_at(self.wire.url())), self.hands.ambient());
        let [accounts, sessions, profiles, social, chat, realtime, ops, outbox] =
            TABLES.map(|name| self.table(&aws, name));
        let outbox = DynamoOutbox::new(outbox);
        let photos = Arc::new(S3Photos::new(&aws, self.named("Photos")));
        let archives = Arc::new(S3Exports::new(&aws, self.named("Exports")));
        let exporter = Exporter {
            exports: Arc::new(DynamoExports::new(profiles.clone(), outbox.clone())),
            holdings: Arc::new(DynamoHoldings {
                accounts: accounts.clone(),
                sessions: sessions.clone(),
                profiles: profiles.clone(),
                social: social.clone(),
                chat: chat.clone(),
            }),
            photos: photos.clone(),
            shelf: archives.clone(),
        };
        let register = Arc::new(DynamoProjects::new(profiles.clone(), chat.clone(), outbox.clone()));
        let projects = ProjectTraces {
            projects: register.clone(),
            register,
            members: Arc::new(DynamoMembers::new(profiles.clone(), chat.clone(), outbox.clone())),
            estates: Arc::new(DynamoProjectEstates::new(profiles.clone(), chat.clone())),
            ambient: ambient.clone(),
        };
        let ending = DynamoSessions::new(sessions.clone(), accounts.clone(), outbox.clone());
        let places = Places {
            sign_out: Arc::new(SignOut::new(Arc::new(ending), ambient.clone())),
            projects: Arc::new(projects),
            talks: Arc::new(TalkTraces::new(chat, outbox.clone(), ambient.clone())),
            pairs: Arc::new(PairTraces::new(social, realtime.clone(), outbox.clone(), ambient.clone())),
            photos: Arc::new(PhotoTraces::new(profiles.clone(), photos, archives)),
            profile: Arc::new(ProfileTraces::new(profiles)),
            marks: Arc::new(MarkTraces::new(ops)),
            sockets: Arc::new(SocketTraces::new(realtime)),
            sessions: Arc::new(SessionTraces::new(sessions)),
            account: Arc::new(AccountTraces::new(accounts.clone())),
        };
        let erasures = DynamoErasures::new(accounts, outbox.clone());
        let ledger = Arc::new(S3Ledger::new(&aws, self.named("Backups")));
        let eraser = Eraser { erasures: Arc::new(erasures), ledger, places };
        let promises = Arc::new(outbox);
        Deps { eraser, exporter, outbox: promises.clone(), promises, ambient }
    }
}

fn named(world: &str, container: &str) -> String {
    format!("{world}-{}", container.to_lowercase())
}

fn dynamo(client: &Client, operation: &str, body: &Value) -> Value {
    client.json("dynamodb", &format!("DynamoDB_20120810.{operation}"), body).unwrap()
}

fn fill(client: &Client, world: &str, things: &State) {
    let (mut rows, mut tables) = (Vec::new(), BTreeMap::new());
    for (place, item) in things {
        let (container, name) = place.split_once(' ').unwrap();
        if item.is_null() {
            client.put_object(&named(world, container), name, b"bytes".to_vec()).unwrap();
        } else {
            rows.push((named(world, container), json!({ "PutRequest": { "Item": item } })));
        }
    }
    for some in rows.chunks(WRITES) {
        tables.clear();
        for (table, row) in some {
            tables.entry(table).or_insert_with(Vec::new).push(row);
        }
        let answer = dynamo(client, "BatchWriteItem", &json!({ "RequestItems": tables }));
        assert_eq!(answer["UnprocessedItems"], json!({}), "{answer}");
    }
}

/// What the queue brings.
fn entry(row: &Value) -> OutboxEntry {
    let texts =
        row.as_object().unwrap().iter().filter_map(|(name, value)| Some((name.clone(), value.get("S")?.clone())));
    serde_json::from_value(Value::Object(texts.collect())).unwrap()
}

impl Drop for World {
    fn drop(&mut self) {
        for table in TABLES {
            self.dynamo("DeleteTable", &json!({ "TableName": self.named(table) }));
        }
    }
}

//! A town: one emulator with the real template deployed and IAM enforced. Stories share a few of them.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use ureq::{Agent, RequestBuilder};
use xtask::{LocalStack, StackOptions};

use super::leaks::leak;
use super::{Answer, FaultProxy, Provider};

/// How long a town is given to do what it promised; it takes milliseconds when the machine has nothing else to do.
const PATIENCE: Duration = Duration::from_secs(150);

pub(crate) struct Town {
    pub(crate) stack: LocalStack,
    /// Between the functions and `DynamoDB`, in towns where things go wrong.
    pub(crate) faults: Option<FaultProxy>,
    /// Between the functions and what they post to, the sockets of people or SES, where these break.
    pub(crate) posts: Option<FaultProxy>,
    agent: Agent,
    /// Milliseconds since 1970.
    logs_read_until: Mutex<i64>,
}

impl Town {
    /// The town where nothing goes wrong.
    pub(crate) fn peaceful() -> &'static Self {
        static TOWN: LazyLock<Town> = LazyLock::new(|| Town::found_with("peaceful", true, Vec::new()));
        &TOWN
    }

    /// The town whose functions reach `DynamoDB` through a proxy that can fail.
    pub(crate) fn troubled() -> &'static Self {
        static TOWN: LazyLock<Town> = LazyLock::new(|| {
            let mut town = Town::found_with("troubled", false, Vec::new());
            let proxy = FaultProxy::before(town.stack.endpoint());
            for function in ["auth", "profiles", "matching", "projects", "connections", "chat", "chat-send", "admin"] {
                town.stack.set_function_env(function, &[("AWS_ENDPOINT_URL_DYNAMODB", proxy.url())]).unwrap();
            }
            town.faults = Some(proxy);
            town
        });
        &TOWN
    }

    /// The town of those who turn everything upside down.
    pub(crate) fn secluded() -> &'static Self {
        static TOWN: LazyLock<Town> = LazyLock::new(|| Town::found_with("secluded", true, Vec::new()));
        &TOWN
    }

    /// The town whose cache comes and goes.
    pub(crate) fn stormy() -> &'static Self {
        static TOWN: LazyLock<Town> = LazyLock::new(|| Town::found_with("stormy", true, Vec::new()));
        &TOWN
    }

    /// The town where people can also sign in at providers, behind both of which one real provider stands.
    pub(crate) fn with_providers() -> &'static Self {
        static PROVIDER: LazyLock<Provider> = LazyLock::new(Provider::start);
        static TOWN: LazyLock<Town> = LazyLock::new(|| {
            let mut town = Town::found_with("providers", false, PROVIDER.parameters());
            let secrets = json!({ "google": "google-client-secret", "github": "github-client-secret" });
            let secret = town.stack.physical_id("OAuthSecret").unwrap();
            let filled_in = json!({ "SecretId": secret, "SecretString": secrets.to_string() });
            town.stack.client().json("secretsmanager", "secretsmanager.PutSecretValue", &filled_in).unwrap();
            let proxy = FaultProxy::before(town.stack.endpoint());
            town.stack.set_function_env("auth", &[("AWS_ENDPOINT_URL_DYNAMODB", proxy.url())]).unwrap();
            town.faults = Some(proxy);
            town
        });
        &TOWN
    }

    pub(super) fn found_with(label: &str, cache: bool, parameters: Vec<(String, String)>) -> Self {
        let options = StackOptions { label: format!("test-{label}"), cache, parameters, ..Default::default() };
        let stack = LocalStack::start(options).unwrap_or_else(|failure| panic!("{failure}"));
        // What one person does the next one sees at once: stories would only wait.
        stack.set_function_env("matching", &[("APP_CANDIDATES_POLL_SECONDS", "0")]).unwrap();
        stack.set_function_env("email-send", &[("APP_MAIL_PER_SECOND", "1000")]).unwrap();
        let config = Agent::config_builder().http_status_as_error(false).timeout_global(Some(PATIENCE));
        Self { stack, faults: None, posts: None, agent: config.build().into(), logs_read_until: Mutex::default() }
    }

    pub(crate) fn faults(&self) -> &FaultProxy {
        self.faults.as_ref().expect("nothing goes wrong in this town")
    }

    pub(crate) fn posts(&self) -> &FaultProxy {
        self.posts.as_ref().expect("nothing happens to sockets in this town")
    }

    pub(crate) fn get(&self, token: Option<&str>, path: &str) -> Answer {
        let request = addressed(self.agent.get(self.url(path)), token, &any_address());
        Answer::read(format!("GET {path}"), request.call().unwrap())
    }

    /// A request with one more header.
    pub(crate) fn get_with(&self, token: Option<&str>, path: &str, header: &str, value: &str) -> Answer {
        let request = addressed(self.agent.get(self.url(path)), token, &any_address());
        Answer::read(format!("GET {path}"), request.header(header, value).call().unwrap())
    }

    /// The status of what a careful scanner asks first.
    pub(crate) fn head(&self, path: &str) -> u16 {
        self.agent.head(self.url(path)).call().unwrap().status().as_u16()
    }

    pub(crate) fn delete(&self, token: Option<&str>, path: &str) -> Answer {
        let request = addressed(self.agent.delete(self.url(path)), token, &any_address());
        Answer::read(format!("DELETE {path}"), request.call().unwrap())
    }

    pub(crate) fn post(&self, token: Option<&str>, path: &str, body: &Value) -> Answer {
        self.send_raw("POST", token, path, "application/json", &body.to_string())
    }

    pub(crate) fn put(&self, token: Option<&str>, path: &str, body: &Value) -> Answer {
        self.send_raw("PUT", token, path, "application/json", &body.to_string())
    }

    /// A call from this address; all others come from addresses of their own.
    pub(crate) fn post_from(&self, address: &str, path: &str, body: &Value) -> Answer {
        let request = addressed(self.agent.post(self.url(path)), None, address);
        let request = request.header("content-type", "application/json");
        Answer::read(format!("POST {path}"), request.send(body.to_string()).unwrap())
    }

    /// A request with one more header.
    pub(crate) fn post_with(&self, path: &str, header: &str, value: &str, body: &Value) -> Answer {
        let request = addressed(self.agent.post(self.url(path)), None, &any_address());
        let request = request.header("content-type", "application/json").header(header, value);
        Answer::read(format!("POST {path}"), request.send(body.to_string()).unwrap())
    }

    /// Any body of any type, for those that are no JSON.
    pub(crate) fn send_raw(&self, method: &str, token: Option<&str>, path: &str, kind: &str, body: &str) -> Answer {
        let request = match method {
            "PUT" => self.agent.put(self.url(path)),
            _ => self.agent.post(self.url(path)),
        };
        let request = addressed(request, token, &any_address()).header("content-type", kind);
        Answer::read(format!("{method} {path}"), request.send(body).unwrap())
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.stack.http_url())
    }

    /// The mails somebody got, oldest first, once there are `count` of them.
    pub(crate) fn mails_to(&self, address: &str, count: usize) -> Vec<String> {
        eventually(&format!("{count} mails to {address}"), || {
            let mails = self.stack.mails_to(address).unwrap();
            (mails.len() >= count).then(|| mails.into_iter().map(|mail| mail.text).collect())
        })
    }

    /// The items of a table whose keys are known, read as the operator would.
    pub(crate) fn item(&self, table: &str, pk: &str, sk: &str) -> Option<Value> {
        let key = json!({ "pk": { "S": pk }, "sk": { "S": sk } });
        let answer = self.stack.dynamo("GetItem", &json!({ "TableName": self.table(table), "Key": key }));
        answer.unwrap().get("Item").cloned()
    }

    pub(crate) fn put_item(&self, table: &str, item: &Value) {
        self.stack.dynamo("PutItem", &json!({ "TableName": self.table(table), "Item": item })).unwrap();
    }

    pub(crate) fn remove_item(&self, table: &str, pk: &str, sk: &str) {
        let key = json!({ "pk": { "S": pk }, "sk": { "S": sk } });
        self.stack.dynamo("DeleteItem", &json!({ "TableName": self.table(table), "Key": key })).unwrap();
    }

    /// All items of a partition.
    pub(crate) fn items(&self, table: &str, pk: &str) -> Vec<Value> {
        let query = json!({
            "TableName": self.table(table), "KeyConditionExpression": "pk = :pk",
            "ExpressionAttributeValues": { ":pk": { "S": pk } }, "ConsistentRead": true,
        });
        self.stack.dynamo("Query", &query).unwrap()["Items"].as_array().unwrap().clone()
    }

    /// Makes everything that is kept of one family unreachable, as an admin can.
    pub(crate) fn forgets(&self, family: &str) {
        let change = json!({
            "TableName": self.table("Ops"), "Key": { "pk": { "S": "MATCHING" }, "sk": { "S": "VERSIONS" } },
            "UpdateExpression": "ADD #generation :one",
            "ExpressionAttributeNames": { "#generation": format!("generation_{family}") },
            "ExpressionAttributeValues": { ":one": { "N": "1" } },
        });
        self.stack.dynamo("UpdateItem", &change).unwrap();
    }

    /// The content of a secret, by its name in the template.
    pub(crate) fn secret(&self, name: &str) -> Value {
        let body = json!({ "SecretId": self.stack.physical_id(name).unwrap() });
        let answer = self.stack.client().json("secretsmanager", "secretsmanager.GetSecretValue", &body).unwrap();
        serde_json::from_str(answer["SecretString"].as_str().unwrap()).unwrap()
    }

    /// Ends the processes of a function: the next request meets one that remembers nothing.
    pub(crate) fn restart(&self, function: &str) {
        self.stack.set_function_env(function, &[]).unwrap();
    }

    /// All rows of the outbox, as text.
    pub(crate) fn outbox(&self) -> Vec<String> {
        let answer = self.stack.dynamo("Scan", &json!({ "TableName": self.table("Outbox"), "ConsistentRead": true }));
        answer.unwrap()["Items"].as_array().unwrap().iter().map(Value::to_string).collect()
    }

    pub(crate) fn table(&self, name: &str) -> String {
        self.stack.output(&format!("{name}TableName")).unwrap().to_owned()
    }

    /// The newest complaints of the functions, for a story that has failed.
    pub(crate) fn tell_what_went_wrong(&self) {
        for function in self.stack.functions().keys() {
            let lines = self.stack.function_logs(function, 0).unwrap_or_default();
            let lines: Vec<_> = lines.into_iter().map(|line| line.message).collect();
            let complaints: Vec<_> =
                lines.iter().filter(|line| line.contains("WARN") || line.contains("ERROR")).collect();
            for line in complaints.iter().rev().take(3).rev() {
                eprintln!("{function}: {line}");
            }
        }
    }

    /// What a function has logged, once it says this.
    pub(crate) fn logs_that_say(&self, function: &str, what: &str) -> String {
        eventually(&format!("{function} to log: {what}"), || {
            let lines = self.stack.function_logs(function, 0).unwrap();
            let logs = lines.into_iter().map(|line| line.message).collect::<Vec<_>>().join("\n");
            logs.contains(what).then_some(logs)
        })
    }

    /// Waits for a line of a function that says this of somebody: others make it say the same.
    pub(crate) fn logs_of(&self, function: &str, whom: &str, what: &str) {
        eventually(&format!("{function} to log of {whom}: {what}"), || {
            let lines = self.stack.function_logs(function, 0).unwrap();
            lines.iter().any(|line| [whom, what].iter().all(|part| line.message.contains(part))).then_some(())
        });
    }

    /// Reads what was logged since it was read last, for what no log may hold.
    pub(crate) fn leaks(&self) -> Vec<String> {
        // Lines that are as old as the last one read may have been written after it was.
        let mut read_until = self.logs_read_until.lock().unwrap_or_else(PoisonError::into_inner);
        let since = *read_until;
        let mut leaks = Vec::new();
        for function in self.stack.functions().keys() {
            for line in self.stack.function_logs(function, since).unwrap() {
                *read_until = line.timestamp.max(*read_until);
                leaks.extend(leak(&line.message).map(|what| format!("{function} logs {what}: {}", line.message)));
            }
        }
        leaks
    }

    /// Runs the same thing several times at once, each in a thread of its own.
    pub(crate) fn at_once<T: Send>(count: usize, act: impl Fn(usize) -> T + Sync) -> Vec<T> {
        let act = &act;
        std::thread::scope(|scope| {
            let threads: Vec<_> = (0..count).map(|n| scope.spawn(move || act(n))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        })
    }
}

/// Waits for something that is promised to happen, without guessing how long it takes.
#[track_caller]
pub(crate) fn eventually<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < deadline, "still waiting for {what} after {PATIENCE:?}");
        std::thread::sleep(Duration::from_millis(25));
    }
}

fn addressed<B>(request: RequestBuilder<B>, token: Option<&str>, address: &str) -> RequestBuilder<B> {
    let request = request.header("x-forwarded-for", address);
    match token {
        Some(token) => request.header("authorization", format!("Bearer {token}")),
        None => request,
    }
}

/// An address that nobody else calls from, so that only stories about limits meet them.
pub(crate) fn any_address() -> String {
    static CALLS: AtomicU32 = AtomicU32::new(0);
    let [_, b, c, d] = CALLS.fetch_add(1, Ordering::Relaxed).to_be_bytes();
    format!("10.{b}.{c}.{d}")
}

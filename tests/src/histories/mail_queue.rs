//! Mails by the hundred, of which some come twice and some nobody can read, while SES and `DynamoDB` fail at random and
//! processes are killed: each mail is accepted once, except what the counters say. `MAILS=10000` sends more.

use std::collections::BTreeMap;
use std::time::{Instant, UNIX_EPOCH};

use nix::sys::signal::{Signal, kill};
use serde_json::{Value, json};
use shared::domain::digest::DigestCounts;
use shared::domain::id::{Id, OutboxId, UserId};
use shared::domain::outbox::{Effect, MailKind, OutboxEntry};
use shared::domain::time::Timestamp;

use crate::support::{Dead, Dice, Fault, On, Story, Town, Weather, eventually};

const SEED: u64 = 23;
const MAILS: usize = 600;
/// Mails that SES does not take while the story lasts, until it does.
const REFUSED: usize = 20;
/// Messages that nobody can read.
const POISONED: usize = 7;
/// How often a process is killed while mails are sent.
const KILLS: usize = 8;
/// Short enough to fail five times within two minutes, and long enough for a dead sender's claim to run out before; the
/// template says three minutes.
const VISIBILITY: u64 = 25;

const TO_DYNAMO: Weather =
    Weather { conflict: 0, throttle: 6, server_error: 6, refuse: 6, stall: 1, lose_answer: 10, gust: 1 };
const TO_SES: Weather =
    Weather { conflict: 0, throttle: 0, server_error: 8, refuse: 8, stall: 1, lose_answer: 15, gust: 1 };

/// A mail and whom it is to reach, who gets no other one.
struct Letter {
    to: String,
    is_digest: bool,
    entry: OutboxEntry,
}

#[test]
fn every_mail_is_accepted_once_or_counted() {
    let story = Story::in_the_post_office();
    let (town, began_at, dice) = (story.town, Instant::now(), Dice::new(SEED));
    let post = Post { town, dice: &dice };
    post.shows_again_after(VISIBILITY);
    let in_doubt = [false, true].map(|is_digest| post.letter("witness", is_digest));
    for letter in &in_doubt {
        post.dies_between_acceptance_and_mark(letter);
    }

    let letters: Vec<Letter> = (0..mails()).map(|n| post.letter("reader", n % 2 == 1)).collect();
    let refused: Vec<Letter> = (0..REFUSED).map(|_| post.letter("unreachable", false)).collect();
    town.posts().next(usize::MAX, On::everything_about("unreachable."), Fault::ServerError);
    town.faults().has(TO_DYNAMO, SEED);
    town.posts().has(TO_SES, SEED + 1);
    post.queues(&letters, &refused);
    let killed = post.is_killed_while_sending(letters.len());
    let faults = [town.faults().clears_up(), town.posts().clears_up()];
    eprintln!("{:.0?}: {killed} killed; to DynamoDB {}; to SES {}", began_at.elapsed(), faults[0], faults[1]);

    post.is_drained();
    let letters: Vec<Letter> = letters.into_iter().chain(in_doubt).collect();
    let dead: Vec<String> = post.dead().shown("mail", 1_000).into_iter().map(|(_, body)| body).collect();
    let unlucky = post.has_sent_once_or_counted(&letters, &dead);
    assert_eq!(dead.len(), POISONED + REFUSED + unlucky.len(), "what failed five times, and nothing else");
    assert_eq!(dead.iter().filter(|body| body.starts_with("{poison")).count(), POISONED);
    eprintln!("{:.0?}: all that could be sent is sent, and the rest is put aside", began_at.elapsed());

    // SES takes them now; what nobody can read comes back.
    town.posts().calm("unreachable.");
    post.shows_again_after(1);
    assert_eq!(post.dead().puts_back("mail", 1_000).unwrap(), dead.len());
    post.is_drained();
    let accepted = post.accepted();
    let put_back = refused.iter().map(|letter| &letter.to).chain(&unlucky);
    assert!(put_back.into_iter().all(|to| accepted.get(to) == Some(&1)), "put back, and accepted once");
    eventually("the poison to be put aside again", || (post.dead().pile("mail") == POISONED).then_some(()));
    post.clears_the_dead();
}

struct Post<'p> {
    town: &'static Town,
    dice: &'p Dice,
}

impl Post<'_> {
    fn dead(&self) -> Dead {
        Dead::of(&self.town.stack)
    }

    fn url(&self, queue: &str) -> String {
        self.town.stack.output(&format!("{queue}Url")).unwrap().to_owned()
    }

    fn sqs(&self, operation: &str, body: &Value) {
        let answer = self.town.stack.client().json("sqs", &format!("AmazonSQS.{operation}"), body).unwrap();
        assert_eq!(answer.get("Failed").and_then(Value::as_array).map_or(0, Vec::len), 0, "{answer}");
    }

    fn shows_again_after(&self, seconds: u64) {
        let attributes = json!({ "VisibilityTimeout": seconds.to_string() });
        self.sqs("SetQueueAttributes", &json!({ "QueueUrl": self.url("MailQueue"), "Attributes": attributes }));
    }

    /// Somebody with an account, and a mail that waits to be sent to them.
    fn letter(&self, name: &str, is_digest: bool) -> Letter {
        let now = Timestamp::from_unix_millis(u64::try_from(UNIX_EPOCH.elapsed().unwrap().as_millis()).unwrap());
        let chance = || std::array::from_fn(|_| u8::try_from(self.dice.below(256)).unwrap());
        let (user_id, id) = (UserId::from_parts(now, chance()), OutboxId::from_parts(now, chance()));
        let to = format!("{name}.{user_id}@example.org");
        let counts = DigestCounts { likes: 1, ..DigestCounts::default() };
        let effect =
            if is_digest { Effect::digest(user_id, counts) } else { Effect::mail(MailKind::PasswordChanged, user_id) };
        let account = json!({
            "pk": { "S": format!("USER#{user_id}") }, "sk": { "S": "ACCOUNT" }, "email": { "S": to },
            "state": { "S": "active" }, "locale": { "S": "en" }, "created_at": { "S": now.to_string() },
        });
        self.town.put_item("Accounts", &account);
        Letter { to, is_digest, entry: OutboxEntry { id, created_at: now, request_id: None, effect } }
    }

    /// SES takes the mail, and before anybody notes it the process is killed.
    fn dies_between_acceptance_and_mark(&self, letter: &Letter) {
        let died_before = self.town.died_at_work();
        self.town.posts().next(1, On::everything_about(&letter.to), Fault::HoldAnswer);
        self.sends(&[body(&letter.entry)]);
        eventually("SES to accept the mail", || self.accepted().contains_key(&letter.to).then_some(()));
        self.town.kill_processes_of("email-send");
        self.town.posts().calm(&letter.to);
        eventually("the death to be told", || (self.town.died_at_work() > died_before).then_some(()));
    }

    /// Every mail, some of them twice, and what nobody can read, in any order.
    fn queues(&self, letters: &[Letter], refused: &[Letter]) {
        let twice = letters.iter().step_by(10);
        let mut bodies: Vec<String> =
            letters.iter().chain(refused).chain(twice).map(|letter| body(&letter.entry)).collect();
        bodies.extend((0..POISONED).map(|n| format!("{{poison {n}")));
        for n in (1..bodies.len()).rev() {
            bodies.swap(n, usize::try_from(self.dice.below(n as u64 + 1)).unwrap());
        }
        self.sends(&bodies);
    }

    fn sends(&self, bodies: &[String]) {
        for some in bodies.chunks(10) {
            let entry = |(n, body): (usize, &String)| json!({ "Id": n.to_string(), "MessageBody": body });
            let entries: Vec<Value> = some.iter().enumerate().map(entry).collect();
            self.sqs("SendMessageBatch", &json!({ "QueueUrl": self.url("MailQueue"), "Entries": entries }));
        }
    }

    /// Kills processes while mails are sent, and answers how many.
    fn is_killed_while_sending(&self, mails: usize) -> usize {
        let mut killed = 0;
        for n in 1..=KILLS {
            let due = mails * n / (KILLS + 2);
            eventually("more mails to be sent", || (self.accepted().len() >= due).then_some(()));
            let processes = self.town.processes_of("email-send");
            let victim = processes.get(usize::try_from(self.dice.below(processes.len() as u64)).unwrap());
            killed += usize::from(victim.is_some_and(|victim| kill(*victim, Signal::SIGKILL).is_ok()));
        }
        killed
    }

    /// How often each address was sent to.
    fn accepted(&self) -> BTreeMap<String, u64> {
        let mut accepted = BTreeMap::new();
        for to in self.town.stack.mail_recipients().unwrap() {
            *accepted.entry(to).or_default() += 1;
        }
        accepted
    }

    /// Waits until nothing is left in the queue, as long as there is less and less.
    fn is_drained(&self) {
        let name = self.url("MailQueue");
        let depth = || {
            let queues = self.town.stack.queue_depths().unwrap();
            let mine = queues.into_iter().find(|queue| name.rsplit('/').next() == Some(&*queue.name));
            mine.map_or(0, |queue| queue.visible + queue.hidden)
        };
        let mut left = depth();
        while left > 0 {
            left = eventually("less to be left in the queue", || Some(depth()).filter(|depth| *depth < left));
        }
    }

    /// Promise 7: one accepted mail for each, and what is not so is in a counter, or rests among the dead. Answers who waits
    /// for what met a fault five times.
    fn has_sent_once_or_counted(&self, letters: &[Letter], dead: &[String]) -> Vec<String> {
        let accepted = self.accepted();
        let times = |letter: &Letter| accepted.get(&letter.to).copied().unwrap_or_default();
        let (digests, security): (Vec<_>, Vec<_>) = letters.iter().partition(|letter| letter.is_digest);
        let rests = |letter: &Letter| dead.iter().any(|body| body.contains(&letter.entry.id.to_string()));
        let unlucky = letters.iter().filter(|letter| times(letter) == 0 && rests(letter));
        let unlucky: Vec<String> = unlucky.map(|letter| letter.to.clone()).collect();
        let is_there = |letter: &Letter| times(letter) >= 1 || unlucky.contains(&letter.to);
        assert!(security.iter().all(|letter| is_there(letter)), "a security mail is lost");
        assert!(digests.iter().all(|letter| times(letter) <= 1), "a digest came twice");
        let repeated: u64 = security.iter().map(|letter| times(letter).saturating_sub(1)).sum();
        let missing = digests.iter().filter(|letter| !is_there(letter)).count() as u64;
        let counted = ["mails_repeated", "mails_dropped"].map(|metric| self.counts(metric));
        eprintln!("{repeated} came twice, {missing} did not come, {} wait; counted {counted:?}", unlucky.len());
        assert!(repeated > 0, "the one whose sender died comes twice");
        assert!(repeated <= counted[0] && missing <= counted[1], "counted are {counted:?}");
        // Whoever is counted met a fault; whoever met none is not counted.
        assert!(counted[0] < security.len() as u64 / 4 + (REFUSED * 5) as u64);
        assert!(counted[1] < digests.len() as u64 / 4);
        unlucky
    }

    /// What a metric of `email-send` comes to.
    fn counts(&self, metric: &str) -> u64 {
        let lines = self.town.stack.function_logs("email-send", 0).unwrap();
        let values = lines.iter().filter_map(|line| serde_json::from_str::<Value>(&line.message).ok());
        values.filter(|line| line.get("_aws").is_some()).filter_map(|line| line[metric].as_u64()).sum()
    }

    fn clears_the_dead(&self) {
        self.sqs("PurgeQueue", &json!({ "QueueUrl": self.url("MailDeadLetterQueue") }));
    }
}

fn body(entry: &OutboxEntry) -> String {
    serde_json::to_string(entry).unwrap()
}

#[expect(clippy::disallowed_methods, reason = "how many are sent is the choice of whoever sends them")]
fn mails() -> usize {
    std::env::var("MAILS").ok().and_then(|text| text.parse().ok()).unwrap_or(MAILS)
}

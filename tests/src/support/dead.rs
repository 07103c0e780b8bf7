//! The operator's hands on dead letters, as the program of `cargo xtask dlq` has them.

use std::collections::BTreeMap;
use std::sync::Mutex;

use ::operator::{Act, Care, Failure, care};
use shared::adapters::aws::Aws;
use shared::config::Vars;
use tokio::runtime::Builder;
use xtask::deployment::LocalDeployment;
use xtask::local::{ACCOUNT, LocalStack, REGION};
use xtask::operator;

pub(crate) struct Dead {
    aws: Aws,
    queues: BTreeMap<String, String>,
    outbox: String,
}

impl Dead {
    pub(crate) fn of(stack: &LocalStack) -> Self {
        let vars = [
            ("AWS_ACCESS_KEY_ID", ACCOUNT),
            ("AWS_SECRET_ACCESS_KEY", "unused"),
            ("AWS_REGION", REGION),
            ("AWS_ENDPOINT_URL", stack.endpoint()),
        ];
        let queues = operator::queues(&LocalDeployment::of_stack(stack));
        let outbox = stack.output("OutboxTableName").unwrap().to_owned();
        Self { aws: Aws::new(&Vars::from_iter(vars)), queues, outbox }
    }

    pub(crate) fn among(aws: Aws, queues: BTreeMap<String, String>) -> Self {
        Self { aws, queues, outbox: "outbox".to_owned() }
    }

    fn told(&self, act: Act) -> Result<Vec<String>, Failure> {
        let told = Mutex::new(Vec::new());
        let order = Care { queues: self.queues.clone(), outbox: self.outbox.clone(), act };
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(care(&self.aws, &order, &|line| told.lock().unwrap().push(line)))?;
        Ok(told.into_inner().unwrap())
    }

    /// The queues and how many messages rest in each, in the order in which they are told.
    pub(crate) fn piles(&self) -> Vec<(String, usize)> {
        let told = self.told(Act::List).unwrap();
        let pile = |line: &String| {
            let (queue, messages) = line.split_once(' ').unwrap();
            (queue.to_owned(), messages.trim().parse().unwrap())
        };
        told[1..].iter().map(pile).collect()
    }

    pub(crate) fn pile(&self, queue: &str) -> usize {
        self.piles().into_iter().find(|(name, _)| name == queue).unwrap().1
    }

    /// Id and body of what is shown.
    pub(crate) fn shown(&self, queue: &str, limit: usize) -> Vec<(String, String)> {
        let told = self.told(Act::Show { queue: queue.to_owned(), limit }).unwrap();
        let letter = |line: &String| {
            let (head, body) = line.split_once("\n  ")?;
            Some((head.split_once(' ')?.0.to_owned(), body.to_owned()))
        };
        told.iter().filter_map(letter).collect()
    }

    pub(crate) fn discards(&self, queue: &str, message_id: &str) -> Result<Vec<String>, Failure> {
        self.told(Act::Discard { queue: queue.to_owned(), message_id: message_id.to_owned() })
    }

    /// How many were put back.
    pub(crate) fn puts_back(&self, queue: &str, limit: usize) -> Result<usize, Failure> {
        let told = self.told(Act::Redrive { queue: queue.to_owned(), limit })?;
        Ok(told[0].split_once(' ').unwrap().0.parse().unwrap())
    }
}

//! Flows under way to a provider: stored under the hash of their state, ended by deleting them.

use async_trait::async_trait;

use super::item::{Key, decode, encode, expiring};
use super::table::Table;
use crate::domain::oauth::{Flow, LIFETIME, State};
use crate::error::Result;
use crate::ports::oauth::Flows;

#[derive(Clone, Debug)]
pub struct DynamoFlows(Table);

impl DynamoFlows {
    pub fn new(accounts: Table) -> Self {
        Self(accounts)
    }
}

#[async_trait]
impl Flows for DynamoFlows {
    async fn begin(&self, state: &State, flow: &Flow) -> Result<()> {
        self.0.put(expiring(encode(&key(state), flow)?, self.0.now() + LIFETIME)).await
    }

    async fn take(&self, state: &State) -> Result<Option<Flow>> {
        self.0.take(&key(state)).await?.map(decode).transpose()
    }
}

fn key(state: &State) -> Key {
    Key::new(format!("OAUTH#{}", state.hash()), "FLOW")
}

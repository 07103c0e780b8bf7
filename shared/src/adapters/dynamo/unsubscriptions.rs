//! Unsubscribe tokens: rows of the profiles table that hold nothing, under the hash of the token.

use async_trait::async_trait;

use super::item::{Key, expiring};
use super::table::{Read, Table};
use crate::domain::unsubscription::{UNSUBSCRIBE_LIFETIME, UnsubscribeToken};
use crate::error::Result;
use crate::ports::unsubscriptions::Unsubscriptions;

#[derive(Clone, Debug)]
pub struct DynamoUnsubscriptions(Table);

impl DynamoUnsubscriptions {
    pub fn new(profiles: Table) -> Self {
        Self(profiles)
    }
}

#[async_trait]
impl Unsubscriptions for DynamoUnsubscriptions {
    async fn issue(&self, token: &UnsubscribeToken) -> Result<()> {
        self.0.put(expiring(key(token).attributes(), self.0.now() + UNSUBSCRIBE_LIFETIME)).await
    }

    async fn knows(&self, token: &UnsubscribeToken) -> Result<bool> {
        Ok(self.0.get_item(&key(token), Read::Strong).await?.is_some())
    }
}

fn key(token: &UnsubscribeToken) -> Key {
    Key::new(format!("UNSUBSCRIBE#{}", token.hash()), "UNSUBSCRIBE")
}

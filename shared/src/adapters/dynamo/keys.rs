//! Public signing keys, in the ops table so that functions inside the VPC can read them too.

use async_trait::async_trait;

use super::item::{Key, decode, encode};
use super::range::Range;
use super::table::Table;
use crate::domain::token::PublicKey;
use crate::error::Result;
use crate::ports::keys::PublicKeys;

const PARTITION: &str = "KEYS#access";

#[derive(Clone, Debug)]
pub struct DynamoKeys(Table);

impl DynamoKeys {
    pub fn new(ops: Table) -> Self {
        Self(ops)
    }
}

#[async_trait]
impl PublicKeys for DynamoKeys {
    async fn all(&self) -> Result<Vec<PublicKey>> {
        self.0.query(Range::whole(PARTITION)).await?.into_iter().map(decode).collect()
    }

    async fn publish(&self, key: &PublicKey) -> Result<()> {
        self.0.put_new(encode(&Key::new(PARTITION, &key.kid), key)?).await?;
        Ok(())
    }
}

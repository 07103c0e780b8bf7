//! Public signing keys, in the ops table so that functions inside the VPC can read them too.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::item::{Key, decode, encode};
use super::range::Range;
use super::table::Table;
use crate::domain::keys::PublishedKey;
use crate::domain::time::Timestamp;
use crate::domain::token::PublicKey;
use crate::error::Result;
use crate::ports::keys::PublicKeys;

const PARTITION: &str = "KEYS#access";

#[derive(Clone, Debug)]
pub struct DynamoKeys(Table);

#[derive(Serialize, Deserialize)]
struct StoredKey {
    kid: String,
    x: String,
    #[serde(default = "always")]
    published_at: Timestamp,
    #[serde(default = "always")]
    signs_from: Timestamp,
}

/// Rows without times were written when there was one key only.
fn always() -> Timestamp {
    Timestamp::from_unix_seconds(0)
}

impl DynamoKeys {
    pub fn new(ops: Table) -> Self {
        Self(ops)
    }
}

#[async_trait]
impl PublicKeys for DynamoKeys {
    async fn all(&self) -> Result<Vec<PublishedKey>> {
        let items = self.0.query(Range::whole(PARTITION).strong()).await?.into_iter();
        items.map(|item| decode::<StoredKey>(item).map(published)).collect()
    }

    async fn publish(&self, key: &PublishedKey) -> Result<()> {
        let stored = StoredKey {
            kid: key.public.kid.clone(),
            x: key.public.x.clone(),
            published_at: key.published_at,
            signs_from: key.signs_from,
        };
        self.0.put_new(encode(&row(key.kid()), &stored)?).await?;
        Ok(())
    }

    async fn withdraw(&self, kid: &str) -> Result<()> {
        self.0.delete(&row(kid)).await
    }
}

fn row(kid: &str) -> Key {
    Key::new(PARTITION, kid)
}

fn published(stored: StoredKey) -> PublishedKey {
    let StoredKey { kid, x, published_at, signs_from } = stored;
    PublishedKey { public: PublicKey { kid, x }, published_at, signs_from }
}

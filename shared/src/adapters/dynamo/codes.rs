//! Verification codes, beside the accounts they confirm.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::expression::Expression;
use super::item::{Key, decode, encode, expiring, number};
use super::table::{Read, Table};
use crate::domain::code::{CodeKey, ConfirmationCode, LIFETIME, MAX_TRIES, StoredCode, VALID_CODES, accepts};
use crate::domain::id::UserId;
use crate::error::Result;
use crate::ports::codes::Codes;

#[derive(Clone, Debug)]
pub struct DynamoCodes {
    accounts: Table,
    key: CodeKey,
}

#[derive(Default, Serialize, Deserialize)]
struct StoredCodes {
    codes: Vec<StoredCode>,
    tries: u32,
}

impl DynamoCodes {
    pub fn new(accounts: Table, key: CodeKey) -> Self {
        Self { accounts, key }
    }

    /// The codes after one more try, or nothing once the tries are used up or no code was sent.
    async fn spend_try(&self, user_id: UserId) -> Result<Option<StoredCodes>> {
        let change = Expression::new("ADD tries :one")
            .value(":one", number(1_u32))
            .value(":max", number(MAX_TRIES))
            .value(":now", number(self.accounts.now().unix_seconds()));
        let open = "attribute_exists(pk) AND tries < :max AND expires_at > :now";
        self.accounts.update_if(&key(user_id), change, open).await?.map(decode).transpose()
    }
}

#[async_trait]
impl Codes for DynamoCodes {
    async fn add(&self, user_id: UserId, code: &ConfirmationCode) -> Result<()> {
        // One mail at a time is sent to a person, so read and write need no condition; tries are kept as they are.
        let valid_until = self.accounts.now() + LIFETIME;
        let mut stored: StoredCodes = self.accounts.get(&key(user_id), Read::Strong).await?.unwrap_or_default();
        stored.codes.push(StoredCode { hash: self.key.hash(user_id, code), valid_until });
        let surplus = stored.codes.len().saturating_sub(VALID_CODES);
        stored.codes.drain(..surplus);
        self.accounts.put(expiring(encode(&key(user_id), &stored)?, valid_until)).await
    }

    async fn check(&self, user_id: UserId, code: &ConfirmationCode) -> Result<bool> {
        let hash = self.key.hash(user_id, code);
        let stored = self.spend_try(user_id).await?;
        Ok(stored.is_some_and(|stored| accepts(&stored.codes, &hash, self.accounts.now())))
    }

    async fn clear(&self, user_id: UserId) -> Result<()> {
        self.accounts.delete(&key(user_id)).await
    }
}

fn key(user_id: UserId) -> Key {
    Key::new(format!("CODE#{user_id}"), "VERIFY")
}

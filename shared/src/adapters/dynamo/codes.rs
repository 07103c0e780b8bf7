//! Codes, beside the accounts whose owners they prove.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::expression::Expression;
use super::item::{Key, decode, number, text, value};
use super::table::{Read, Table};
use super::transaction::Outcome;
use crate::domain::code::{
    CodeKey, CodePurpose, ConfirmationCode, LIFETIME, MAX_TRIES, StoredCode, VALID_CODES, accepts,
};
use crate::domain::id::{ChallengeId, UserId};
use crate::error::{Error, Result};
use crate::ports::codes::Codes;

#[derive(Clone, Debug)]
pub struct DynamoCodes {
    accounts: Table,
    key: CodeKey,
}

/// `CODE#challenge` / purpose
#[derive(Serialize, Deserialize)]
struct StoredCodes {
    user_id: UserId,
    codes: Vec<StoredCode>,
    tries: u32,
}

impl DynamoCodes {
    pub fn new(accounts: Table, key: CodeKey) -> Self {
        Self { accounts, key }
    }

    /// The codes after one more try, or nothing once the tries are used up or no code was sent.
    async fn spend_try(&self, key: &Key) -> Result<Option<StoredCodes>> {
        let change = Expression::new("ADD tries :one")
            .value(":one", number(1_u32))
            .value(":max", number(MAX_TRIES))
            .value(":now", number(self.accounts.now().unix_seconds()));
        let open = "attribute_exists(pk) AND tries < :max AND expires_at > :now";
        self.accounts.update_if(key, change, open).await?.map(decode).transpose()
    }
}

#[async_trait]
impl Codes for DynamoCodes {
    async fn add(
        &self,
        challenge_id: ChallengeId,
        purpose: CodePurpose,
        user_id: UserId,
        code: &ConfirmationCode,
    ) -> Result<()> {
        // One mail at a time is sent for a challenge, so that nobody else writes the codes; tries are counted meanwhile.
        let key = key(challenge_id, purpose);
        let valid_until = self.accounts.now() + LIFETIME;
        let stored: Option<StoredCodes> = self.accounts.get(&key, Read::Strong).await?;
        let mut codes = stored.map(|stored| stored.codes).unwrap_or_default();
        codes.push(StoredCode { hash: self.key.hash(challenge_id, purpose, code), valid_until });
        codes.drain(..codes.len().saturating_sub(VALID_CODES));
        let change =
            Expression::new("SET user_id = :user_id, codes = :codes, expires_at = :expires_at ADD tries :none")
                .value(":user_id", text(user_id.to_string()))
                .value(":codes", value(&codes)?)
                .value(":expires_at", number(valid_until.unix_seconds()))
                .value(":none", number(0_u32));
        match self.accounts.transaction().update(&self.accounts, &key, change).commit().await? {
            Outcome::Committed => Ok(()),
            Outcome::Refused(_) | Outcome::Conflict => Err(Error::unavailable("adding a code met a conflict")),
        }
    }

    async fn check(
        &self,
        challenge_id: ChallengeId,
        purpose: CodePurpose,
        code: &ConfirmationCode,
    ) -> Result<Option<UserId>> {
        let hash = self.key.hash(challenge_id, purpose, code);
        let stored = self.spend_try(&key(challenge_id, purpose)).await?;
        let valid = stored.filter(|stored| accepts(&stored.codes, &hash, self.accounts.now()));
        Ok(valid.map(|stored| stored.user_id))
    }

    async fn clear(&self, challenge_id: ChallengeId, purpose: CodePurpose) -> Result<bool> {
        let transaction = self.accounts.transaction().delete_present(&self.accounts, &key(challenge_id, purpose));
        match transaction.commit().await? {
            Outcome::Committed => Ok(true),
            // Of those who delete at the same moment DynamoDB turns all but one away.
            Outcome::Refused(_) | Outcome::Conflict => Ok(false),
        }
    }
}

pub(super) fn key(challenge_id: ChallengeId, purpose: CodePurpose) -> Key {
    Key::new(format!("CODE#{challenge_id}"), purpose.as_str())
}

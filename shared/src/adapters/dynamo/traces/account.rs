//! The ways in, the address and the account.

use async_trait::async_trait;

use super::super::accounts::{StoredAccount, account_key, claim_key, password_key};
use super::super::codes;
use super::super::expression::Expression;
use super::super::identities;
use super::super::item::text;
use super::super::range::Range;
use super::super::table::{Read, Table};
use crate::domain::code::CodePurpose;
use crate::domain::id::{ChallengeId, UserId};
use crate::error::Result;
use crate::ports::erasures::{Left, Traces};

/// The account goes last, in one stroke with the claim of its address: as long as it is there, everything else is found.
#[derive(Clone, Debug)]
pub struct AccountTraces(Table);

impl AccountTraces {
    pub fn new(accounts: Table) -> Self {
        Self(accounts)
    }
}

#[async_trait]
impl Traces for AccountTraces {
    async fn erase(&self, user_id: UserId) -> Result<Left> {
        let range = Range::prefix(format!("USER#{user_id}"), "IDENTITY#").strong().unlimited();
        for item in self.0.query(range).await? {
            for key in identities::keys_of(item, user_id)? {
                self.0.delete(&key).await?;
            }
        }
        // The code of a registration is named like the person that came of it; other codes last for ten minutes.
        let code = codes::key(ChallengeId::from_uuid(*user_id.as_uuid()), CodePurpose::Verify);
        self.0.delete(&code).await?;
        self.0.delete(&password_key(user_id)).await?;
        let account: Option<StoredAccount> = self.0.get(&account_key(user_id), Read::Strong).await?;
        if let Some(account) = account {
            let is_ours = Expression::new("attribute_not_exists(pk) OR user_id = :user_id");
            let transaction = self.0.transaction().delete(&self.0, &account_key(user_id)).delete_if(
                &self.0,
                &claim_key(account.email()),
                is_ours.value(":user_id", text(user_id.to_string())),
            );
            if !transaction.committed().await? {
                // Somebody else has the address by now: tables that were restored are not of one moment.
                self.0.delete(&account_key(user_id)).await?;
            }
        }
        Ok(Left::Nothing)
    }
}

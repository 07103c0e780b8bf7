//! What an account says about mails to it: a language, and what holds them back.

use async_trait::async_trait;

use super::accounts::account_key;
use super::expression::Expression;
use super::item::{text, value};
use super::table::Table;
use crate::domain::id::UserId;
use crate::domain::locale::Locale;
use crate::domain::mailbox::MailHold;
use crate::error::Result;
use crate::ports::mailboxes::Mailboxes;

#[derive(Clone, Debug)]
pub struct DynamoMailboxes(Table);

impl DynamoMailboxes {
    pub fn new(accounts: Table) -> Self {
        Self(accounts)
    }
}

/// What a condition keeps from happening need not happen.
#[async_trait]
impl Mailboxes for DynamoMailboxes {
    async fn hold(&self, user_id: UserId, hold: MailHold) -> Result<bool> {
        let mut change = Expression::new("SET mail_hold = :hold")
            .value(":hold", value(&hold)?)
            .value(":since", text(hold.since.to_string()));
        let mut is_weaker = "attribute_not_exists(mail_hold)";
        if let Some(weaker) = hold.cause.outweighs() {
            change = change.name("#cause", "cause").value(":weaker", value(&weaker)?);
            is_weaker = "(attribute_not_exists(mail_hold) OR mail_hold.#cause = :weaker)";
        }
        let is_news = format!(
            "attribute_exists(pk) AND {is_weaker} AND (attribute_not_exists(mail_resumed_at) OR mail_resumed_at < :since)"
        );
        Ok(self.0.update_if(&account_key(user_id), change, &is_news).await?.is_some())
    }

    async fn resume(&self, user_id: UserId) -> Result<()> {
        let change = Expression::new("REMOVE mail_hold SET mail_resumed_at = :now")
            .value(":now", text(self.0.now().to_string()));
        self.0.update_if(&account_key(user_id), change, "attribute_exists(pk)").await?;
        Ok(())
    }

    async fn write_in(&self, user_id: UserId, locale: Locale) -> Result<()> {
        let change =
            Expression::new("SET #locale = :locale").name("#locale", "locale").value(":locale", value(&locale)?);
        self.0.update_if(&account_key(user_id), change, "attribute_exists(pk)").await?;
        Ok(())
    }
}

//! Accounts, looked up by staff.

use std::sync::Arc;

use shared::domain::account::{Account, AccountState};
use shared::domain::audit::Act;
use shared::domain::email::EmailAddress;
use shared::domain::id::UserId;
use shared::error::{Code, Error, Result};
use shared::ports::accounts::Accounts;
use shared::ports::ambient::Ambient;
use shared::ports::moderation::Audit;

use super::view::UserView;
use crate::guard::Staff;

/// The accounts, and the audit of who looked at them.
#[derive(Clone)]
pub struct People {
    accounts: Arc<dyn Accounts>,
    audit: Arc<dyn Audit>,
}

impl People {
    pub fn new(accounts: Arc<dyn Accounts>, audit: Arc<dyn Audit>) -> Self {
        Self { accounts, audit }
    }

    /// An account to decide by; what is decided is noted as an act. A registration that nobody has confirmed is nobody yet.
    pub(super) async fn find(&self, user_id: UserId) -> Result<Account> {
        let account = self.accounts.find(user_id).await?;
        account.filter(|account| account.state == AccountState::Active).ok_or_else(|| Error::from(Code::UserNotFound))
    }

    /// An account to be shown to staff. The audit knows of it before the answer does.
    pub(super) async fn show(&self, user_id: UserId, staff: Staff, ambient: &Ambient) -> Result<UserView> {
        let account = self.find(user_id).await?;
        self.audit.note(&staff.notes(user_id, Act::AccountRead {}, None, ambient)).await?;
        Ok(UserView::from(account))
    }

    pub(super) async fn owner_of(&self, email: &EmailAddress) -> Result<UserId> {
        self.accounts.owner_of(email).await?.ok_or_else(|| Error::from(Code::UserNotFound))
    }
}

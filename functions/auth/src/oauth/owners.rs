//! Whose account an identity opens.

use std::sync::Arc;

use shared::domain::account::{Account, AccountState};
use shared::domain::email::EmailAddress;
use shared::domain::id::UserId;
use shared::domain::locale::Locale;
use shared::domain::oauth::{Identity, IdentityId};
use shared::domain::outbox::{Effect, MailKind};
use shared::error::{Code, Error, Result};
use shared::ports::accounts::Accounts;
use shared::ports::ambient::Ambient;
use shared::ports::oauth::Identities;

/// Somebody else may take the identity or the address in between; the next round sees what came of it.
const ROUNDS: usize = 3;

pub struct Owners {
    identities: Arc<dyn Identities>,
    accounts: Arc<dyn Accounts>,
    ambient: Ambient,
}

impl Owners {
    pub fn new(identities: Arc<dyn Identities>, accounts: Arc<dyn Accounts>, ambient: Ambient) -> Self {
        Self { identities, accounts, ambient }
    }

    /// The person who may sign in with this identity: its owner, else the owner of its verified address, else somebody new,
    /// whose mails are in the language that their client prefers.
    ///
    /// A registration that was never confirmed has no claim on its address and plays no part. After this it cannot be
    /// confirmed any more, and its password opens nothing.
    pub(super) async fn of(&self, identity: &Identity, locale: Locale) -> Result<UserId> {
        for _ in 0..ROUNDS {
            if let Some(owner) = self.identities.owner_of(&identity.id).await? {
                return Ok(self.welcome(owner).await?.user_id);
            }
            let email = identity.verified_email.as_ref().ok_or(Code::EmailNotVerified)?;
            let adopted = match self.accounts.owner_of(email).await? {
                Some(owner) => self.join(&identity.id, owner).await?,
                None => self.create(&identity.id, email, locale).await?,
            };
            if let Some(user_id) = adopted {
                return Ok(user_id);
            }
        }
        Err(Code::Unavailable.into())
    }

    /// The account, if it may be signed in to.
    async fn welcome(&self, owner: UserId) -> Result<Account> {
        let account = self.accounts.find(owner).await?;
        let welcome = account.filter(Account::may_start_session);
        welcome.ok_or_else(|| Error::from(Code::OauthFailed).because("the account is gone or may not be signed in to"))
    }

    async fn join(&self, id: &IdentityId, owner: UserId) -> Result<Option<UserId>> {
        let account = self.welcome(owner).await?;
        let notice = self.ambient.promise(Effect::mail(MailKind::IdentityLinked, owner));
        let joined = self.identities.link(id, &account, notice).await?;
        Ok(joined.then_some(owner))
    }

    async fn create(&self, id: &IdentityId, email: &EmailAddress, locale: Locale) -> Result<Option<UserId>> {
        let (user_id, created_at) = (self.ambient.id(), self.ambient.now());
        let account = Account::pending(user_id, email.clone(), locale, created_at);
        let account = Account { state: AccountState::Active, ..account };
        let created = self.identities.create(id, &account).await?;
        Ok(created.then_some(user_id))
    }
}

impl std::fmt::Debug for Owners {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Owners")
    }
}

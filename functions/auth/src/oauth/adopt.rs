//! Whose account an identity opens.

use shared::domain::account::{Account, AccountState};
use shared::domain::email::EmailAddress;
use shared::domain::id::UserId;
use shared::domain::oauth::{Identity, IdentityId};
use shared::domain::outbox::{Effect, MailKind};
use shared::error::{Code, Error, Result};

use super::Deps;

/// Somebody else may take the identity or the address in between; the next round sees what came of it.
const ROUNDS: usize = 3;

/// The person who may sign in with this identity: its owner, else the owner of its verified address, else somebody new.
///
/// A registration that was never confirmed has no claim on its address and plays no part. After this it cannot be
/// confirmed any more, and its password opens nothing.
pub(super) async fn owner_of(deps: &Deps, identity: &Identity) -> Result<UserId> {
    for _ in 0..ROUNDS {
        if let Some(owner) = deps.identities.owner_of(&identity.id).await? {
            return Ok(welcome(deps, owner).await?.user_id);
        }
        let email = identity.verified_email.as_ref().ok_or(Code::EmailNotVerified)?;
        let adopted = match deps.accounts.owner_of(email).await? {
            Some(owner) => join(deps, &identity.id, owner).await?,
            None => create(deps, &identity.id, email).await?,
        };
        if let Some(user_id) = adopted {
            return Ok(user_id);
        }
    }
    Err(Code::Unavailable.into())
}

/// The account, if it may be signed in to.
async fn welcome(deps: &Deps, owner: UserId) -> Result<Account> {
    let account = deps.accounts.find(owner).await?;
    let welcome = account.filter(Account::may_start_session);
    welcome.ok_or_else(|| Error::from(Code::OauthFailed).because("the account is gone or may not be signed in to"))
}

async fn join(deps: &Deps, id: &IdentityId, owner: UserId) -> Result<Option<UserId>> {
    let account = welcome(deps, owner).await?;
    let notice = deps.keeper.ambient.promise(Effect::mail(MailKind::IdentityLinked, owner));
    let joined = deps.identities.link(id, &account, notice).await?;
    Ok(joined.then_some(owner))
}

async fn create(deps: &Deps, id: &IdentityId, email: &EmailAddress) -> Result<Option<UserId>> {
    let (user_id, created_at) = (deps.keeper.ambient.id(), deps.keeper.ambient.now());
    let account = Account { state: AccountState::Active, ..Account::pending(user_id, email.clone(), created_at) };
    let created = deps.identities.create(id, &account).await?;
    Ok(created.then_some(user_id))
}

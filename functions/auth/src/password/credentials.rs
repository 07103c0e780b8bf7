//! Address and password, as `login` and `login/code` take them.

use shared::domain::email::EmailAddress;
use shared::domain::id::UserId;
use shared::domain::password::{DECOY, Password};
use shared::error::Result;

use super::{Deps, hashing};

pub(super) struct Credentials {
    pub(super) email: EmailAddress,
    pub(super) password: Password,
}

/// Somebody whose address and password these are.
pub(super) struct Owner {
    pub(super) user_id: UserId,
    /// What the password was compared with.
    pub(super) hash: String,
}

/// Whose credentials these are. It costs the same whether they are somebody's, the password is wrong, or the address has no
/// account.
pub(super) async fn verify(deps: &Deps, credentials: &Credentials) -> Result<Option<Owner>> {
    let owner = deps.accounts.owner_of(&credentials.email).await?;
    let hash = deps.accounts.password_hash(owner.unwrap_or_else(|| deps.keeper.ambient.id())).await?;
    let compared = hash.clone().unwrap_or_else(|| DECOY.to_owned());
    let matches = hashing::matches(credentials.password.clone(), compared).await?;
    Ok(owner.zip(hash).filter(|_| matches).map(|(user_id, hash)| Owner { user_id, hash }))
}

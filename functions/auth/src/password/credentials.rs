//! Address and password, as `login` and `login/code` take them.

use shared::domain::email::EmailAddress;
use shared::domain::fields::Fields;
use shared::domain::id::UserId;
use shared::domain::input::Input;
use shared::domain::password::{DECOY, Password};
use shared::error::Result;

use super::{Deps, hashing};

pub(super) struct Credentials {
    pub(super) email: EmailAddress,
    pub(super) password: Password,
}

impl Credentials {
    /// Reads the two fields of a body, and notes what is wrong with them beside what else is.
    pub(super) fn read(fields: &mut Fields, email: &Input<String>, password: &Input<String>) -> Option<Self> {
        let email = fields.read("email", email, EmailAddress::parse);
        let password = fields.read("password", password, Password::parse);
        email.zip(password).map(|(email, password)| Self { email, password })
    }
}

/// Somebody whose address and password these are.
pub(super) struct Owner {
    pub(super) user_id: UserId,
    /// What the password was compared with.
    pub(super) hash: String,
}

/// Whether this is somebody's password now.
pub(super) async fn has_password(deps: &Deps, user_id: UserId, password: Password) -> Result<bool> {
    let hash = deps.accounts.password_hash(user_id).await?;
    hashing::matches(password, hash.unwrap_or_else(|| DECOY.to_owned())).await
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

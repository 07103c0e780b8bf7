//! Signing in elsewhere: the flows under way, the identities that are known, and the providers themselves.

use async_trait::async_trait;

use crate::domain::account::Account;
use crate::domain::id::UserId;
use crate::domain::oauth::{Flow, Identity, IdentityId, LinkedIdentity, State, Unlinking};
use crate::domain::outbox::OutboxEntry;
use crate::error::Result;

#[async_trait]
pub trait Flows: Send + Sync {
    /// Remembers a flow under its state, for as long as a flow may take.
    async fn begin(&self, state: &State, flow: &Flow) -> Result<()>;

    /// Hands a flow out. MUST do so once, however many ask at the same time, and never after its time.
    async fn take(&self, state: &State) -> Result<Option<Flow>>;
}

#[async_trait]
pub trait Identities: Send + Sync {
    async fn owner_of(&self, id: &IdentityId) -> Result<Option<UserId>>;

    /// Lets an identity open an account and promises `entry` with it; answers whether it did. MUST refuse if the
    /// identity belongs to somebody already, or the account is not active or does not own its address any more.
    async fn link(&self, id: &IdentityId, account: &Account, entry: OutboxEntry) -> Result<bool>;

    /// What opens the account of a person. Strongly consistent.
    async fn of_person(&self, user_id: UserId) -> Result<Vec<LinkedIdentity>>;

    /// Takes identities from a person and promises `entry` with it; answers whether it did. MUST refuse unless all of them
    /// are theirs and the way in that has to stay is there at the same moment: of two who take each other's away one fails.
    async fn unlink(&self, user_id: UserId, unlinking: &Unlinking, entry: OutboxEntry) -> Result<bool>;

    /// Stores an active account that has its address and is opened by the identity; answers whether it did. MUST refuse
    /// if either belongs to somebody already.
    async fn create(&self, id: &IdentityId, account: &Account) -> Result<bool>;
}

#[async_trait]
pub trait IdentityProvider: Send + Sync {
    /// Where to send the browser of somebody who wants to sign in.
    async fn authorization_url(&self, state: &State, flow: &Flow) -> Result<String>;

    /// Exchanges the code that came back for the person who brought it. Everything that the provider refuses or that
    /// does not fit the flow is `oauth_failed`; only a provider that does not answer is `unavailable`.
    async fn identify(&self, code: &str, flow: &Flow) -> Result<Identity>;
}

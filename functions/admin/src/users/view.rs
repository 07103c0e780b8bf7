//! People as they are shown to staff.

use serde::Serialize;
use shared::domain::account::{Account, Role, Sanction, SanctionKind};
use shared::domain::id::UserId;
use shared::domain::time::Timestamp;
use utoipa::ToSchema;

#[derive(Serialize, ToSchema)]
pub(super) struct UserView {
    user_id: UserId,
    #[schema(example = "ada@example.org")]
    email: String,
    roles: Vec<Role>,
    /// What keeps the person out, or did last: a suspension stays here when it has ended by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    sanction: Option<SanctionView>,
    created_at: Timestamp,
}

#[derive(Serialize, ToSchema)]
struct SanctionView {
    kind: SanctionKind,
    reason: String,
    since: Timestamp,
    /// When a suspension ends; a ban has no end.
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<Timestamp>,
}

impl From<Account> for UserView {
    fn from(account: Account) -> Self {
        Self {
            user_id: account.user_id,
            email: account.email.as_str().to_owned(),
            roles: account.roles.into_iter().collect(),
            sanction: account.sanction.map(SanctionView::from),
            created_at: account.created_at,
        }
    }
}

impl From<Sanction> for SanctionView {
    fn from(Sanction { kind, reason, since, until }: Sanction) -> Self {
        Self { kind, reason: reason.into(), since, until }
    }
}

//! Asking for a code by mail.

use serde::Deserialize;
use shared::domain::email::EmailAddress;
use shared::domain::fields::Fields;
use shared::domain::id::ChallengeId;
use shared::domain::input::Input;
use shared::domain::outbox::{Effect, MailKind};
use shared::error::Result;
use utoipa::ToSchema;

use super::Deps;
use crate::mail_limits;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct EmailBody {
    #[schema(value_type = String, example = "ada@example.org")]
    email: Input<String>,
}

/// Promises a mail with a code, and answers the id of the challenge that the code will answer.
pub(super) async fn offer(deps: &Deps, body: &EmailBody, kind: MailKind) -> Result<ChallengeId> {
    let mut fields = Fields::default();
    let email = fields.read("email", &body.email, EmailAddress::parse);
    let email = fields.accept(email)?;
    mail_limits::take(&deps.limiter, &email).await?;
    let ambient = &deps.keeper.ambient;
    let (challenge_id, stranger) = (ambient.id(), ambient.id());
    // A mail to somebody who has no account is promised too, and comes to nothing where it would be written.
    let reader = deps.accounts.owner_of(&email).await?.unwrap_or(stranger);
    deps.accounts.promise(ambient.promise(Effect::mail_code(kind, reader, challenge_id))).await?;
    Ok(challenge_id)
}

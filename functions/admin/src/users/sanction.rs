//! `PUT` and `DELETE /v1/admin/users/{user_id}/sanction`

use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use shared::domain::account::{Sanction, SanctionKind};
use shared::domain::audit::Act;
use shared::domain::id::UserId;
use shared::domain::input::Input;
use shared::domain::outbox::{Effect, MailKind};
use shared::domain::session::SessionState;
use shared::domain::time::Timestamp;
use shared::edge::http::{Body, Id, Problem};
use shared::error::Result;
use utoipa::ToSchema;

use super::{Deps, below, enact};
use crate::guard::Staff;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SanctionBody {
    #[schema(value_type = SanctionKind)]
    kind: Input<SanctionKind>,
    /// Why, for the person, who is told, and for the audit: 1 to 500 characters. Name nobody who has reported them.
    #[schema(value_type = String, min_length = 1, max_length = 500)]
    reason: Input<String>,
    /// When a suspension ends, at most a year ahead. A ban has none.
    #[schema(value_type = Option<Timestamp>)]
    until: Option<Input<Timestamp>>,
}

/// Suspends or bans somebody, in place of what was imposed on them before.
///
/// With the answer all their sessions have ended: their tokens are refused within two seconds, their sockets are closed,
/// they cannot sign in, and nobody is shown them. They are told by mail, and whenever they sign in, why and until when.
/// After a failure send the same again: it ends what is left. Staff can only be sanctioned by those above them; take
/// their role first.
#[utoipa::path(put, path = "/v1/admin/users/{user_id}/sanction", operation_id = "sanction_user", tag = "admin",
    security(("bearer" = [])), params(("user_id" = UserId, Path)), request_body = SanctionBody, responses(
        (status = 204, description = "The person is kept out"),
        (status = "4XX", body = Problem,
            description = "`forbidden`, `user_not_found`, `invalid_field`, `version_conflict`"),
    ))]
pub(super) async fn impose(
    State(deps): State<Deps>,
    staff: Staff,
    Id(user_id): Id<UserId>,
    Body(body): Body<SanctionBody>,
) -> Result<StatusCode> {
    let sanction = Sanction::parse(&body.kind, &body.reason, body.until.as_ref(), deps.ambient.now())?;
    below(&deps, staff, user_id).await?;
    let act = Act::SanctionImposed { kind: sanction.kind, until: sanction.until };
    let entry = staff.notes(user_id, act, Some(sanction.reason), &deps.ambient);
    let told = deps.ambient.promise(Effect::mail(MailKind::SanctionImposed, user_id));
    enact(&deps, &entry, staff.role, &[told]).await?;
    // From here on nobody signs in, so the sessions that are found are the last ones.
    deps.sessions.hang_up_all(user_id, None, SessionState::Revoked, &deps.ambient).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lifts a suspension or a ban, and tells the person by mail. Who has none stays without one.
#[utoipa::path(delete, path = "/v1/admin/users/{user_id}/sanction", operation_id = "lift_sanction", tag = "admin",
    security(("bearer" = [])), params(("user_id" = UserId, Path)), responses(
        (status = 204, description = "Nothing keeps the person out"),
        (status = "4XX", body = Problem, description = "`forbidden`, `user_not_found`, `version_conflict`"),
    ))]
pub(super) async fn lift(State(deps): State<Deps>, staff: Staff, Id(user_id): Id<UserId>) -> Result<StatusCode> {
    let person = below(&deps, staff, user_id).await?;
    if person.sanction.is_some() {
        let entry = staff.notes(user_id, Act::SanctionLifted {}, None, &deps.ambient);
        // A suspension that has ended by itself is no news when it is taken out of the account.
        let is_news = person.is_sanctioned(deps.ambient.now());
        let told = is_news.then(|| deps.ambient.promise(Effect::mail(MailKind::SanctionLifted, user_id)));
        enact(&deps, &entry, staff.role, told.as_slice()).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

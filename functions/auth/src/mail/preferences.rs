//! `GET` and `PUT /v1/auth/mail`

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use shared::domain::fields::Fields;
use shared::domain::input::Input;
use shared::domain::locale::Locale;
use shared::domain::mailbox::{HoldCause, MailHold};
use shared::domain::time::Timestamp;
use shared::edge::http::{Body, Caller, Problem};
use shared::error::{Code, Result};
use utoipa::ToSchema;

use super::Deps;

#[derive(Serialize, ToSchema)]
pub(super) struct MailView {
    /// What mails to one are written in.
    locale: Locale,
    /// Why mails are held back, if they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    hold: Option<HoldView>,
}

#[derive(Serialize, ToSchema)]
struct HoldView {
    /// `bounce`: the mailbox takes nothing, and no mail is sent. `complaint`: a mail was called spam, and no digests are sent.
    cause: HoldCause,
    /// When the mail was sent of which that was said.
    since: Timestamp,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct MailBody {
    #[schema(value_type = Locale)]
    locale: Input<Locale>,
}

/// Reads what mails to one are written in, and whether any are sent.
#[utoipa::path(get, path = "/v1/auth/mail", operation_id = "read_mail_preferences", tag = "auth", security(("bearer" = [])), responses(
    (status = 200, body = MailView),
    (status = "4XX", body = Problem, description = "`unauthenticated`, `session_ended`"),
))]
pub(super) async fn read(State(deps): State<Deps>, caller: Caller) -> Result<Json<MailView>> {
    let account = deps.accounts.find(caller.user_id).await?.ok_or(Code::SessionEnded)?;
    let hold = account.mail_hold.map(|MailHold { cause, since }| HoldView { cause, since });
    Ok(Json(MailView { locale: account.locale, hold }))
}

/// Has mails to one written in a language from now on.
#[utoipa::path(put, path = "/v1/auth/mail", operation_id = "write_mail_preferences", tag = "auth", security(("bearer" = [])), request_body = MailBody, responses(
    (status = 204, description = "The next mail is in this language"),
    (status = "4XX", body = Problem, description = "`invalid_field`, `unauthenticated`, `session_ended`"),
))]
pub(super) async fn write(State(deps): State<Deps>, caller: Caller, Body(body): Body<MailBody>) -> Result<StatusCode> {
    let mut fields = Fields::default();
    let locale = fields.copy("locale", &body.locale);
    deps.mailboxes.write_in(caller.user_id, fields.accept(locale)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

//! `POST /v1/profiles/{user_id}/report`

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use shared::domain::fields::Fields;
use shared::domain::id::{ConversationId, UserId};
use shared::domain::input::Input;
use shared::domain::limit::{REPORT_PER_PERSON, Subject};
use shared::domain::report::{Complaint, Place, Report, Statement};
use shared::edge::http::{Body, Caller, Id, Limiter, Problem};
use shared::error::{Code, Error, Result};
use shared::ports::reports::Reports;
use utoipa::ToSchema;

use crate::Deps;

/// Where reports are filed, a few per person and day.
#[derive(Clone)]
pub struct Desk {
    reports: Arc<dyn Reports>,
    limiter: Limiter,
}

impl Desk {
    pub fn new(reports: Arc<dyn Reports>, limiter: Limiter) -> Self {
        Self { reports, limiter }
    }

    async fn admit(&self, reporter: UserId) -> Result<()> {
        self.limiter.take(&REPORT_PER_PERSON, &Subject::person(reporter)).await
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReportBody {
    #[schema(value_type = Complaint)]
    reason: Input<Complaint>,
    /// What happened, at most 1,000 characters.
    #[schema(value_type = Option<String>, max_length = 1_000)]
    text: Option<Input<String>>,
    /// The conversation in which it happened.
    #[schema(value_type = Option<ConversationId>)]
    conversation_id: Option<Input<ConversationId>>,
    /// The message in that conversation.
    #[schema(value_type = Option<u64>, minimum = 1)]
    message_seq: Option<Input<u64>>,
}

/// Tells the staff about somebody. The person never hears of it.
///
/// Whom one can see, has met, or has blocked can be reported, also when they have blocked the reporter since. A second
/// report about the same person on the same day (UTC) gets the same answer and is not kept.
#[utoipa::path(post, path = "/v1/profiles/{user_id}/report", operation_id = "report_profile", tag = "profiles",
    security(("bearer" = [])), params(("user_id" = UserId, Path)), request_body = ReportBody, responses(
        (status = 202, description = "The staff will look at it"),
        (status = "4XX", body = Problem, description = "`profile_not_found`, `too_many_requests`, `invalid_field`"),
    ))]
pub(crate) async fn report(
    State(deps): State<Deps>,
    caller: Caller,
    Id(user_id): Id<UserId>,
    Body(body): Body<ReportBody>,
) -> Result<StatusCode> {
    let statement = parse(&body)?;
    if user_id == caller.user_id {
        return Err(Error::invalid("user_id", "user_id must be somebody else"));
    }
    deps.desk.admit(caller.user_id).await?;
    let profile = deps.shelf.profiles.find(user_id).await?.ok_or(Code::ProfileNotFound)?;
    let pair = deps.pairs.find(caller.user_id, user_id).await?;
    if !pair.may_be_reported_by(caller.user_id, profile.details.visible && profile.is_shown()) {
        return Err(Code::ProfileNotFound.into());
    }
    let (report_id, created_at) = (deps.ambient.id(), deps.ambient.now());
    let report = Report { report_id, reporter_id: caller.user_id, subject_id: user_id, statement, created_at };
    deps.desk.reports.file(&report).await?;
    Ok(StatusCode::ACCEPTED)
}

fn parse(body: &ReportBody) -> Result<Statement> {
    let mut fields = Fields::default();
    let complaint = fields.copy("reason", &body.reason);
    let text = fields.read_optional("text", body.text.as_ref(), Statement::text);
    let conversation_id = fields.copy_optional("conversation_id", body.conversation_id.as_ref());
    let message_seq = fields.copy_optional("message_seq", body.message_seq.as_ref());
    let place = conversation_id.zip(message_seq);
    let place = place.and_then(|(conversation_id, seq)| fields.take("message_seq", Place::parse(conversation_id, seq)));
    let ((complaint, text), place) = fields.accept(complaint.zip(text).zip(place))?;
    Ok(Statement { complaint, text: text.unwrap_or_default(), place })
}

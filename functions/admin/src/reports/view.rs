//! Reports as they are shown to staff.

use serde::Serialize;
use shared::domain::conversation::Message;
use shared::domain::id::{ConversationId, ReportId, UserId};
use shared::domain::report::{Complaint, ContextUnavailable, Report};
use shared::domain::time::Timestamp;
use shared::edge::views::{MessageKind, MessageView};
use utoipa::ToSchema;

#[derive(Serialize, ToSchema)]
pub(super) struct ReportView {
    report_id: ReportId,
    reporter_id: UserId,
    subject_id: UserId,
    reason: Complaint,
    text: String,
    /// Where it happened, as the reporter says.
    #[serde(skip_serializing_if = "Option::is_none")]
    conversation_id: Option<ConversationId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_seq: Option<u64>,
    created_at: Timestamp,
}

/// A report with the messages it is about.
#[derive(Serialize, ToSchema)]
pub(super) struct ReportInContext {
    #[serde(flatten)]
    report: ReportView,
    /// The message that the report names, with up to 5 before and 5 after it, or the last 11 of the conversation if it
    /// names none; in the order of their numbers. Left out when the report names no conversation.
    #[serde(skip_serializing_if = "Option::is_none")]
    context: Option<Vec<ContextMessage>>,
    /// Why there are no messages although the report names a conversation.
    #[serde(skip_serializing_if = "Option::is_none")]
    context_unavailable: Option<ContextUnavailable>,
}

#[derive(Serialize, ToSchema)]
struct ContextMessage {
    seq: u64,
    sender_id: UserId,
    kind: MessageKind,
    /// Left out where the sender has taken it back.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    sent_at: Timestamp,
}

impl ReportInContext {
    pub(super) fn new(report: Report, context: Option<Result<Vec<Message>, ContextUnavailable>>) -> Self {
        let (messages, context_unavailable) = match context {
            Some(Ok(messages)) => (Some(messages), None),
            Some(Err(reason)) => (None, Some(reason)),
            None => (None, None),
        };
        let context = messages.map(|messages| messages.into_iter().map(ContextMessage::from).collect());
        Self { report: ReportView::from(report), context, context_unavailable }
    }
}

impl From<Message> for ContextMessage {
    fn from(message: Message) -> Self {
        let MessageView { seq, sender_id, kind, text, sent_at, .. } = MessageView::from(&message);
        Self { seq, sender_id, kind, text, sent_at }
    }
}

impl From<Report> for ReportView {
    fn from(report: Report) -> Self {
        let place = report.statement.place;
        Self {
            report_id: report.report_id,
            reporter_id: report.reporter_id,
            subject_id: report.subject_id,
            reason: report.statement.complaint,
            text: report.statement.text,
            conversation_id: place.map(|place| place.conversation_id),
            message_seq: place.and_then(|place| place.message_seq),
            created_at: report.created_at,
        }
    }
}

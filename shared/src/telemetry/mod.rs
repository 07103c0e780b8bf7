//! Logs: one JSON object per line, field names dotted with their units (`http.status`, `duration_ms`, `user.id`).
//!
//! Never logged: bodies, tokens, codes, mail addresses, message text. A failure is logged once, at the edge that
//! answers for it, with its private cause. `CloudWatch` charges per byte: one line per invocation is the rule.

pub mod metrics;

use tracing::Instrument;
use tracing::field::Empty;
use tracing::level_filters::LevelFilter;

use crate::config::Vars;
use crate::domain::id::UserId;
use crate::error::{Code, Error, Kind};

tokio::task_local! {
    static REQUEST_ID: String;
}

/// Runs `work` under a request id: what it promises and logs carries the id.
pub async fn with_request_id<F: Future>(request_id: String, work: F) -> F::Output {
    let span = tracing::info_span!("request", request_id, user.id = Empty, http.route = Empty);
    REQUEST_ID.scope(request_id, work.instrument(span)).await
}

/// Adds who is asking to every following line of the request.
pub fn note_user(user_id: UserId) {
    tracing::Span::current().record("user.id", tracing::field::display(user_id));
}

/// Adds which route answers to every following line of the request.
pub fn note_route(route: &str) {
    tracing::Span::current().record("http.route", route);
}

/// The id of the request being answered, if there is one.
pub fn request_id() -> Option<String> {
    REQUEST_ID.try_with(Clone::clone).ok()
}

/// Starts logging at `APP_LOG_LEVEL` (default `info`). Call it first in `main`.
pub fn init(vars: &Vars) {
    metrics::name_function(vars.optional("AWS_LAMBDA_FUNCTION_NAME"));
    let level = vars.optional("APP_LOG_LEVEL").and_then(|level| level.parse().ok()).unwrap_or(LevelFilter::INFO);
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .with_target(false)
        .with_max_level(level)
        .init();
}

/// Logs an error where it is handled: defects as errors, what a dependency did as warnings, the rest mostly
/// not at all, because the access line already carries the code.
pub fn report(error: &Error) {
    let code = error.code().as_str();
    let cause = error.cause_chain().unwrap_or_default();
    match error.kind() {
        Kind::Internal => tracing::error!(error.code = code, error.cause = cause, "failed"),
        Kind::Unavailable => tracing::warn!(error.code = code, error.cause = cause, "a dependency did not answer"),
        // The client is told nothing but that it failed, and who set the provider up has to know why.
        _ if error.code() == Code::OauthFailed => tracing::info!(error.code = code, error.cause = cause, "refused"),
        _ => tracing::debug!(error.code = code, error.cause = cause, "refused"),
    }
}

//! `POST /v1/ws-ticket`

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use shared::domain::limit::{Subject, TICKET_PER_PERSON};
use shared::domain::socket::{TICKET_LIFETIME, Ticket, TicketHolder};
use shared::edge::http::{Caller, Problem};
use shared::error::Result;
use utoipa::ToSchema;

use crate::Deps;

#[derive(Serialize, ToSchema)]
pub(crate) struct TicketAnswer {
    /// Good for one socket.
    ticket: String,
    /// Connect to `<url>?ticket=<ticket>`.
    #[schema(example = "wss://abc123.execute-api.eu-central-1.amazonaws.com/v1")]
    url: String,
    /// Seconds until the ticket expires.
    #[schema(example = 30)]
    expires_in: u64,
}

/// Gives a ticket that opens one socket, so that no access token appears in a URL.
#[utoipa::path(post, path = "/v1/ws-ticket", operation_id = "issue_ticket", tag = "chat", security(("bearer" = [])), responses(
    (status = 201, body = TicketAnswer),
    (status = "4XX", body = Problem, description = "`too_many_requests`"),
))]
pub(crate) async fn issue(State(deps): State<Deps>, caller: Caller) -> Result<(StatusCode, Json<TicketAnswer>)> {
    deps.limiter.take(&TICKET_PER_PERSON, &Subject::person(caller.user_id)).await?;
    let ticket = Ticket::new(deps.ambient.bytes());
    let holder = TicketHolder { user_id: caller.user_id, session_id: caller.session_id };
    deps.entrance.tickets.issue(&ticket, holder).await?;
    let answer = TicketAnswer {
        ticket: ticket.expose().to_owned(),
        url: deps.entrance.url.clone(),
        expires_in: TICKET_LIFETIME.as_secs(),
    };
    Ok((StatusCode::CREATED, Json(answer)))
}

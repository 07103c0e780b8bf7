//! What API Gateway says about a socket.

use aws_lambda_events::apigw::ApiGatewayWebsocketProxyRequest;
use lambda_http::request::LambdaRequest;
use lambda_runtime::LambdaEvent;

use crate::domain::socket::ConnectionId;

#[derive(Debug)]
pub enum SocketEvent {
    Connect { connection_id: ConnectionId, ticket: Option<String>, request_id: String },
    Disconnect { connection_id: ConnectionId, request_id: String },
    Frame(Frame),
}

/// One frame, not read yet. A binary one has no text to be read.
#[derive(Debug)]
pub struct Frame {
    pub connection_id: ConnectionId,
    pub body: Option<String>,
    pub request_id: String,
}

impl SocketEvent {
    /// The socket's event, or the HTTP request that came in by the other door.
    pub(super) fn split(event: LambdaEvent<LambdaRequest>) -> Result<Self, Box<LambdaEvent<LambdaRequest>>> {
        match event.payload {
            LambdaRequest::WebSocket(request) => Ok(Self::from(request)),
            payload => Err(Box::new(LambdaEvent { payload, context: event.context })),
        }
    }
}

impl From<ApiGatewayWebsocketProxyRequest> for SocketEvent {
    fn from(request: ApiGatewayWebsocketProxyRequest) -> Self {
        let context = request.request_context;
        let connection_id = ConnectionId::new(context.connection_id.unwrap_or_default());
        let request_id = context.request_id.or(context.extended_request_id).unwrap_or_default();
        match context.event_type.as_deref() {
            Some("CONNECT") => {
                let ticket = request.query_string_parameters.first("ticket").map(str::to_owned);
                Self::Connect { connection_id, ticket, request_id }
            }
            Some("DISCONNECT") => Self::Disconnect { connection_id, request_id },
            _ => {
                let body = (!request.is_base64_encoded).then(|| request.body.unwrap_or_default());
                Self::Frame(Frame { connection_id, body, request_id })
            }
        }
    }
}

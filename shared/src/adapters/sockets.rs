//! The management side of the WebSocket API.

use async_trait::async_trait;
use aws_sdk_apigatewaymanagement::Client;
use aws_sdk_apigatewaymanagement::operation::delete_connection::DeleteConnectionError;
use aws_sdk_apigatewaymanagement::operation::post_to_connection::PostToConnectionError;
use aws_sdk_apigatewaymanagement::primitives::Blob;

use super::aws::{Aws, failure};
use crate::domain::socket::ConnectionId;
use crate::error::Result;
use crate::ports::sockets::{Posted, Sockets};

#[derive(Clone, Debug)]
pub struct ApiGatewaySockets(Client);

impl ApiGatewaySockets {
    pub fn new(aws: &Aws) -> Self {
        Self(aws.sockets())
    }
}

#[async_trait]
impl Sockets for ApiGatewaySockets {
    async fn post(&self, connection_id: &ConnectionId, frame: &str) -> Result<Posted> {
        let request = self.0.post_to_connection().connection_id(connection_id.as_str());
        match request.data(Blob::new(frame)).send().await {
            Ok(_) => Ok(Posted::Accepted),
            Err(error) if error.as_service_error().is_some_and(PostToConnectionError::is_gone_exception) => {
                Ok(Posted::Gone)
            }
            Err(error) => Err(failure(error)),
        }
    }

    async fn close(&self, connection_id: &ConnectionId) -> Result<()> {
        match self.0.delete_connection().connection_id(connection_id.as_str()).send().await {
            Ok(_) => Ok(()),
            Err(error) if error.as_service_error().is_some_and(DeleteConnectionError::is_gone_exception) => Ok(()),
            Err(error) => Err(failure(error)),
        }
    }
}

//! The one SDK configuration of a process, and the only place that builds clients from it.

use std::sync::Arc;
use std::time::Duration;

use aws_config::environment::{EnvironmentVariableCredentialsProvider, EnvironmentVariableRegionProvider};
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_smithy_runtime_api::client::result::SdkError;

use super::dynamo::Table;
use super::system::SystemClock;
use crate::config::{self, Vars};
use crate::error::Error;

/// A dependency that does not answer in this time is tried again on another connection.
const ATTEMPT_TIMEOUT: Duration = Duration::from_millis(2_500);
/// All tries together leave the function time to answer before API Gateway gives up.
const OPERATION_TIMEOUT: Duration = Duration::from_secs(8);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);

/// Everything that clients share: credentials, region, connections, time limits.
#[derive(Clone, Debug)]
pub struct Aws(SdkConfig);

#[expect(clippy::disallowed_methods, reason = "this is the one home of the clients")]
impl Aws {
    /// Reads credentials, region and endpoints from the variables that Lambda sets. Profile files, SSO and instance
    /// metadata do not exist in a function and are not asked.
    pub async fn from_environment() -> Self {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .operation_attempt_timeout(ATTEMPT_TIMEOUT)
            .operation_timeout(OPERATION_TIMEOUT)
            .build();
        let config = aws_config::defaults(BehaviorVersion::latest())
            .credentials_provider(EnvironmentVariableCredentialsProvider::new())
            .region(EnvironmentVariableRegionProvider::new())
            .retry_config(RetryConfig::standard().with_initial_backoff(Duration::from_millis(50)))
            .timeout_config(timeouts)
            .load()
            .await;
        Self(config)
    }

    /// The table that the function's variables name.
    pub fn table(&self, vars: &mut Vars, table: config::Table) -> Table {
        Table::new(self, vars.table(table), Arc::new(SystemClock))
    }

    pub fn dynamo(&self) -> aws_sdk_dynamodb::Client {
        aws_sdk_dynamodb::Client::new(&self.0)
    }

    pub fn secrets(&self) -> aws_sdk_secretsmanager::Client {
        aws_sdk_secretsmanager::Client::new(&self.0)
    }

    pub fn queues(&self) -> aws_sdk_sqs::Client {
        aws_sdk_sqs::Client::new(&self.0)
    }

    pub fn mail(&self) -> aws_sdk_sesv2::Client {
        aws_sdk_sesv2::Client::new(&self.0)
    }

    pub fn storage(&self) -> aws_sdk_s3::Client {
        aws_sdk_s3::Client::new(&self.0)
    }

    /// The management side of the WebSocket API, at `AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI`.
    pub fn sockets(&self) -> aws_sdk_apigatewaymanagement::Client {
        aws_sdk_apigatewaymanagement::Client::new(&self.0)
    }
}

/// A failed call that nobody expected in particular: time-outs, throttles and 5xx are worth another try, the rest is a
/// defect of ours (a missing permission, a malformed request).
pub(crate) fn failure<E, R>(error: SdkError<E, R>) -> Error
where
    E: std::error::Error + Send + Sync + 'static,
    R: std::fmt::Debug + Send + Sync + 'static,
    SdkError<E, R>: std::error::Error,
    E: aws_smithy_types::error::metadata::ProvideErrorMetadata,
    R: StatusOf,
{
    let lasting = match &error {
        SdkError::ServiceError(service) => service.raw().status_code() < 500 && !is_throttle(service.err().code()),
        SdkError::ConstructionFailure(_) => true,
        _ => false,
    };
    if lasting { Error::internal(error) } else { Error::unavailable(error) }
}

/// The HTTP status of a raw answer, whatever the SDK's type for it is.
pub(crate) trait StatusOf {
    fn status_code(&self) -> u16;
}

impl StatusOf for aws_smithy_runtime_api::client::orchestrator::HttpResponse {
    fn status_code(&self) -> u16 {
        self.status().as_u16()
    }
}

fn is_throttle(code: Option<&str>) -> bool {
    matches!(
        code,
        Some(
            "ThrottlingException"
                | "Throttling"
                | "ProvisionedThroughputExceededException"
                | "RequestLimitExceeded"
                | "TransactionInProgressException"
                | "TooManyRequestsException"
                | "LimitExceededException"
                | "TransactionConflictException"
        )
    )
}

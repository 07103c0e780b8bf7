//! The one SDK configuration of a process, and the only place that builds clients from it.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_async::time::SystemTimeSource;
use aws_smithy_http_client::Connector;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_runtime::client::identity::IdentityCache;
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_runtime_api::client::http::{SharedHttpClient, SharedHttpConnector, http_client_fn};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SdkConfig;
use aws_types::region::Region;
use aws_types::service_config::{LoadServiceConfig, ServiceConfigKey};

use super::dynamo::Table;
use super::system::SystemClock;
use crate::config::{self, Vars};
use crate::error::{Error, Result};

/// A dependency that does not answer in this time is tried again on another connection.
const ATTEMPT_TIMEOUT: Duration = Duration::from_millis(1_500);
/// All tries of one call together; a request makes a few of them within the time limit of its function.
const OPERATION_TIMEOUT: Duration = Duration::from_secs(4);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);
/// What an upload of some fifty megabytes may take, or a megabyte of a table that is scanned.
const BULK_TIMEOUT: Duration = Duration::from_secs(30);

const PRECONDITION_FAILED: u16 = 412;
/// Somebody else is writing the same object at this moment.
const CONFLICT: u16 = 409;

/// The roots of every certificate that AWS endpoints present, from <https://www.amazontrust.com/repository/>. Compiled in because reading and
/// parsing the 140 roots of the operating system was most of the time between start and first poll.
pub(super) const AMAZON_ROOTS: &str = include_str!("roots/amazon.pem");

/// Everything that clients share: credentials, region, connections, time limits.
#[derive(Clone, Debug)]
pub struct Aws {
    config: SdkConfig,
    dynamo: aws_sdk_dynamodb::Client,
    private_roots: Option<PathBuf>,
}

#[expect(clippy::disallowed_methods, reason = "this is the one home of the clients")]
impl Aws {
    /// Takes credentials, region and endpoints from the variables that Lambda sets. Profile files, SSO and instance
    /// metadata do not exist in a function and are not asked, so the SDK's loader, which would ask them, is not used.
    pub fn new(vars: &Vars) -> Self {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .operation_attempt_timeout(ATTEMPT_TIMEOUT)
            .operation_timeout(OPERATION_TIMEOUT)
            .build();
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .credentials_provider(SharedCredentialsProvider::new(credentials(vars)))
            .identity_cache(IdentityCache::lazy().build())
            .region(vars.optional("AWS_REGION").map(Region::new))
            .service_config(Endpoints(vars.clone()))
            .http_client(http_client(vars))
            .sleep_impl(TokioSleep::new())
            .time_source(SystemTimeSource::new())
            .retry_config(RetryConfig::standard().with_initial_backoff(Duration::from_millis(50)))
            .timeout_config(timeouts)
            .build();
        let dynamo = aws_sdk_dynamodb::Client::new(&config);
        Self { config, dynamo, private_roots: vars.optional("SSL_CERT_FILE").map(PathBuf::from) }
    }

    /// The table that the function's variables name.
    pub fn table(&self, vars: &mut Vars, name: config::TableName) -> Table {
        Table::new(self, vars.table(name), Arc::new(SystemClock))
    }

    pub fn dynamo(&self) -> aws_sdk_dynamodb::Client {
        self.dynamo.clone()
    }

    /// For whole tables, whose pages nobody waits for.
    pub fn bulk_dynamo(&self) -> aws_sdk_dynamodb::Client {
        let bulk = aws_sdk_dynamodb::config::Builder::from(&self.config).timeout_config(patience());
        aws_sdk_dynamodb::Client::from_conf(bulk.build())
    }

    pub fn secrets(&self) -> aws_sdk_secretsmanager::Client {
        aws_sdk_secretsmanager::Client::new(&self.config)
    }

    pub fn queues(&self) -> aws_sdk_sqs::Client {
        aws_sdk_sqs::Client::new(&self.config)
    }

    /// Tries once: SES knows no repetition, and a mail whose answer was lost would go out twice within a second.
    pub fn mail(&self) -> aws_sdk_sesv2::Client {
        let once = aws_sdk_sesv2::config::Builder::from(&self.config).retry_config(RetryConfig::disabled());
        aws_sdk_sesv2::Client::from_conf(once.build())
    }

    pub fn storage(&self) -> aws_sdk_s3::Client {
        aws_sdk_s3::Client::new(&self.config)
    }

    /// For objects of many megabytes, which take longer than the calls of a request may.
    pub fn bulk_storage(&self) -> aws_sdk_s3::Client {
        let bulk = aws_sdk_s3::config::Builder::from(&self.config).timeout_config(patience());
        aws_sdk_s3::Client::from_conf(bulk.build())
    }

    /// Where a service is, if a variable says so.
    pub(super) fn endpoint(&self, service_id: &'static str) -> Option<String> {
        let key = ServiceConfigKey::builder().service_id(service_id).env("AWS_ENDPOINT_URL").profile("endpoint_url");
        self.config.service_config()?.load_config(key.build().ok()?)
    }

    pub(super) fn region(&self) -> Option<Region> {
        self.config.region().cloned()
    }

    /// What the SDK's clients sign with.
    pub(super) fn credentials(&self) -> Option<SharedCredentialsProvider> {
        self.config.credentials_provider()
    }

    /// The file of an authority of one's own, if there is one.
    pub(super) fn private_roots(&self) -> Option<PathBuf> {
        self.private_roots.clone()
    }
}

fn patience() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .operation_attempt_timeout(BULK_TIMEOUT)
        .operation_timeout(BULK_TIMEOUT * 2)
        .build()
}

/// Credentials stay the same for the life of a function's environment.
fn credentials(vars: &Vars) -> Credentials {
    let variable = |name| vars.optional(name).unwrap_or_default();
    let token = vars.optional("AWS_SESSION_TOKEN");
    Credentials::new(variable("AWS_ACCESS_KEY_ID"), variable("AWS_SECRET_ACCESS_KEY"), token, None, "environment")
}

/// `AWS_ENDPOINT_URL_<SERVICE>` or `AWS_ENDPOINT_URL`, which lead to the local AWS or to one WebSocket API.
#[derive(Debug)]
struct Endpoints(Vars);

impl LoadServiceConfig for Endpoints {
    fn load_config(&self, key: ServiceConfigKey<'_>) -> Option<String> {
        let service = key.service_id().to_uppercase().replace([' ', '-'], "_");
        self.0.optional(&format!("{}_{service}", key.env())).or_else(|| self.0.optional(key.env()))
    }
}

/// One connector, and so one pool of connections, for all clients. The SDK would make one per client, twice.
fn http_client(vars: &Vars) -> SharedHttpClient {
    let mut roots = TrustStore::empty().with_pem_certificate(AMAZON_ROOTS);
    // Tools and companies with a certificate authority of their own name its file in this variable.
    if vars.optional("SSL_CERT_FILE").is_some() {
        roots = roots.with_native_roots(true);
    }
    let connector = OnceLock::new();
    http_client_fn(move |settings, components| {
        let connect = || {
            let context = TlsContext::builder().with_trust_store(roots.clone()).build().unwrap_or_default();
            let connector = Connector::builder()
                .tls_provider(Provider::Rustls(CryptoMode::AwsLc))
                .tls_context(context)
                .connector_settings(settings.clone());
            SharedHttpConnector::new(match components.sleep_impl() {
                Some(sleep) => connector.sleep_impl(sleep).build(),
                None => connector.build(),
            })
        };
        connector.get_or_init(connect).clone()
    })
}

/// A failed call that nobody expected in particular: time-outs, throttles and 5xx are worth another try, the rest is a
/// defect of ours (a missing permission, a malformed request).
pub(crate) fn failure<E, R>(error: SdkError<E, R>) -> Error
where
    E: std::error::Error + Send + Sync + 'static,
    R: std::fmt::Debug + Send + Sync + 'static,
    SdkError<E, R>: std::error::Error,
    E: ProvideErrorMetadata,
    R: StatusOf,
{
    let lasting = match &error {
        SdkError::ServiceError(service) => service.raw().status_code() < 500 && !is_throttle(service.err().code()),
        SdkError::ConstructionFailure(_) => true,
        _ => false,
    };
    if lasting { Error::internal(error) } else { Error::unavailable(error) }
}

/// Whether the condition of a call held: an object is as it was seen, or still missing. Who loses a race is told the same.
pub(super) fn has_held<T, E>(answer: std::result::Result<T, SdkError<E, HttpResponse>>) -> Result<bool>
where
    E: std::error::Error + ProvideErrorMetadata + Send + Sync + 'static,
{
    match answer {
        Err(SdkError::ServiceError(service))
            if [PRECONDITION_FAILED, CONFLICT].contains(&service.raw().status_code())
                || service.err().code() == Some("NoSuchKey") =>
        {
            Ok(false)
        }
        answer => answer.map(|_| true).map_err(failure),
    }
}

/// The HTTP status of a raw answer, whatever the SDK's type for it is.
pub(crate) trait StatusOf {
    fn status_code(&self) -> u16;
}

impl StatusOf for HttpResponse {
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

//! SES.

use std::error::Error as StdError;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_sesv2::Client;
use aws_sdk_sesv2::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sesv2::operation::send_email::SendEmailError;
use aws_sdk_sesv2::types::{Body, Content, Destination, EmailContent, Message, MessageHeader, MessageTag};
use hyper_util::client::legacy::Error as ClientError;
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep_until};

use super::aws::{Aws, failure};
use crate::config::MailConfig;
use crate::domain::id::UserId;
use crate::error::{Error, Result};
use crate::ports::mail::{Handover, Mail, Mailer};

#[derive(Clone, Debug)]
pub struct SesMailer {
    client: Client,
    config: MailConfig,
    pace: Pace,
}

impl SesMailer {
    pub fn new(aws: &Aws, config: MailConfig) -> Self {
        let pace = Pace::new(config.per_second, config.senders);
        Self { client: aws.mail(), config, pace }
    }
}

/// One mail after the other, so that all processes together keep to the rate of the account: what exceeds it is refused, and
/// five refusals end in the dead-letter queue.
#[derive(Clone, Debug)]
struct Pace {
    pause: Duration,
    next: Arc<Mutex<Instant>>,
}

impl Pace {
    fn new(per_second: u32, senders: u32) -> Self {
        let pause = Duration::from_secs(1).saturating_mul(senders) / per_second.max(1);
        Self { pause, next: Arc::new(Mutex::new(Instant::now())) }
    }

    /// Waits for one's turn.
    async fn turn(&self) {
        let turn = {
            let mut next = self.next.lock().await;
            let turn = Instant::now().max(*next);
            *next = turn + self.pause;
            turn
        };
        sleep_until(turn).await;
    }
}

#[async_trait]
impl Mailer for SesMailer {
    async fn send(&self, mail: &Mail) -> Result<Handover> {
        let body = Body::builder().text(content(&mail.text)?).html(content(&mail.html)?).build();
        let message = Message::builder().subject(content(&mail.subject)?).body(body);
        let message = message.set_headers(mail.unsubscribe.as_deref().map(one_click).transpose()?).build();
        self.pace.turn().await;
        let answer = self
            .client
            .send_email()
            .from_email_address(&self.config.from)
            .configuration_set_name(&self.config.configuration_set)
            .email_tags(tag(mail.user_id)?)
            .destination(Destination::builder().to_addresses(mail.to.as_str()).build())
            .content(EmailContent::builder().simple(message).build())
            .send()
            .await;
        match answer {
            Ok(_) => Ok(Handover::Accepted),
            Err(error) if is_refused(&error) || was_never_sent(&error) => {
                Ok(Handover::Refused(refusal(&error).unwrap_or_else(|| failure(error))))
            }
            Err(error) => Err(failure(error)),
        }
    }
}

/// Whether SES has said no: an answer of 5xx, or none, says nothing.
fn is_refused(error: &SdkError<SendEmailError>) -> bool {
    error.raw_response().is_some_and(|response| response.status().is_client_error())
}

/// Whether there was no connection that could have carried the mail. Of a connection that broke, or whose answer did not come
/// in time, nobody knows.
fn was_never_sent(error: &SdkError<SendEmailError>) -> bool {
    let mut cause = error.source();
    while let Some(one) = cause {
        if one.downcast_ref::<ClientError>().is_some_and(ClientError::is_connect) {
            return true;
        }
        cause = one.source();
    }
    matches!(error, SdkError::ConstructionFailure(_))
}

/// SES names the recipient when it refuses a mail: of a refusal only the code is kept, for the log's sake.
fn refusal(error: &SdkError<SendEmailError>) -> Option<Error> {
    error.raw_response()?;
    let code = error.as_service_error().and_then(ProvideErrorMetadata::code).unwrap_or("unknown");
    let is_limit = matches!(code, "TooManyRequestsException" | "LimitExceededException");
    (!is_limit).then(|| Error::internal(format!("SES refused the mail: {code}")))
}

/// Comes back with a bounce or a complaint.
fn tag(user_id: UserId) -> Result<MessageTag> {
    MessageTag::builder().name("user_id").value(user_id.to_string()).build().map_err(Error::internal)
}

/// What has mail programs show a button that unsubscribes with one request (RFC 8058).
fn one_click(url: &str) -> Result<Vec<MessageHeader>> {
    let header =
        |name: &str, value: String| MessageHeader::builder().name(name).value(value).build().map_err(Error::internal);
    Ok(vec![
        header("List-Unsubscribe", format!("<{url}>"))?,
        header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".to_owned())?,
    ])
}

fn content(text: &str) -> Result<Content> {
    Content::builder().charset("UTF-8").data(text).build().map_err(Error::internal)
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;
    use std::net::TcpListener;

    use futures::future::join_all;

    use super::*;
    use crate::config::Vars;
    use crate::domain::email::EmailAddress;
    use crate::domain::id::Id as _;
    use crate::domain::time::Timestamp;
    use crate::error::Kind;

    /// What becomes of a mail that is handed to whoever listens there.
    async fn handed_to(endpoint: &str) -> Result<Handover> {
        let vars = [
            ("AWS_ENDPOINT_URL", endpoint),
            ("AWS_REGION", "eu-central-1"),
            ("AWS_ACCESS_KEY_ID", "nobody"),
            ("AWS_SECRET_ACCESS_KEY", "unused"),
            ("APP_MAIL_FROM", "no-reply@example.org"),
            ("APP_MAIL_CONFIGURATION_SET", "set"),
            ("APP_MAIL_PER_SECOND", "10"),
            ("APP_MAIL_SENDERS", "1"),
        ];
        let mut vars = Vars::from_iter(vars);
        let mail = Mail {
            user_id: UserId::from_parts(Timestamp::default(), [1; 10]),
            to: EmailAddress::parse("ada@example.org").unwrap(),
            subject: "Hello".to_owned(),
            text: "Hello".to_owned(),
            html: "Hello".to_owned(),
            unsubscribe: None,
        };
        let config = MailConfig::read(&mut vars);
        SesMailer::new(&Aws::new(&vars), config).send(&mail).await
    }

    #[tokio::test]
    async fn without_a_connection_no_mail_was_sent_for_certain() {
        let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let handover = handed_to(&format!("http://{nobody}")).await;
        let Ok(Handover::Refused(error)) = handover else { panic!("{handover:?}") };
        assert_eq!(error.kind(), Kind::Unavailable, "another try may help");
    }

    #[tokio::test]
    async fn nobody_knows_of_a_connection_that_broke() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let listens = std::thread::spawn(move || listener.accept().unwrap().0.read(&mut [0; 4096]).unwrap());
        handed_to(&format!("http://{address}")).await.unwrap_err();
        assert!(listens.join().unwrap() > 0, "the mail was under way");
    }

    #[tokio::test(start_paused = true)]
    async fn two_processes_keep_to_the_rate_together() {
        let (began, one) = (Instant::now(), Pace::new(10, 2));
        join_all((0..11).map(|_| one.turn())).await;
        assert_eq!(began.elapsed().as_secs(), 2, "five a second, the other five are somebody else's");
        tokio::time::advance(Duration::from_mins(1)).await;
        let resumed = Instant::now();
        one.turn().await;
        assert_eq!(resumed.elapsed(), Duration::ZERO, "whoever has rested need not wait");
        one.turn().await;
        assert_eq!(resumed.elapsed().as_millis(), 200, "and has saved nothing up");
    }
}

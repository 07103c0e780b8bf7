//! SES.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_sesv2::Client;
use aws_sdk_sesv2::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sesv2::operation::send_email::SendEmailError;
use aws_sdk_sesv2::types::{Body, Content, Destination, EmailContent, Message, MessageHeader, MessageTag};
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
            Err(error) if is_refused(&error) => {
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

/// SES names the recipient when it refuses a mail: of a refusal only the code is kept, for the log's sake.
fn refusal(error: &SdkError<SendEmailError>) -> Option<Error> {
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
    use futures::future::join_all;

    use super::*;

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

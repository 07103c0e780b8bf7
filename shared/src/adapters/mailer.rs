//! SES: plain-text mails.

use async_trait::async_trait;
use aws_sdk_sesv2::Client;
use aws_sdk_sesv2::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sesv2::operation::send_email::SendEmailError;
use aws_sdk_sesv2::types::{Body, Content, Destination, EmailContent, Message};

use super::aws::{Aws, failure};
use crate::config::MailConfig;
use crate::error::{Error, Result};
use crate::ports::mail::{Handover, Link, Mail, Mailer};

#[derive(Clone, Debug)]
pub struct SesMailer {
    client: Client,
    config: MailConfig,
}

impl SesMailer {
    pub fn new(aws: &Aws, config: MailConfig) -> Self {
        Self { client: aws.mail(), config }
    }

    fn text(&self, mail: &Mail) -> String {
        let MailConfig { app_url, api_url, .. } = &self.config;
        let link = match &mail.link {
            Some(Link::Api(path)) => format!("\n\nOr follow this link:\n\n{api_url}{path}"),
            Some(Link::App(path)) => format!("\n\nOr follow this link:\n\n{}{path}", app_url.trim_end_matches('/')),
            None => String::new(),
        };
        format!("{}{link}\n\n-- \n{app_url}\n", mail.text.trim_end())
    }
}

#[async_trait]
impl Mailer for SesMailer {
    async fn send(&self, mail: &Mail) -> Result<Handover> {
        let text = self.text(mail);
        let body = Body::builder().text(content(&text)?).build();
        let message = Message::builder().subject(content(&mail.subject)?).body(body).build();
        let answer = self
            .client
            .send_email()
            .from_email_address(&self.config.from)
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

fn content(text: &str) -> Result<Content> {
    Content::builder().charset("UTF-8").data(text).build().map_err(Error::internal)
}

//! SES: plain-text mails.

use async_trait::async_trait;
use aws_sdk_sesv2::Client;
use aws_sdk_sesv2::types::{Body, Content, Destination, EmailContent, Message};

use super::aws::{Aws, failure};
use crate::config::MailConfig;
use crate::error::{Error, Result};
use crate::ports::mail::{Mail, Mailer};

#[derive(Clone, Debug)]
pub struct SesMailer {
    client: Client,
    config: MailConfig,
}

impl SesMailer {
    pub fn new(aws: &Aws, config: MailConfig) -> Self {
        Self { client: aws.mail(), config }
    }
}

#[async_trait]
impl Mailer for SesMailer {
    async fn send(&self, mail: &Mail) -> Result<()> {
        let text = format!("{}\n\n-- \n{}\n", mail.text.trim_end(), self.config.app_url);
        let body = Body::builder().text(content(&text)?).build();
        let message = Message::builder().subject(content(&mail.subject)?).body(body).build();
        self.client
            .send_email()
            .from_email_address(&self.config.from)
            .destination(Destination::builder().to_addresses(mail.to.as_str()).build())
            .content(EmailContent::builder().simple(message).build())
            .send()
            .await
            .map_err(failure)?;
        Ok(())
    }
}

fn content(text: &str) -> Result<Content> {
    Content::builder().charset("UTF-8").data(text).build().map_err(Error::internal)
}

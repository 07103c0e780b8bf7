//! The sections about queues.

use super::Vars;

/// Where the outbox relays to.
#[derive(Clone, Debug)]
pub struct QueuesConfig {
    /// `APP_QUEUES_MAIL`: the URL of the queue of mails.
    pub mail: String,
    /// `APP_QUEUES_PUSH`: the URL of the queue of socket events.
    pub push: String,
    /// `APP_QUEUES_EMBED`: the URL of the queue of texts to embed.
    pub embed: String,
    /// `APP_QUEUES_ACCOUNT`: the URL of the queue of work on whole accounts.
    pub account: String,
}

impl QueuesConfig {
    pub fn read(vars: &mut Vars) -> Self {
        Self {
            mail: vars.required("APP_QUEUES_MAIL"),
            push: vars.required("APP_QUEUES_PUSH"),
            embed: vars.required("APP_QUEUES_EMBED"),
            account: vars.required("APP_QUEUES_ACCOUNT"),
        }
    }
}

/// What failed five times, and the queues to put it back into.
#[derive(Clone, Debug)]
pub struct DeadLettersConfig {
    /// `APP_QUEUES_MAIL`: the URL of the queue of mails.
    pub mail: String,
    /// `APP_QUEUES_MAIL_FEEDBACK`: the URL of the queue of what providers say about mails.
    pub mail_feedback: String,
    /// `APP_QUEUES_PUSH`: the URL of the queue of socket events.
    pub push: String,
    /// `APP_QUEUES_EMBED`: the URL of the queue of texts to embed.
    pub embed: String,
    /// `APP_QUEUES_PHOTO`: the URL of the queue of uploads.
    pub photo: String,
    /// `APP_QUEUES_ACCOUNT`: the URL of the queue of work on whole accounts.
    pub account: String,
    /// `APP_QUEUES_BACKUP`: the URL of the queue of segments to save.
    pub backup: String,
    /// `APP_QUEUES_MAIL_DEAD_LETTER`: the URL of the dead-letter queue of both queues about mails.
    pub dead_mail: String,
    /// `APP_QUEUES_PUSH_DEAD_LETTER`: the URL of the dead-letter queue of socket events.
    pub dead_push: String,
    /// `APP_QUEUES_EMBED_DEAD_LETTER`: the URL of the dead-letter queue of texts.
    pub dead_embed: String,
    /// `APP_QUEUES_PHOTO_DEAD_LETTER`: the URL of the dead-letter queue of uploads.
    pub dead_photo: String,
    /// `APP_QUEUES_ACCOUNT_DEAD_LETTER`: the URL of the dead-letter queue of work on accounts.
    pub dead_account: String,
    /// `APP_QUEUES_BACKUP_DEAD_LETTER`: the URL of the dead-letter queue of segments.
    pub dead_backup: String,
}

impl DeadLettersConfig {
    pub fn read(vars: &mut Vars) -> Self {
        Self {
            mail: vars.required("APP_QUEUES_MAIL"),
            mail_feedback: vars.required("APP_QUEUES_MAIL_FEEDBACK"),
            push: vars.required("APP_QUEUES_PUSH"),
            embed: vars.required("APP_QUEUES_EMBED"),
            photo: vars.required("APP_QUEUES_PHOTO"),
            account: vars.required("APP_QUEUES_ACCOUNT"),
            backup: vars.required("APP_QUEUES_BACKUP"),
            dead_mail: vars.required("APP_QUEUES_MAIL_DEAD_LETTER"),
            dead_push: vars.required("APP_QUEUES_PUSH_DEAD_LETTER"),
            dead_embed: vars.required("APP_QUEUES_EMBED_DEAD_LETTER"),
            dead_photo: vars.required("APP_QUEUES_PHOTO_DEAD_LETTER"),
            dead_account: vars.required("APP_QUEUES_ACCOUNT_DEAD_LETTER"),
            dead_backup: vars.required("APP_QUEUES_BACKUP_DEAD_LETTER"),
        }
    }
}

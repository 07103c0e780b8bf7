//! The sections: one struct per concern, each field says which variable it comes from.

use std::time::Duration;

use super::{CacheUrl, Vars};
use crate::domain::cache::Tiers;
use crate::domain::photo::Screening;
use crate::domain::profile::TimeZone;

/// The tables of the design, one per context, so that permissions are per table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TableName {
    Accounts,
    Sessions,
    Profiles,
    Social,
    Chat,
    Realtime,
    Ops,
    Outbox,
}

impl TableName {
    pub const fn variable(self) -> &'static str {
        match self {
            Self::Accounts => "APP_TABLES_ACCOUNTS",
            Self::Sessions => "APP_TABLES_SESSIONS",
            Self::Profiles => "APP_TABLES_PROFILES",
            Self::Social => "APP_TABLES_SOCIAL",
            Self::Chat => "APP_TABLES_CHAT",
            Self::Realtime => "APP_TABLES_REALTIME",
            Self::Ops => "APP_TABLES_OPS",
            Self::Outbox => "APP_TABLES_OUTBOX",
        }
    }
}

/// How access tokens are named.
#[derive(Clone, Debug)]
pub struct TokensConfig {
    /// `APP_TOKENS_ISSUER`: the `iss` of every token, the URL of the HTTP API.
    pub issuer: String,
}

impl TokensConfig {
    pub fn read(vars: &mut Vars) -> Self {
        Self { issuer: vars.required("APP_TOKENS_ISSUER") }
    }
}

/// Where the private keys are kept; only `auth` is told.
#[derive(Clone, Debug)]
pub struct SigningConfig {
    /// `APP_TOKENS_SECRET`: the secret from which the signing and refresh keys are derived.
    pub secret: String,
}

impl SigningConfig {
    pub fn read(vars: &mut Vars) -> Self {
        Self { secret: vars.required("APP_TOKENS_SECRET") }
    }
}

/// Where the key of code hashes is kept.
#[derive(Clone, Debug)]
pub struct CodesConfig {
    /// `APP_CODES_SECRET`: the secret whose key turns a six-digit code into a hash worth storing.
    pub secret: String,
}

impl CodesConfig {
    pub fn read(vars: &mut Vars) -> Self {
        Self { secret: vars.required("APP_CODES_SECRET") }
    }
}

/// Who mails are from, and who hears what becomes of them.
#[derive(Clone, Debug)]
pub struct MailConfig {
    /// `APP_MAIL_FROM`: the verified sender.
    pub from: String,
    /// `APP_MAIL_CONFIGURATION_SET`: what SES does with what becomes of them.
    pub configuration_set: String,
    /// `APP_MAIL_PER_SECOND`: how many mails SES lets the account send in a second.
    pub per_second: u32,
    /// `APP_MAIL_SENDERS`: how many processes send at the same time and share them.
    pub senders: u32,
}

impl MailConfig {
    pub fn read(vars: &mut Vars) -> Self {
        Self {
            from: vars.required("APP_MAIL_FROM"),
            configuration_set: vars.required("APP_MAIL_CONFIGURATION_SET"),
            per_second: vars.count("APP_MAIL_PER_SECOND"),
            senders: vars.count("APP_MAIL_SENDERS"),
        }
    }
}

/// How fast mails go out, for whoever promises many of them.
#[derive(Clone, Copy, Debug)]
pub struct MailRateConfig {
    /// `APP_MAIL_PER_SECOND`: how many mails SES lets the account send in a second.
    pub per_second: u32,
}

impl MailRateConfig {
    pub fn read(vars: &mut Vars) -> Self {
        Self { per_second: vars.count("APP_MAIL_PER_SECOND") }
    }
}

/// When staff looks at photos.
#[derive(Clone, Copy, Debug)]
pub struct PhotosConfig {
    /// `APP_PHOTOS_REVIEW`: `before` others see them, or `after`.
    pub screening: Screening,
}

impl PhotosConfig {
    pub fn read(vars: &mut Vars) -> Self {
        let screening = match vars.one_of("APP_PHOTOS_REVIEW", ["after", "before"]) {
            "before" => Screening::Hold,
            _ => Screening::Show,
        };
        Self { screening }
    }
}

/// Where the links of mails lead.
#[derive(Clone, Debug)]
pub struct LinksConfig {
    /// `APP_MAIL_APP_URL`: the client app that mails point to.
    pub app_url: String,
    /// `APP_MAIL_API_URL`: the HTTP API, for the links whose pages it serves itself.
    pub api_url: String,
}

impl LinksConfig {
    pub fn read(vars: &mut Vars) -> Self {
        Self { app_url: vars.required("APP_MAIL_APP_URL"), api_url: vars.required("APP_MAIL_API_URL") }
    }

    /// An address in the client app.
    pub fn app(&self, path: &str) -> String {
        format!("{}{path}", self.app_url.trim_end_matches('/'))
    }

    /// An address of the HTTP API.
    pub fn api(&self, path: &str) -> String {
        format!("{}{path}", self.api_url.trim_end_matches('/'))
    }
}

/// Which providers people may sign in with. One without a client id is off.
#[derive(Clone, Debug)]
pub struct OAuthConfig {
    /// `APP_OAUTH_REDIRECT_URIS`: where providers may send people back to, separated by commas.
    pub redirect_uris: String,
    /// `APP_OAUTH_SECRET`: the secret with the client secrets, by provider.
    pub secret: String,
    /// `APP_OAUTH_GOOGLE_CLIENT_ID`: the client that Google knows.
    pub google_client_id: Option<String>,
    /// `APP_OAUTH_GOOGLE_ISSUER`: the issuer of Google's id tokens, below which its discovery document lies.
    pub google_issuer: String,
    /// `APP_OAUTH_GITHUB_CLIENT_ID`: the client that GitHub knows.
    pub github_client_id: Option<String>,
    /// `APP_OAUTH_GITHUB_URL`: where GitHub asks people and exchanges codes.
    pub github_url: String,
    /// `APP_OAUTH_GITHUB_API_URL`: where GitHub answers who somebody is.
    pub github_api_url: String,
}

impl OAuthConfig {
    pub fn read(vars: &mut Vars) -> Self {
        Self {
            redirect_uris: vars.required("APP_OAUTH_REDIRECT_URIS"),
            secret: vars.required("APP_OAUTH_SECRET"),
            google_client_id: vars.optional("APP_OAUTH_GOOGLE_CLIENT_ID"),
            google_issuer: vars.required("APP_OAUTH_GOOGLE_ISSUER"),
            github_client_id: vars.optional("APP_OAUTH_GITHUB_CLIENT_ID"),
            github_url: vars.required("APP_OAUTH_GITHUB_URL"),
            github_api_url: vars.required("APP_OAUTH_GITHUB_API_URL"),
        }
    }
}

/// Where clients open their sockets.
#[derive(Clone, Debug)]
pub struct SocketsConfig {
    /// `APP_SOCKETS_URL`: the `wss://` URL that a ticket is good for.
    pub url: String,
}

impl SocketsConfig {
    pub fn read(vars: &mut Vars) -> Self {
        Self { url: vars.required("APP_SOCKETS_URL") }
    }
}

/// How fresh the candidate index of a process is.
#[derive(Clone, Debug)]
pub struct CandidatesConfig {
    /// `APP_CANDIDATES_POLL_SECONDS`: after so many seconds the directory is asked what is new.
    pub poll: Duration,
}

impl CandidatesConfig {
    pub fn read(vars: &mut Vars) -> Self {
        Self { poll: vars.seconds("APP_CANDIDATES_POLL_SECONDS") }
    }
}

/// Where the sentence model is.
#[derive(Clone, Debug)]
pub struct EmbeddingsConfig {
    /// `APP_EMBEDDINGS_FOLDER`: the folder with the files of the model.
    pub folder: String,
}

impl EmbeddingsConfig {
    pub fn read(vars: &mut Vars) -> Self {
        Self { folder: vars.required("APP_EMBEDDINGS_FOLDER") }
    }
}

/// When the day of a backup begins and ends.
#[derive(Clone, Debug)]
pub struct BackupsConfig {
    /// `APP_BACKUP_TIME_ZONE`: the time zone of the schedule, whose days name the backups.
    pub zone: TimeZone,
}

impl BackupsConfig {
    pub fn read(vars: &mut Vars) -> Self {
        let zone = TimeZone::parse(&vars.required("APP_BACKUP_TIME_ZONE")).ok();
        vars.expect(zone.is_some(), "APP_BACKUP_TIME_ZONE must be an IANA time zone name");
        Self { zone: zone.unwrap_or(TimeZone::UTC) }
    }
}

/// A cache in the same zone answers within a millisecond, and what it saves takes tens of them: one that needs longer than
/// this is worse than none.
const CACHE_PATIENCE: Duration = Duration::from_millis(100);

/// Where values are kept that were computed, and for how long.
#[derive(Clone, Debug)]
pub struct CacheConfig {
    /// `APP_CACHE_URL`: the cache, as `rediss://host:port`; without it every environment keeps what it computed to itself.
    pub url: Option<CacheUrl>,
    /// `APP_CACHE_TTL_PERCENT`: how long everything is kept, in hundredths of what the code says; 100 when it is not set.
    pub tiers: Tiers,
    /// Whether the certificates of the system, or of the file that `SSL_CERT_FILE` names, stand for Amazon's.
    pub trusts_system: bool,
    /// How long an answer of the cache is worth waiting for.
    pub patience: Duration,
}

impl CacheConfig {
    pub fn read(vars: &mut Vars) -> Self {
        let url = vars.optional("APP_CACHE_URL").and_then(|url| {
            let parsed = CacheUrl::parse(&url);
            vars.expect(parsed.is_some(), "APP_CACHE_URL must begin with redis:// or rediss:// and name a host");
            parsed
        });
        let tiers = vars
            .optional("APP_CACHE_TTL_PERCENT")
            .map_or(Some(Tiers::default()), |percent| percent.parse().ok().and_then(Tiers::scaled));
        vars.expect(tiers.is_some(), "APP_CACHE_TTL_PERCENT must be a whole number from 1 to 10000");
        let trusts_system = vars.optional("SSL_CERT_FILE").is_some();
        Self { url, tiers: tiers.unwrap_or_default(), trusts_system, patience: CACHE_PATIENCE }
    }
}

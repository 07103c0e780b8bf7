//! The one error of the project: a stable code and a public text for the client, a private cause for the log.
//!
//! Constructors are words (`Error::invalid("name", "…")`, `Error::unavailable(cause)`). Nothing here knows HTTP;
//! `edge/http/problem.rs` and `edge/ws/frame.rs` decide how an error looks on their wire.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use crate::domain::time::Timestamp;

pub type Result<T, E = Error> = std::result::Result<T, E>;
/// When nothing else is known, a client may come back after this time.
const SOON: Duration = Duration::from_secs(1);

type Cause = Box<dyn StdError + Send + Sync>;

/// What a caller can do about an error; every [`Code`] belongs to exactly one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The request cannot be read at all.
    Malformed,
    /// The request was read, but a value breaks a rule.
    Invalid,
    /// Who is asking is not known, or no longer accepted.
    Unauthenticated,
    /// Who is asking is known, but may not do this.
    Forbidden,
    NotFound,
    MethodNotAllowed,
    /// The request does not fit the present state.
    Conflict,
    TooLarge,
    UnsupportedMediaType,
    /// A limit was reached; the same request may succeed later.
    TooMany,
    /// Something behind us did not answer; the same request may succeed later.
    Unavailable,
    /// A defect of ours.
    Internal,
}

macro_rules! catalogue {
    ($($variant:ident $code:literal $kind:ident $title:literal;)+) => {
        /// The catalogue of stable codes. A code never changes its meaning; clients switch on it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Code { $(#[doc = $title] $variant,)+ }

        impl Code {
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The stable name, as in `"code":"invalid_field"`.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }

            /// One short sentence for people, the same for every occurrence of the code.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$variant => $title,)+ }
            }

            pub const fn kind(self) -> Kind {
                match self { $(Self::$variant => Kind::$kind,)+ }
            }
        }
    };
}

catalogue! {
    MalformedBody "malformed_body" Malformed "The body is not what this operation reads";
    MalformedRequest "malformed_request" Malformed "The path or query cannot be read";
    UnsupportedVersion "unsupported_version" Malformed "This API version does not exist";
    BodyTooLarge "body_too_large" TooLarge "The body is larger than this operation accepts";
    UnsupportedMediaType "unsupported_media_type" UnsupportedMediaType "The body must be application/json";
    InvalidField "invalid_field" Invalid "A field breaks a rule";
    InvalidCode "invalid_code" Invalid "The code is wrong, expired or used";
    Unauthenticated "unauthenticated" Unauthenticated "A valid access token is needed";
    InvalidCredentials "invalid_credentials" Unauthenticated "The address or the password is wrong";
    CodeRequired "code_required" TooMany "Too many wrong passwords: wait, or sign in with a code by mail";
    SessionEnded "session_ended" Unauthenticated "The session has ended; sign in again";
    SocketLost "socket_lost" Unauthenticated "This socket is no longer known; open a new one";
    OauthFailed "oauth_failed" Unauthenticated "Signing in at the provider did not succeed; start again";
    InvalidTicket "invalid_ticket" Unauthenticated "The socket ticket is unknown, used or expired";
    AccountSuspended "account_suspended" Forbidden "This account is suspended";
    Forbidden "forbidden" Forbidden "This is not yours to do";
    EmailNotVerified "email_not_verified" Forbidden "The provider has not verified your address";
    ConversationClosed "conversation_closed" Forbidden "Nothing more can be sent in this conversation";
    RouteNotFound "route_not_found" NotFound "There is no such operation";
    ProviderNotConfigured "provider_not_configured" NotFound "This deployment does not sign in with that provider";
    ProfileNotFound "profile_not_found" NotFound "There is no such profile for you";
    ConversationNotFound "conversation_not_found" NotFound "There is no such conversation for you";
    MessageNotFound "message_not_found" NotFound "There is no such message of yours";
    ConnectionNotFound "connection_not_found" NotFound "There is no such connection";
    UserNotFound "user_not_found" NotFound "There is no such account";
    DeadLetterNotFound "dead_letter_not_found" NotFound "No such message rests there, or somebody looks at it now";
    ReportNotFound "report_not_found" NotFound "There is no such open report";
    StatementNotFound "statement_not_found" NotFound "Nothing is stated about these two skills";
    ProjectNotFound "project_not_found" NotFound "There is no such project for you";
    MemberNotFound "member_not_found" NotFound "There is no such member of the project";
    RequestNotFound "request_not_found" NotFound "Nobody is waiting to join under this id";
    ExportNotFound "export_not_found" NotFound "There is no copy of your data; ask for one";
    PhotoNotFound "photo_not_found" NotFound "There is no such photo";
    IdentityNotFound "identity_not_found" NotFound "Nothing of that provider is linked to your account";
    MethodNotAllowed "method_not_allowed" MethodNotAllowed "The path exists, but not with this method";
    ProfileMissing "profile_missing" Conflict "Write your own profile first";
    AlreadyConnected "already_connected" Conflict "You are connected; unmatch first";
    MessageFixed "message_fixed" Conflict "The message can no longer be changed";
    ClientIdReused "client_id_reused" Conflict "The `client_id` was used for something else";
    LastSignInMethod "last_sign_in_method" Conflict "Nothing else opens your account; set a password first";
    CursorOutdated "cursor_outdated" Conflict "The list has changed since; start again from its beginning";
    MatrixFull "matrix_full" Conflict "The skill matrix has no room for this";
    PhotosFull "photos_full" Conflict "You have as many photos as one can have; delete one first";
    VersionConflict "version_conflict" Conflict "Somebody changed this meanwhile; read it again";
    ProjectClosed "project_closed" Conflict "The project is closed";
    ProjectFull "project_full" Conflict "The project has as many members as it can have";
    LastOwner "last_owner" Conflict "Make somebody else an owner first, or close the project";
    UnknownFrame "unknown_frame" Malformed "There is no such frame type";
    TooManyRequests "too_many_requests" TooMany "A limit was reached; try later";
    Unavailable "unavailable" Unavailable "The service cannot answer now; try again";
    Internal "internal" Internal "Something failed on our side";
}

/// One offending field and the rule it breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    pub field: Cow<'static, str>,
    pub detail: Cow<'static, str>,
}

/// Why somebody is kept out and until when, for programs; the detail says the same to people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exclusion {
    pub reason: String,
    /// Nothing if it has no end.
    pub until: Option<Timestamp>,
}

impl FieldError {
    /// The same complaint, about a field of an object that is a field itself.
    #[must_use]
    pub fn within(&self, object: &str) -> Self {
        Self { field: format!("{object}.{}", self.field).into(), detail: self.detail.clone() }
    }
}

#[derive(Debug)]
pub struct Error {
    code: Code,
    detail: Cow<'static, str>,
    fields: Vec<FieldError>,
    exclusion: Option<Box<Exclusion>>,
    wait: Duration,
    cause: Option<Cause>,
}

impl Error {
    /// An error whose public text says more than the title of its code.
    pub fn new(code: Code, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { code, detail: detail.into(), fields: Vec::new(), exclusion: None, wait: SOON, cause: None }
    }

    pub fn invalid(field: impl Into<Cow<'static, str>>, detail: impl Into<Cow<'static, str>>) -> Self {
        Self::invalid_fields(vec![FieldError { field: field.into(), detail: detail.into() }])
    }

    /// Names every offending field at once; the first one stands in for the whole in `field` and `detail`.
    pub fn invalid_fields(fields: Vec<FieldError>) -> Self {
        let detail = fields.first().map_or(Cow::Borrowed(Code::InvalidField.title()), |f| f.detail.clone());
        Self { fields, ..Self::new(Code::InvalidField, detail) }
    }

    /// A dependency failed in a way that trying again can mend.
    pub fn unavailable(cause: impl Into<Cause>) -> Self {
        Self::from(Code::Unavailable).because(cause)
    }

    /// A limit was reached that is lifted after `wait`.
    pub fn too_many(wait: Duration) -> Self {
        let detail = format!("A limit was reached; try again in {} seconds", wait.as_secs().max(1));
        Self { wait, ..Self::new(Code::TooManyRequests, detail) }
    }

    /// Somebody may not come in. Only those may hear it who have proved to be that somebody.
    pub fn excluded(detail: String, exclusion: Exclusion) -> Self {
        Self { exclusion: Some(Box::new(exclusion)), ..Self::new(Code::AccountSuspended, detail) }
    }

    /// A defect of ours: an invariant did not hold.
    pub fn internal(cause: impl Into<Cause>) -> Self {
        Self::from(Code::Internal).because(cause)
    }

    /// The same refusal under a code that says more.
    #[must_use]
    pub fn in_place_of(self, code: Code) -> Self {
        if self.kind() == code.kind() { Self { code, detail: code.title().into(), ..self } } else { self }
    }

    /// Keeps what went wrong underneath, for the log only.
    #[must_use]
    pub fn because(mut self, cause: impl Into<Cause>) -> Self {
        self.cause = Some(cause.into());
        self
    }

    pub fn code(&self) -> Code {
        self.code
    }

    pub fn kind(&self) -> Kind {
        self.code.kind()
    }

    /// The public text. It never repeats what the client sent.
    pub fn detail(&self) -> &str {
        &self.detail
    }

    pub fn fields(&self) -> &[FieldError] {
        &self.fields
    }

    pub fn exclusion(&self) -> Option<&Exclusion> {
        self.exclusion.as_deref()
    }

    /// Whether the same request can succeed later without being changed.
    pub fn retryable(&self) -> bool {
        match self.kind() {
            Kind::TooMany | Kind::Unavailable => true,
            Kind::Malformed
            | Kind::Invalid
            | Kind::Unauthenticated
            | Kind::Forbidden
            | Kind::NotFound
            | Kind::MethodNotAllowed
            | Kind::Conflict
            | Kind::TooLarge
            | Kind::UnsupportedMediaType
            | Kind::Internal => false,
        }
    }

    /// After how long it is worth sending the same request again, if it ever is.
    pub fn retry_after(&self) -> Option<Duration> {
        self.retryable().then_some(self.wait)
    }

    /// The private cause with everything underneath it, on one line.
    pub fn cause_chain(&self) -> Option<String> {
        let mut text = self.cause.as_ref()?.to_string();
        let mut next = self.cause.as_ref()?.source();
        while let Some(cause) = next {
            text.push_str(": ");
            text.push_str(&cause.to_string());
            next = cause.source();
        }
        Some(text)
    }
}

impl From<Code> for Error {
    fn from(code: Code) -> Self {
        Self::new(code, code.title())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code.as_str(), self.detail)
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.cause.as_ref().map(|cause| &**cause as &(dyn StdError + 'static))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn codes_are_unique_and_in_snake_case() {
        let names: HashSet<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(names.len(), Code::ALL.len());
        assert!(names.iter().all(|name| name.chars().all(|c| c.is_ascii_lowercase() || c == '_')));
    }

    #[test]
    fn the_cause_is_kept_for_the_log_and_out_of_the_public_text() {
        let error = Error::unavailable(std::io::Error::other("10.0.0.7 refused"));
        assert!(error.retryable());
        assert!(!error.detail().contains("10.0.0.7"));
        assert_eq!(error.cause_chain().as_deref(), Some("10.0.0.7 refused"));
    }
}

//! What each event comes to.

use serde_json::Value;

use Outcome::{Failed, FrameError, Named, Nothing, Problem, Status};

/// How an answer of a function is judged.
pub(super) enum Outcome {
    /// An HTTP status, or what a socket is told on `$connect` and `$disconnect`.
    Status(u16),
    /// A problem with this status and code.
    Problem(u16, &'static str),
    /// An error frame in answer to the frame with this id, with this code. A frame that cannot be read has no id.
    FrameError(&'static str, &'static str),
    /// Exactly these records of the batch come back.
    Failed(&'static [&'static str]),
    /// Something with this field, which begins so.
    Named(&'static str, &'static str),
    /// The function says nothing, because nobody listens.
    Nothing,
}

pub(super) const EXPECTED: &[(&str, Outcome)] = &[
    ("account-jobs.erasure-nobody-asked-for", Failed(&[])),
    ("account-jobs.export-nobody-asked-for", Failed(&[])),
    ("account-jobs.mail-in-wrong-queue", Failed(&["5b0c2e1d-9a7f-4c3b-8e6d-2f1a0b9c8d72"])),
    ("account-jobs.poisoned-record", Failed(&["5b0c2e1d-9a7f-4c3b-8e6d-2f1a0b9c8d73"])),
    ("admin.cache-clear-forged-token", Problem(401, "unauthenticated")),
    ("admin.cache-warm-forged-token", Problem(401, "unauthenticated")),
    ("admin.cache-without-token", Problem(401, "unauthenticated")),
    ("admin.dead-letters-redrive-forged-token", Problem(401, "unauthenticated")),
    ("admin.dead-letters-without-token", Problem(401, "unauthenticated")),
    ("admin.end-sessions-forged-token", Problem(401, "unauthenticated")),
    ("admin.end-sessions-without-token", Problem(401, "unauthenticated")),
    ("admin.grant-without-token", Problem(401, "unauthenticated")),
    ("admin.matrix-import-forged-token", Problem(401, "unauthenticated")),
    ("admin.matrix-state-forged-token", Problem(401, "unauthenticated")),
    ("admin.matrix-without-token", Problem(401, "unauthenticated")),
    ("admin.photo-refuse-forged-token", Problem(401, "unauthenticated")),
    ("admin.photos-without-token", Problem(401, "unauthenticated")),
    ("admin.report-forged-token", Problem(401, "unauthenticated")),
    ("admin.report-without-token", Problem(401, "unauthenticated")),
    ("admin.report-wrong-method", Problem(405, "method_not_allowed")),
    ("admin.reports-without-token", Problem(401, "unauthenticated")),
    ("admin.sanction-forged-token", Problem(401, "unauthenticated")),
    ("admin.unknown-path", Problem(404, "route_not_found")),
    ("auth.erasure-forged-token", Problem(401, "unauthenticated")),
    ("auth.erasure-without-token", Problem(401, "unauthenticated")),
    ("auth.identities-without-token", Problem(401, "unauthenticated")),
    ("auth.jwks", Status(200)),
    ("auth.login-base64-body", Problem(401, "invalid_credentials")),
    ("auth.login-malformed-json", Problem(400, "malformed_body")),
    ("auth.login-unknown-address", Problem(401, "invalid_credentials")),
    ("auth.login-unknown-version", Problem(400, "unsupported_version")),
    ("auth.login-wrong-media-type", Problem(415, "unsupported_media_type")),
    ("auth.logout-without-token", Problem(401, "unauthenticated")),
    ("auth.oauth-finish-unknown-provider", Problem(404, "provider_not_configured")),
    ("auth.oauth-start-provider-off", Problem(404, "provider_not_configured")),
    ("auth.refresh-forged-token", Problem(401, "session_ended")),
    ("auth.register", Status(202)),
    ("auth.register-bidi-in-address", Problem(422, "invalid_field")),
    ("auth.register-header-injection", Problem(422, "invalid_field")),
    ("auth.register-nul-in-address", Problem(422, "invalid_field")),
    ("auth.register-unknown-field", Problem(400, "malformed_body")),
    ("auth.register-weak-password", Problem(422, "invalid_field")),
    ("auth.register-wrong-types", Problem(422, "invalid_field")),
    ("auth.unlink-forged-token", Problem(401, "unauthenticated")),
    ("auth.verify-unknown-registration", Problem(422, "invalid_code")),
    ("backup-plan.at-two", Named("backup", "2026-11-26")),
    ("backup-plan.one-more", Named("backup", "20")),
    ("backup-segment.backup-gone", Failed(&[])),
    (
        "backup-segment.poisoned-record",
        Failed(&[
            "a1b2c3d4-0a1b-4c2d-8e3f-4a5b6c7d8e02",
            "a1b2c3d4-0a1b-4c2d-8e3f-4a5b6c7d8e03",
            "a1b2c3d4-0a1b-4c2d-8e3f-4a5b6c7d8e04",
        ]),
    ),
    ("cache-warm.every-thirty-minutes", Nothing),
    ("chat-send.delete-forged-token", Problem(401, "unauthenticated")),
    ("chat-send.edit-forged-token", Problem(401, "unauthenticated")),
    ("chat-send.frame-malformed-json", FrameError("", "malformed_body")),
    ("chat-send.frame-other-type", FrameError("f1", "unknown_frame")),
    ("chat-send.frame-unknown-connection", FrameError("f1", "socket_lost")),
    ("chat-send.http-forged-token", Problem(401, "unauthenticated")),
    ("chat-send.http-without-token", Problem(401, "unauthenticated")),
    ("chat.history-without-token", Problem(401, "unauthenticated")),
    ("chat.inbox-without-token", Problem(401, "unauthenticated")),
    ("chat.sync-without-token", Problem(401, "unauthenticated")),
    ("chat.ticket-without-token", Problem(401, "unauthenticated")),
    ("chat.unknown-path", Problem(404, "route_not_found")),
    ("connections.block-forged-token", Problem(401, "unauthenticated")),
    ("connections.learning-without-token", Problem(401, "unauthenticated")),
    ("connections.learning-wrong-method", Problem(405, "method_not_allowed")),
    ("connections.like-without-token", Problem(401, "unauthenticated")),
    ("connections.list-without-token", Problem(401, "unauthenticated")),
    ("connections.received-without-token", Problem(401, "unauthenticated")),
    ("connections.take-back-without-token", Problem(401, "unauthenticated")),
    ("connections.unmatch-wrong-method", Problem(405, "method_not_allowed")),
    ("digest.every-five-minutes", Nothing),
    ("email-send.account-gone", Failed(&[])),
    ("email-send.digest-account-gone", Failed(&[])),
    ("email-send.poisoned-record", Failed(&["a1ede372-6ac0-4db4-9943-7a2ca6b7468a"])),
    ("email-send.push-in-wrong-queue", Failed(&["7e52d3ad-4b27-4604-bf64-8aacf1c1c0d7"])),
    ("email-send.unknown-kind", Failed(&["49b5daf1-d954-4cea-9eb6-d978c7dab1f8"])),
    ("embed.mail-in-wrong-queue", Failed(&["46102ff4-2433-40c3-a082-ff7d57b59412"])),
    ("embed.poisoned-record", Failed(&["d469c02d-34c6-4412-9a57-9e309645c664"])),
    ("embed.profile-gone", Failed(&[])),
    ("embed.project-gone", Failed(&[])),
    ("health.live", Status(200)),
    ("health.openapi", Status(200)),
    ("health.ready", Status(200)),
    ("health.unknown-path", Problem(404, "route_not_found")),
    ("index-build.all", Nothing),
    ("index-build.every-five-minutes", Nothing),
    ("keys-rotate.every-hour", Nothing),
    ("keys-rotate.now", Nothing),
    ("mail-feedback.bounce-account-gone", Failed(&[])),
    ("mail-feedback.complaint-account-gone", Failed(&[])),
    ("mail-feedback.unknown-cause", Failed(&["9a8b7c6d-5e4f-4321-8765-432109fedcba"])),
    ("matching.list-without-token", Problem(401, "unauthenticated")),
    ("matching.list-wrong-method", Problem(405, "method_not_allowed")),
    ("matching.pair-without-token", Problem(401, "unauthenticated")),
    ("matching.visibility-without-token", Problem(401, "unauthenticated")),
    ("outbox.account-erase", Failed(&[])),
    ("outbox.account-erase-on", Failed(&[])),
    ("outbox.embed-profile", Failed(&[])),
    ("outbox.embed-project", Failed(&[])),
    ("outbox.mail-digest", Failed(&[])),
    ("outbox.mail-verify", Failed(&[])),
    ("outbox.match-new", Failed(&[])),
    ("outbox.message-handed-over", Failed(&[])),
    ("outbox.poisoned-record", Failed(&["4421584500000000017450440089"])),
    ("outbox.session-ended", Failed(&[])),
    ("photo-validate.from-s3-itself", Failed(&["5d0e1c2b-7f4a-4b6c-9d8e-1a2b3c4d5e6f"])),
    ("photo-validate.photo-gone", Failed(&[])),
    ("photo-validate.poisoned-record", Failed(&["c4d5e6f7-0a1b-4c2d-8e3f-4a5b6c7d8e9f"])),
    ("photo-validate.strange-name", Failed(&["8a9b0c1d-2e3f-4a5b-8c6d-7e8f9a0b1c2d"])),
    ("profiles.export-without-token", Problem(401, "unauthenticated")),
    ("profiles.me-forged-token", Problem(401, "unauthenticated")),
    ("profiles.me-without-token", Problem(401, "unauthenticated")),
    ("profiles.photo-delete-forged-token", Problem(401, "unauthenticated")),
    ("profiles.photo-upload-forged-token", Problem(401, "unauthenticated")),
    ("profiles.photos-without-token", Problem(401, "unauthenticated")),
    ("profiles.photos-wrong-method", Problem(405, "method_not_allowed")),
    ("profiles.read-without-token", Problem(401, "unauthenticated")),
    ("profiles.report-without-token", Problem(401, "unauthenticated")),
    ("profiles.settings-forged-token", Problem(401, "unauthenticated")),
    ("profiles.settings-without-token", Problem(401, "unauthenticated")),
    ("profiles.unknown-path", Problem(404, "route_not_found")),
    ("profiles.unsubscribe-page", Status(200)),
    ("profiles.unsubscribe-unknown-token", Status(404)),
    ("profiles.write-without-token", Problem(401, "unauthenticated")),
    ("projects.edit-wrong-method", Problem(405, "method_not_allowed")),
    ("projects.found-without-token", Problem(401, "unauthenticated")),
    ("projects.join-forged-token", Problem(401, "unauthenticated")),
    ("projects.matches-forged-token", Problem(401, "unauthenticated")),
    ("projects.mine-without-token", Problem(401, "unauthenticated")),
    ("projects.popular-without-token", Problem(401, "unauthenticated")),
    ("projects.read-without-token", Problem(401, "unauthenticated")),
    ("projects.unknown-path", Problem(404, "route_not_found")),
    ("push.mail-in-wrong-queue", Failed(&["b9073cd7-28f2-4310-86c8-c6bbc040306a"])),
    ("push.match-without-conversation", Failed(&[])),
    ("push.message-left-without-conversation", Failed(&[])),
    ("push.message-without-conversation", Failed(&[])),
    ("push.poisoned-record", Failed(&["3ec0bcf5-bda6-48ad-8087-4c4f02316e4c"])),
    ("push.presence-of-nobody", Failed(&[])),
    ("push.session-ended", Failed(&[])),
    ("socket.connect-unknown-ticket", Status(401)),
    ("socket.connect-without-ticket", Status(401)),
    ("socket.delivered-unknown-connection", FrameError("f1", "socket_lost")),
    ("socket.disconnect-unknown-connection", Status(200)),
    ("socket.frame-malformed-json", FrameError("", "malformed_body")),
    ("socket.frame-unknown-version", FrameError("f1", "unsupported_version")),
    ("socket.hello-unknown-connection", FrameError("f1", "socket_lost")),
    ("socket.ping-unknown-connection", FrameError("f1", "socket_lost")),
    ("socket.read-unknown-connection", FrameError("f1", "socket_lost")),
    ("socket.subscribe-unknown-connection", FrameError("f1", "socket_lost")),
    ("socket.typing-unknown-connection", FrameError("f1", "socket_lost")),
    ("photo-sweep.every-hour", Nothing),
    ("sweep.every-minute", Nothing),
];

impl Outcome {
    /// In what an answer is another one, if it is.
    pub(super) fn differs(&self, answer: &Value) -> Option<String> {
        let body = || serde_json::from_str::<Value>(answer["body"].as_str().unwrap_or_default()).unwrap_or_default();
        match self {
            Status(status) => unless(answer["statusCode"] == *status, || format!("expected {status}")),
            Problem(status, code) => {
                let is_it = answer["statusCode"] == *status && body()["code"] == *code;
                unless(is_it, || format!("expected {status} {code}"))
            }
            FrameError(id, code) => {
                let frame = body();
                let is_it = frame["type"] == "error" && frame["id"].as_str().unwrap_or_default() == *id;
                unless(is_it && frame["data"]["code"] == *code, || format!("expected an error frame {id} {code}"))
            }
            Failed(ids) => {
                let failures = answer["batchItemFailures"].as_array();
                let failed =
                    failures.map(|list| list.iter().filter_map(|one| one["itemIdentifier"].as_str()).collect());
                unless(failed.is_some_and(|failed: Vec<_>| failed == *ids), || format!("expected the failures {ids:?}"))
            }
            Named(field, beginning) => {
                let is_it = answer[*field].as_str().is_some_and(|name| name.starts_with(beginning));
                unless(is_it, || format!("expected {field} {beginning}…"))
            }
            Nothing => unless(answer.is_null(), || "expected nothing".to_owned()),
        }
    }
}

fn unless(holds: bool, difference: impl FnOnce() -> String) -> Option<String> {
    (!holds).then(difference)
}

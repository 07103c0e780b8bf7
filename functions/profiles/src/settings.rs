//! `GET` and `PUT /v1/me/settings`

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use shared::domain::outbox::{Effect, PushEffect};
use shared::domain::settings::{Cadence, DigestWishes, NewsKind, Presence, Settings, SettingsInput, Weekday, Wishes};
use shared::edge::http::{Body, Caller, Problem};
use shared::error::{Code, Result};
use utoipa::ToSchema;

use crate::Deps;

/// One's own settings.
#[derive(Serialize, ToSchema)]
pub(crate) struct SettingsView {
    /// Who may see whether one is online and when one was last seen.
    presence: Presence,
    digest: DigestView,
    /// Grows with every change; 0 as long as nothing was set and no profile was written.
    version: u64,
}

/// Mails about what one has missed. All hours are those of `time_zone`.
#[derive(Serialize, ToSchema)]
struct DigestView {
    kinds: Vec<NewsKind>,
    cadence: Cadence,
    #[schema(minimum = 0, maximum = 23)]
    hour: u8,
    weekday: Weekday,
    #[schema(minimum = 0, maximum = 23)]
    quiet_from: u8,
    #[schema(minimum = 0, maximum = 23)]
    quiet_until: u8,
    /// That of one's profile.
    #[schema(example = "Europe/Berlin")]
    time_zone: String,
}

/// Reads one's own settings, or what holds as long as one has set nothing.
#[utoipa::path(get, path = "/v1/me/settings", operation_id = "read_own_settings", tag = "profiles", security(("bearer" = [])), responses(
    (status = 200, body = SettingsView),
    (status = "4XX", body = Problem),
))]
pub(crate) async fn read(State(deps): State<Deps>, caller: Caller) -> Result<Json<SettingsView>> {
    let settings = deps.shelf.settings.find(caller.user_id).await?;
    Ok(Json(SettingsView::from(&settings)))
}

/// Writes one's own settings as a whole; what is left out goes back to its default. They hold with the next answer, and
/// digests are due by them from now on.
#[utoipa::path(put, path = "/v1/me/settings", operation_id = "write_own_settings", tag = "profiles", security(("bearer" = [])), request_body = SettingsInput, responses(
    (status = 200, body = SettingsView),
    (status = "4XX", body = Problem, description = "`invalid_field`, `too_many_requests`, `version_conflict` if two edits met"),
))]
pub(crate) async fn write(
    State(deps): State<Deps>,
    caller: Caller,
    Body(input): Body<SettingsInput>,
) -> Result<Json<SettingsView>> {
    let wishes = Wishes::parse(&input)?;
    let (profile, before) = deps.shelf.to_be_written(caller.user_id).await?;
    let mut after = before.clone().changed(wishes);
    if let Some(profile) = profile {
        after.time_zone = profile.details.time_zone;
    }
    // Whoever hides or shows themselves is seen to do so by those who watch.
    let is_seen = before.wishes.presence != after.wishes.presence;
    let news = PushEffect::PresenceChanged { user_id: caller.user_id };
    let promise = is_seen.then(|| deps.ambient.promise(Effect::Push(news)));
    if !deps.shelf.settings.replace(&before, &after, promise.as_ref()).await? {
        return Err(Code::VersionConflict.into());
    }
    Ok(Json(SettingsView::from(&after)))
}

impl From<&Settings> for SettingsView {
    fn from(settings: &Settings) -> Self {
        let Settings { wishes, version, time_zone, .. } = settings;
        let DigestWishes { kinds, cadence, hour, weekday, quiet } = wishes.digest.clone();
        let digest = DigestView {
            kinds,
            cadence,
            hour: hour.get(),
            weekday,
            quiet_from: quiet.from.get(),
            quiet_until: quiet.until.get(),
            time_zone: time_zone.as_str().to_owned(),
        };
        Self { presence: wishes.presence, digest, version: *version }
    }
}

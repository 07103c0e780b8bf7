//! `GET` and `PUT /v1/me`

use axum::Json;
use axum::extract::State;
use shared::domain::outbox::Effect;
use shared::domain::profile::{Profile, ProfileDetails, ProfileInput};
use shared::edge::http::{Body, Caller, Problem};
use shared::error::{Code, Result};
use shared::ports::profiles::Consequences;

use crate::Deps;
use crate::view::OwnProfile;

/// Reads one's own profile.
#[utoipa::path(get, path = "/v1/me", operation_id = "read_own_profile", tag = "profiles", security(("bearer" = [])), responses(
    (status = 200, body = OwnProfile),
    (status = "4XX", body = Problem, description = "`profile_not_found` before the first `PUT`"),
))]
pub(crate) async fn read(State(deps): State<Deps>, caller: Caller) -> Result<Json<OwnProfile>> {
    let profile = deps.shelf.profiles.find(caller.user_id).await?.ok_or(Code::ProfileNotFound)?;
    let unknown_skills = deps.shelf.unknown_skills(&profile).await?;
    Ok(Json(OwnProfile::new(&profile, unknown_skills)))
}

/// Writes one's own profile as a whole; what is left out is removed.
#[utoipa::path(put, path = "/v1/me", operation_id = "write_own_profile", tag = "profiles", security(("bearer" = [])), request_body = ProfileInput, responses(
    (status = 200, body = OwnProfile),
    (status = "4XX", body = Problem, description = "`invalid_field`, `too_many_requests`, `version_conflict` if two edits met"),
))]
pub(crate) async fn write(
    State(deps): State<Deps>,
    caller: Caller,
    Body(input): Body<ProfileInput>,
) -> Result<Json<OwnProfile>> {
    let details = ProfileDetails::parse(&input)?;
    let now = deps.ambient.now();
    let (before, settings) = deps.shelf.to_be_written(caller.user_id).await?;
    let known = before.as_ref().and_then(|profile| profile.text_hash.clone());
    let profile = match before {
        Some(profile) => profile.edited(details, now),
        None => Profile::new(caller.user_id, details, now),
    };
    let effect = profile.says_something_new(known.as_ref()).then(|| Effect::embed_profile(caller.user_id));
    let promise = effect.map(|effect| deps.ambient.promise(effect));
    let consequences = Consequences { promise, settings: settings.settled_in(profile.details.time_zone) };
    // First what may fail without harm.
    let unknown_skills = deps.shelf.unknown_skills(&profile).await?;
    if !deps.shelf.profiles.save(&profile, &consequences).await? {
        return Err(Code::VersionConflict.into());
    }
    Ok(Json(OwnProfile::new(&profile, unknown_skills)))
}

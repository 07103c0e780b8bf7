//! Projects and their people as they are shown.

use serde::Serialize;
use shared::domain::conversation::Conversation;
use shared::domain::id::{ConversationId, ProjectId, UserId};
use shared::domain::matching::Person;
use shared::domain::profile::{ExperienceYears, Field, Goal, Place};
use shared::domain::project::{
    Audience, JoinRequest, Joining, Member, MemberRole, NeededHours, Stage, TeamSize, WorkMode,
};
use shared::domain::time::Timestamp;
use utoipa::ToSchema;

use crate::sight::Sight;

/// What lists show of a project.
#[derive(Serialize, ToSchema)]
pub(crate) struct ProjectCard {
    project_id: ProjectId,
    #[schema(example = "A chess club's website")]
    title: String,
    summary: Option<String>,
    field: Field,
    stage: Stage,
    needed_skills: Vec<String>,
    work_mode: WorkMode,
    place: Option<SiteView>,
    joining: Joining,
    member_count: u32,
    team_size: Option<u8>,
    updated_at: Timestamp,
}

/// The whole of a project.
#[derive(Serialize, ToSchema)]
pub(crate) struct ProjectView {
    #[serde(flatten)]
    card: ProjectCard,
    description: Option<String>,
    goals: Vec<Goal>,
    languages: Vec<String>,
    experience_years: Option<u8>,
    #[schema(example = "Europe/Berlin")]
    time_zone: Option<String>,
    hours_per_week: Option<u8>,
    visibility: Audience,
    /// Nobody joins and nothing is edited any more.
    is_closed: bool,
    owner_ids: Vec<UserId>,
    /// What the reader is in it; null if nothing.
    role: Option<MemberRole>,
    /// Where the members talk, if the reader is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    conversation_id: Option<ConversationId>,
    /// Grows with every edit; give it back with the next one.
    version: u64,
    created_at: Timestamp,
}

/// Where a project meets.
#[derive(Serialize, ToSchema)]
struct SiteView {
    #[schema(example = "Leipzig")]
    city: String,
    #[schema(example = "DE")]
    country: String,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct MemberView {
    user_id: UserId,
    #[schema(example = "Ada Lovelace")]
    name: String,
    headline: Option<String>,
    role: MemberRole,
    joined_at: Timestamp,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct RequestView {
    user_id: UserId,
    #[schema(example = "Ada Lovelace")]
    name: String,
    headline: Option<String>,
    note: Option<String>,
    requested_at: Timestamp,
}

impl From<&Sight> for ProjectCard {
    fn from(sight: &Sight) -> Self {
        let project = sight.project();
        let details = &project.details;
        Self {
            project_id: project.project_id,
            title: details.title.as_str().to_owned(),
            summary: details.summary.as_ref().map(|summary| summary.as_str().to_owned()),
            field: details.field,
            stage: details.stage,
            needed_skills: details.needed_skills.iter().map(|skill| skill.as_str().to_owned()).collect(),
            work_mode: details.work_mode,
            place: details.place.as_ref().map(SiteView::from),
            joining: details.joining,
            member_count: project.member_count,
            team_size: details.team_size.map(TeamSize::get),
            updated_at: project.updated_at,
        }
    }
}

impl From<&Sight> for ProjectView {
    fn from(sight: &Sight) -> Self {
        let project = sight.project();
        let details = &project.details;
        Self {
            card: ProjectCard::from(sight),
            description: details.description.as_ref().map(|description| description.as_str().to_owned()),
            goals: details.goals.clone(),
            languages: details.languages.iter().map(|language| language.as_str().to_owned()).collect(),
            experience_years: details.experience_years.map(ExperienceYears::get),
            time_zone: details.time_zone.map(|zone| zone.as_str().to_owned()),
            hours_per_week: details.hours_per_week.map(NeededHours::get),
            visibility: details.visibility,
            is_closed: !project.is_open(),
            owner_ids: project.owner_ids.clone(),
            role: sight.role(),
            conversation_id: sight.role().map(|_| Conversation::of_project(project.project_id)),
            version: project.version,
            created_at: project.created_at,
        }
    }
}

impl From<&Place> for SiteView {
    fn from(place: &Place) -> Self {
        Self { city: place.city().to_owned(), country: place.country().as_str().to_owned() }
    }
}

impl MemberView {
    pub(crate) fn new(member: &Member, person: &Person) -> Self {
        let (name, headline) = named(person);
        Self { user_id: member.user_id, name, headline, role: member.role, joined_at: member.joined_at }
    }
}

impl RequestView {
    pub(crate) fn new(request: &JoinRequest, person: &Person) -> Self {
        let (name, headline) = named(person);
        let note = request.note.as_ref().map(|note| note.as_str().to_owned());
        Self { user_id: request.user_id, name, headline, note, requested_at: request.requested_at }
    }
}

fn named(person: &Person) -> (String, Option<String>) {
    let details = &person.profile.details;
    let headline = details.headline.as_ref().map(|headline| headline.as_str().to_owned());
    (details.name.as_str().to_owned(), headline)
}

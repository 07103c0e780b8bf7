//! Projects, who is in them, and how much people care for them.

use async_trait::async_trait;

use crate::domain::conversation::ClientId;
use crate::domain::id::{ProjectId, UserId};
use crate::domain::matching::Venture;
use crate::domain::outbox::OutboxEntry;
use crate::domain::profile::Field;
use crate::domain::project::{Event, JoinRequest, Member, MembershipChange, Metric, Points, Project};
use crate::error::Result;
use crate::ports::erasures::Left;

/// Projects as they are, for whoever reads them.
#[async_trait]
pub trait Projects: Send + Sync {
    /// Strongly consistent.
    async fn find(&self, project_id: ProjectId) -> Result<Option<Project>>;

    /// Those that exist among `project_ids`, each with the embedding of what it says if there is one, in no particular
    /// order. Strongly consistent. An embedding that cannot be read is none.
    async fn find_many(&self, project_ids: &[ProjectId]) -> Result<Vec<Venture>>;

    /// Projects worth scoring for a person: listed ones of all fields, the newest edits first, at most `limit`. It may lag
    /// behind a minute; callers ask [`Self::find_many`].
    async fn newest(&self, limit: usize) -> Result<Vec<ProjectId>>;
}

/// A wish to found a project, which may come twice when the answer was lost.
#[derive(Clone, Debug)]
pub struct Founding {
    pub project: Project,
    pub founder: UserId,
    /// What the founder calls the wish, and the digest of what was wished.
    pub client_id: ClientId,
    pub digest: String,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Founded {
    Now,
    /// The wish had been fulfilled before.
    Before(ProjectId),
    /// The founder has used the name for another wish.
    NameTaken,
}

/// What changes projects themselves.
#[async_trait]
pub trait ProjectRegister: Send + Sync {
    /// Stores a project, its founder's membership and the promise, or nothing. MUST found one project per founder and
    /// client id, however often it is asked within a month.
    async fn found(&self, founding: &Founding, promise: &OutboxEntry) -> Result<Founded>;

    /// Stores what the project says now, and the promise, if the stored one is open, still is of the version before, and
    /// `editor` leads it. MUST leave members and owners as they are by then. Answers whether it was stored.
    async fn edit(&self, project: &Project, editor: UserId, promise: Option<&OutboxEntry>) -> Result<bool>;

    /// Closes a project for good if `owner` owns it. Answers whether it is closed now.
    async fn close(&self, project_id: ProjectId, owner: UserId) -> Result<bool>;
}

/// What came of an attempt to change who is in a project.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Changed {
    Done,
    /// Something that the change was decided on is no longer so.
    Refused,
    /// Others change the same project at this moment.
    Busy,
}

#[async_trait]
pub trait Members: Send + Sync {
    /// Strongly consistent.
    async fn find(&self, project_id: ProjectId, user_id: UserId) -> Result<Option<Member>>;

    /// What one person is in several projects. Strongly consistent.
    async fn find_many(&self, user_id: UserId, project_ids: &[ProjectId]) -> Result<Vec<Member>>;

    /// Who is in a project: at most `limit` members, in the order of their ids, after this one.
    async fn list(&self, project_id: ProjectId, after: Option<UserId>, limit: usize) -> Result<Vec<Member>>;

    /// The projects that somebody is in, newest first, before this one.
    async fn of_person(&self, user_id: UserId, before: Option<ProjectId>, limit: usize) -> Result<Vec<ProjectId>>;

    /// Carries out a change with everything that follows from it, also in the conversation of the members, and promises
    /// what is to be told; or nothing. MUST hold it to the project as it is by
    /// then: an arrival needs an open project that is not full (and, by oneself, one that everybody may join), an open
    /// project keeps an owner and has few, and whoever decides still has the role to do so.
    async fn change(&self, change: &MembershipChange, promise: Option<&OutboxEntry>) -> Result<Changed>;

    /// Keeps a request if the project is open and takes requests, and the person is not in it. Asking again replaces the
    /// note.
    async fn request(&self, request: &JoinRequest) -> Result<Changed>;

    /// Strongly consistent.
    async fn find_request(&self, project_id: ProjectId, user_id: UserId) -> Result<Option<JoinRequest>>;

    /// Who waits to be let in, likewise as [`Self::list`].
    async fn list_requests(
        &self,
        project_id: ProjectId,
        after: Option<UserId>,
        limit: usize,
    ) -> Result<Vec<JoinRequest>>;

    /// Removes a request; answers whether there was one.
    async fn withdraw(&self, project_id: ProjectId, user_id: UserId) -> Result<bool>;
}

/// What is left to settle when somebody goes for good.
#[async_trait]
pub trait ProjectEstates: Send + Sync {
    /// The projects that somebody has asked to join, at most `limit`. Strongly consistent.
    async fn requests_of(&self, user_id: UserId, limit: usize) -> Result<Vec<ProjectId>>;

    /// Strikes a request off somebody's list that is there no more; if it is, nothing happens.
    async fn strike_request(&self, user_id: UserId, project_id: ProjectId) -> Result<()>;

    /// Has a member be an owner, or none, as the project itself says.
    async fn settle_role(&self, project: &Project, member: &Member) -> Result<()>;

    /// Has a project have so many members, unless their number has changed since the project was read.
    async fn settle_count(&self, project: &Project, members: u32) -> Result<()>;

    /// Takes a part of a closed project away that nobody is in any more, and of what was said there; answers whether that was all.
    async fn dissolve(&self, project_id: ProjectId) -> Result<Left>;

    /// Strikes a project that is gone off somebody's list.
    async fn strike(&self, user_id: UserId, project_id: ProjectId) -> Result<()>;
}

/// Somebody cares for a project.
#[derive(Clone, Copy, Debug)]
pub struct Attention {
    pub project_id: ProjectId,
    pub field: Field,
    pub user_id: UserId,
    pub event: Event,
}

#[async_trait]
pub trait Heat: Send + Sync {
    /// Counts it, once per person, project, kind of event and day. MUST lose nothing that comes at the same moment.
    async fn note(&self, attention: Attention) -> Result<()>;

    /// The projects with the most points, most first, of one field or all, at most about `limit`. Eventually consistent,
    /// and projects may have been closed since.
    async fn hottest(&self, metric: Metric, field: Option<Field>, limit: usize) -> Result<Vec<(ProjectId, Points)>>;
}

//! Somebody's projects: left, handed over, closed or dissolved, as `Departure` says.

use std::sync::Arc;

use async_trait::async_trait;
use shared::domain::id::{ProjectId, UserId};
use shared::domain::project::{Departure, MAX_MEMBERS, Member, MemberRole, MembershipChange, Project};
use shared::error::{Error, Result};
use shared::ports::ambient::Ambient;
use shared::ports::erasures::{Left, Traces};
use shared::ports::projects::{Changed, Members, ProjectEstates, ProjectRegister, Projects};

/// How many projects and requests are gone through at a time.
const SOME: usize = 20;
/// How often a project is looked at again: each look leads to one change, and others change it meanwhile.
const ROUNDS: usize = 12;

#[derive(Clone)]
pub struct ProjectTraces {
    pub projects: Arc<dyn Projects>,
    pub register: Arc<dyn ProjectRegister>,
    pub members: Arc<dyn Members>,
    pub estates: Arc<dyn ProjectEstates>,
    pub ambient: Ambient,
}

#[async_trait]
impl Traces for ProjectTraces {
    async fn erase(&self, user_id: UserId) -> Result<Left> {
        let requests = self.estates.requests_of(user_id, SOME).await?;
        for project_id in &requests {
            if !self.members.withdraw(*project_id, user_id).await? {
                self.estates.strike_request(user_id, *project_id).await?;
            }
        }
        let projects = self.members.of_person(user_id, None, SOME).await?;
        for project_id in &projects {
            if self.depart(*project_id, user_id).await? == Left::More {
                return Ok(Left::More);
            }
        }
        Ok(if requests.len() + projects.len() == 0 { Left::Nothing } else { Left::More })
    }
}

impl ProjectTraces {
    async fn depart(&self, project_id: ProjectId, user_id: UserId) -> Result<Left> {
        for _ in 0..ROUNDS {
            let project = self.projects.find(project_id).await?;
            let member = self.members.find(project_id, user_id).await?;
            match (project, member) {
                (Some(project), Some(own)) => {
                    if self.is_right(&project, &own).await?
                        && let Some(left) = self.settle(&project, &own).await?
                    {
                        return Ok(left);
                    }
                }
                // It was being dissolved when the work was broken off.
                (None, _) => return self.dissolve(project_id, user_id).await,
                (Some(_), None) => {
                    self.estates.strike(user_id, project_id).await?;
                    return Ok(Left::Nothing);
                }
            }
        }
        Err(Error::unavailable("a project changes all the time"))
    }

    /// Tables that were restored are not of one moment: who owns a project goes by the project, and how many are in it by its
    /// members. Answers whether it was so; if not, it is to be looked at again.
    async fn is_right(&self, project: &Project, own: &Member) -> Result<bool> {
        let owns = project.owner_ids.contains(&own.user_id);
        if owns != (own.role == MemberRole::Owner) {
            self.estates.settle_role(project, own).await?;
            return Ok(false);
        }
        if project.member_count > 1 {
            return Ok(true);
        }
        let members = self.members.list(project.project_id, None, MAX_MEMBERS as usize).await?;
        let members = u32::try_from(members.len()).map_err(Error::internal)?;
        if members == project.member_count {
            return Ok(true);
        }
        self.estates.settle_count(project, members).await?;
        Ok(false)
    }

    /// One change of a project; answers when there is nothing to look at again.
    async fn settle(&self, project: &Project, own: &Member) -> Result<Option<Left>> {
        let (project_id, user_id, now) = (project.project_id, own.user_id, self.ambient.now());
        let members = if Departure::wants_heir(project, user_id) {
            self.members.list(project_id, None, MAX_MEMBERS as usize).await?
        } else {
            Vec::new()
        };
        match Departure::of(project, user_id, &members) {
            Departure::Leave => {
                let change = MembershipChange::leave(project, own, now)?;
                let is_done = self.members.change(&change, None).await? == Changed::Done;
                Ok(is_done.then_some(Left::Nothing))
            }
            Departure::HandOver(heir) => {
                let change = MembershipChange::appoint(project, &heir, MemberRole::Owner, own, now)?;
                self.members.change(&change, None).await?;
                Ok(None)
            }
            Departure::Close => {
                self.register.close(project_id, user_id).await?;
                Ok(None)
            }
            Departure::Dissolve => self.dissolve(project_id, user_id).await.map(Some),
        }
    }

    async fn dissolve(&self, project_id: ProjectId, user_id: UserId) -> Result<Left> {
        let left = self.estates.dissolve(project_id).await?;
        if left == Left::Nothing {
            self.estates.strike(user_id, project_id).await?;
        }
        Ok(left)
    }
}

//! Who may see which project.

use std::collections::{BTreeSet, HashMap, HashSet};

use futures::try_join;
use shared::domain::id::{ProjectId, UserId};
use shared::domain::matching::Venture;
use shared::domain::project::{Member, MemberRole, Project};
use shared::error::{Code, Result};

use crate::Deps;

/// A project, and what the reader is in it.
pub(crate) struct Sight {
    pub(crate) venture: Venture,
    pub(crate) member: Option<Member>,
}

impl Sight {
    pub(crate) fn project(&self) -> &Project {
        &self.venture.project
    }

    pub(crate) fn role(&self) -> Option<MemberRole> {
        self.member.as_ref().map(|member| member.role)
    }

    /// The reader as one who leads the project; others are refused.
    pub(crate) fn leader(&self) -> Result<&Member> {
        let member = self.member.as_ref().ok_or(Code::Forbidden)?;
        member.refuse_unless_leading()?;
        Ok(member)
    }
}

/// A project as the reader may see it. One that is not there, is private, closed to them, or kept from them by an owner
/// gets the same answer.
pub(crate) async fn look(deps: &Deps, me: UserId, project_id: ProjectId) -> Result<Sight> {
    let sight = own(deps, me, project_id).await?;
    if !sight.project().is_shown_to(sight.role()) {
        return Err(Code::ProjectNotFound.into());
    }
    if sight.role() == Some(MemberRole::Owner) {
        return Ok(sight);
    }
    let met = met_owners(deps, me, [sight.project()].into_iter()).await?;
    if is_met(sight.project(), &met) { Ok(sight) } else { Err(Code::ProjectNotFound.into()) }
}

/// A project and what one is in it, whoever may see it: for those who leave.
pub(crate) async fn own(deps: &Deps, me: UserId, project_id: ProjectId) -> Result<Sight> {
    let ids = [project_id];
    let (mut found, member) = try_join!(deps.shelf.projects.find_many(&ids), deps.shelf.members.find(project_id, me))?;
    Ok(Sight { venture: found.pop().ok_or(Code::ProjectNotFound)?, member })
}

/// The projects among `ventures` that the reader may see, in their order, with what the reader is in each.
pub(crate) async fn seen(deps: &Deps, me: UserId, ventures: Vec<Venture>) -> Result<Vec<Sight>> {
    let ids: Vec<ProjectId> = ventures.iter().map(|venture| venture.project.project_id).collect();
    let projects = ventures.iter().map(|venture| &venture.project);
    let (members, met) = try_join!(deps.shelf.members.find_many(me, &ids), met_owners(deps, me, projects))?;
    let mut members: HashMap<ProjectId, Member> =
        members.into_iter().map(|member| (member.project_id, member)).collect();
    let sights = ventures.into_iter().map(|venture| {
        let member = members.remove(&venture.project.project_id);
        Sight { venture, member }
    });
    let is_seen = |sight: &Sight| {
        let is_own = sight.role() == Some(MemberRole::Owner);
        sight.project().is_shown_to(sight.role()) && (is_own || is_met(sight.project(), &met))
    };
    Ok(sights.filter(is_seen).collect())
}

/// The owners of some projects whom the reader may meet.
async fn met_owners(deps: &Deps, me: UserId, projects: impl Iterator<Item = &Project>) -> Result<HashSet<UserId>> {
    let owners: BTreeSet<UserId> = projects.flat_map(|project| project.owner_ids.iter().copied()).collect();
    let owners: Vec<UserId> = owners.into_iter().collect();
    let met = deps.people.met_by(me, &owners).await?;
    Ok(met.into_iter().map(|person| person.profile.user_id).collect())
}

/// One owner who is kept out or apart is enough to hide a project: it may say what they said. A project that nobody owns
/// any more hides, too.
fn is_met(project: &Project, met: &HashSet<UserId>) -> bool {
    !project.owner_ids.is_empty() && project.owner_ids.iter().all(|owner| met.contains(owner))
}

/// What was read in no order, in the order in which it was asked for.
pub(crate) fn in_order(ids: &[ProjectId], ventures: Vec<Venture>) -> Vec<Venture> {
    let mut by_id: HashMap<ProjectId, Venture> =
        ventures.into_iter().map(|venture| (venture.project.project_id, venture)).collect();
    ids.iter().filter_map(|id| by_id.remove(id)).collect()
}

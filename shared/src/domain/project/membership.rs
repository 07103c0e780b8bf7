//! Who is in a project, in which role, and who may change that.

use super::{MemberRole, Note, Project};
use crate::domain::id::{ProjectId, UserId};
use crate::domain::time::Timestamp;
use crate::error::{Code, Result};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    pub project_id: ProjectId,
    pub user_id: UserId,
    pub role: MemberRole,
    pub joined_at: Timestamp,
}

/// Somebody waits to be let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JoinRequest {
    pub project_id: ProjectId,
    pub user_id: UserId,
    pub note: Option<Note>,
    pub requested_at: Timestamp,
}

/// By what right somebody's part in a project is changed. A store holds the change to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Authority {
    /// It is their own, and the project is open to everybody or it is their leaving.
    Oneself,
    /// An owner or a maintainer decided it.
    Leader(UserId, MemberRole),
}

/// One step of one person into, within or out of a project. Only the rules below make one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MembershipChange {
    pub project_id: ProjectId,
    pub user_id: UserId,
    pub before: Option<MemberRole>,
    pub after: Option<MemberRole>,
    pub authority: Authority,
    pub at: Timestamp,
}

impl MembershipChange {
    /// Somebody comes in by themselves.
    pub fn join(project: &Project, user_id: UserId, at: Timestamp) -> Result<Self> {
        project.admit()?;
        Ok(Self::of(project, user_id, (None, Some(MemberRole::Member)), Authority::Oneself, at))
    }

    /// Somebody who waited is let in by `leader`.
    pub fn accept(project: &Project, user_id: UserId, leader: &Member, at: Timestamp) -> Result<Self> {
        refuse_unless(leader.role.leads())?;
        project.admit()?;
        let authority = Authority::Leader(leader.user_id, leader.role);
        Ok(Self::of(project, user_id, (None, Some(MemberRole::Member)), authority, at))
    }

    /// Somebody goes. The last owner of an open project has to stay.
    pub fn leave(project: &Project, member: &Member, at: Timestamp) -> Result<Self> {
        refuse_last_owner(project, member)?;
        Ok(Self::of(project, member.user_id, (Some(member.role), None), Authority::Oneself, at))
    }

    /// An owner gives somebody, also oneself, another role.
    pub fn appoint(
        project: &Project,
        member: &Member,
        role: MemberRole,
        leader: &Member,
        at: Timestamp,
    ) -> Result<Self> {
        refuse_unless(leader.role == MemberRole::Owner)?;
        project.refuse_if_closed()?;
        if role == MemberRole::Owner && member.role != MemberRole::Owner {
            project.admit_owner()?;
        }
        if role != MemberRole::Owner {
            refuse_last_owner(project, member)?;
        }
        let authority = Authority::Leader(leader.user_id, leader.role);
        Ok(Self::of(project, member.user_id, (Some(member.role), Some(role)), authority, at))
    }

    /// An owner removes anybody, a maintainer plain members.
    pub fn remove(project: &Project, member: &Member, leader: &Member, at: Timestamp) -> Result<Self> {
        refuse_unless(leader.role == MemberRole::Owner || (leader.role.leads() && member.role == MemberRole::Member))?;
        refuse_last_owner(project, member)?;
        let authority = Authority::Leader(leader.user_id, leader.role);
        Ok(Self::of(project, member.user_id, (Some(member.role), None), authority, at))
    }

    /// Whether the person comes in with it.
    pub fn is_arrival(&self) -> bool {
        self.before.is_none()
    }

    /// Whether it changes who owns the project.
    pub fn makes_owner(&self) -> bool {
        self.after == Some(MemberRole::Owner) && self.before != Some(MemberRole::Owner)
    }

    pub fn unmakes_owner(&self) -> bool {
        self.before == Some(MemberRole::Owner) && self.after != Some(MemberRole::Owner)
    }

    fn of(
        project: &Project,
        user_id: UserId,
        (before, after): (Option<MemberRole>, Option<MemberRole>),
        authority: Authority,
        at: Timestamp,
    ) -> Self {
        Self { project_id: project.project_id, user_id, before, after, authority, at }
    }
}

/// Refuses what only some roles may do.
fn refuse_unless(allowed: bool) -> Result<()> {
    if allowed { Ok(()) } else { Err(Code::Forbidden.into()) }
}

fn refuse_last_owner(project: &Project, member: &Member) -> Result<()> {
    let is_last = project.owner_ids == [member.user_id];
    if is_last && project.is_open() { Err(Code::LastOwner.into()) } else { Ok(()) }
}

impl Member {
    /// What the founder of a project is in it.
    pub fn founder(project: &Project, user_id: UserId) -> Self {
        Self { project_id: project.project_id, user_id, role: MemberRole::Owner, joined_at: project.created_at }
    }

    /// Refuses what only owners and maintainers may do.
    pub fn refuse_unless_leading(&self) -> Result<()> {
        refuse_unless(self.role.leads())
    }

    /// Refuses what only owners may do.
    pub fn refuse_unless_owner(&self) -> Result<()> {
        refuse_unless(self.role == MemberRole::Owner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::Id;
    use crate::domain::project::{MAX_MEMBERS, ProjectDetails, ProjectState};
    use serde_json::json;

    const NOW: Timestamp = Timestamp::from_unix_millis(1_000);

    fn user(number: u8) -> UserId {
        UserId::from_parts(NOW, [number; 10])
    }

    fn project() -> Project {
        let body = json!({"title": "Chess club", "field": "technology", "stage": "idea"});
        let details = ProjectDetails::parse(&serde_json::from_value(body).unwrap()).unwrap();
        Project::new(ProjectId::from_parts(NOW, [9; 10]), user(1), details, NOW)
    }

    fn member(project: &Project, number: u8, role: MemberRole) -> Member {
        Member { project_id: project.project_id, user_id: user(number), role, joined_at: NOW }
    }

    fn code(result: Result<MembershipChange>) -> Option<Code> {
        result.err().map(|error| error.code())
    }

    #[test]
    fn an_open_project_admits_up_to_its_bound() {
        let mut project = project();
        assert!(MembershipChange::join(&project, user(2), NOW).unwrap().is_arrival());
        project.member_count = MAX_MEMBERS;
        assert_eq!(code(MembershipChange::join(&project, user(2), NOW)), Some(Code::ProjectFull));
        project.state = ProjectState::Closed;
        assert_eq!(code(MembershipChange::join(&project, user(2), NOW)), Some(Code::ProjectClosed));
    }

    #[test]
    fn the_last_owner_stays_until_there_is_another_or_the_end() {
        let mut project = project();
        let ada = member(&project, 1, MemberRole::Owner);
        assert_eq!(code(MembershipChange::leave(&project, &ada, NOW)), Some(Code::LastOwner));
        assert_eq!(
            code(MembershipChange::appoint(&project, &ada, MemberRole::Member, &ada, NOW)),
            Some(Code::LastOwner)
        );
        assert_eq!(code(MembershipChange::remove(&project, &ada, &ada, NOW)), Some(Code::LastOwner));
        project.owner_ids.push(user(2));
        assert!(MembershipChange::leave(&project, &ada, NOW).unwrap().unmakes_owner());
        project.owner_ids.pop();
        project.state = ProjectState::Closed;
        assert!(MembershipChange::leave(&project, &ada, NOW).is_ok());
    }

    #[test]
    fn roles_bound_what_people_do_to_each_other() {
        let project = project();
        let (ada, mia, bob) = (
            member(&project, 1, MemberRole::Owner),
            member(&project, 2, MemberRole::Maintainer),
            member(&project, 3, MemberRole::Member),
        );
        assert_eq!(code(MembershipChange::accept(&project, user(4), &bob, NOW)), Some(Code::Forbidden));
        assert!(MembershipChange::accept(&project, user(4), &mia, NOW).is_ok());
        for (subject, leader, allowed) in
            [(&bob, &ada, true), (&bob, &mia, true), (&mia, &mia, false), (&ada, &mia, false), (&mia, &bob, false)]
        {
            assert_eq!(MembershipChange::remove(&project, subject, leader, NOW).is_ok(), allowed, "{subject:?}");
        }
        assert_eq!(
            code(MembershipChange::appoint(&project, &bob, MemberRole::Maintainer, &mia, NOW)),
            Some(Code::Forbidden)
        );
        assert!(MembershipChange::appoint(&project, &bob, MemberRole::Owner, &ada, NOW).unwrap().makes_owner());
    }

    #[test]
    fn there_are_few_owners() {
        let mut project = project();
        let (ada, bob) = (member(&project, 1, MemberRole::Owner), member(&project, 9, MemberRole::Member));
        project.owner_ids.extend((2..=5).map(user));
        assert_eq!(
            code(MembershipChange::appoint(&project, &bob, MemberRole::Owner, &ada, NOW)),
            Some(Code::InvalidField)
        );
    }
}

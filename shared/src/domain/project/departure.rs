//! What becomes of a project when somebody goes for good, who cannot be asked to settle their affairs first.

use super::{Member, MemberRole, Project};
use crate::domain::id::UserId;

/// What is to be done next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Departure {
    /// Others go on with it.
    Leave,
    /// Its last owner goes: the maintainer who has been there longest owns it from now on.
    HandOver(Member),
    /// Its last owner goes, and nobody else has led it: the others keep what was said.
    Close,
    /// Nobody else is in it.
    Dissolve,
}

impl Departure {
    /// Whether it matters who else is in the project.
    pub fn wants_heir(project: &Project, leaver: UserId) -> bool {
        project.is_open() && project.owner_ids == [leaver]
    }

    /// A project is closed before it is dissolved, so that nobody comes in meanwhile.
    pub fn of(project: &Project, leaver: UserId, members: &[Member]) -> Self {
        if !Self::wants_heir(project, leaver) {
            return if project.member_count > 1 { Self::Leave } else { Self::Dissolve };
        }
        let maintainers = members.iter().filter(|member| member.role == MemberRole::Maintainer);
        let heir = maintainers.filter(|member| member.user_id != leaver).min_by_key(|member| member.joined_at);
        heir.map_or(Self::Close, |heir| Self::HandOver(heir.clone()))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::domain::id::{Id, ProjectId};
    use crate::domain::project::{ProjectDetails, ProjectInput, ProjectState};
    use crate::domain::time::Timestamp;

    const NOW: Timestamp = Timestamp::from_unix_seconds(1_000_000);

    fn person(n: u8) -> UserId {
        UserId::from_parts(NOW, [n; 10])
    }

    fn project(owners: &[u8], members: u32) -> Project {
        let input =
            r#"{"title":"A choir","field":"technology","stage":"idea","needed_skills":["Rust"],"languages":["en"]}"#;
        let input: ProjectInput = serde_json::from_str(input).unwrap();
        let details = ProjectDetails::parse(&input).unwrap();
        let project = Project::new(ProjectId::from_parts(NOW, [9; 10]), person(1), details, NOW);
        Project { owner_ids: owners.iter().copied().map(person).collect(), member_count: members, ..project }
    }

    fn member(n: u8, role: MemberRole, days: u64) -> Member {
        let joined_at = NOW + Duration::from_hours(24 * days);
        Member { project_id: project(&[1], 1).project_id, user_id: person(n), role, joined_at }
    }

    #[test]
    fn the_maintainer_who_has_been_there_longest_takes_over() {
        let members = [
            member(1, MemberRole::Owner, 0),
            member(2, MemberRole::Member, 1),
            member(3, MemberRole::Maintainer, 3),
            member(4, MemberRole::Maintainer, 2),
        ];
        let departure = |project: &Project, members: &[Member]| Departure::of(project, person(1), members);
        assert_eq!(departure(&project(&[1], 4), &members), Departure::HandOver(members[3].clone()));
        assert_eq!(departure(&project(&[1], 2), &members[..2]), Departure::Close, "members did not ask to lead");
        assert_eq!(departure(&project(&[1, 3], 4), &members), Departure::Leave, "another owner stays");
        assert_eq!(departure(&project(&[2], 4), &members), Departure::Leave);
    }

    #[test]
    fn a_project_of_one_is_closed_and_then_dissolved() {
        let alone = project(&[1], 1);
        assert_eq!(Departure::of(&alone, person(1), &[]), Departure::Close);
        let closed = Project { state: ProjectState::Closed, ..alone };
        assert_eq!(Departure::of(&closed, person(1), &[]), Departure::Dissolve);
        assert_eq!(Departure::of(&Project { member_count: 2, ..closed }, person(1), &[]), Departure::Leave);
    }
}

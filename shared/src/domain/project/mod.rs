//! Projects: what several people want to do together, who they are, and whom they still need.
//!
//! [`ProjectInput`] is what a client may say, [`ProjectDetails`] what it becomes once every value was checked, and
//! [`Project`] adds what the server alone decides: its owners, its members, its version and its times.

mod choice;
mod departure;
mod details;
mod heat;
mod membership;
mod rank;
mod stored;
mod text;
mod wire;

pub use choice::{Audience, Joining, MemberRole, Stage, WorkMode};
pub use departure::Departure;
pub use details::{NeededHours, ProjectDetails, TeamSize};
pub use heat::{Event, Metric, Points};
pub use membership::{Authority, JoinRequest, Member, MembershipChange};
pub use rank::ProjectRank;
pub use text::{Description, Note, Summary, Title};
pub use wire::ProjectInput;

use super::embedding::{ProjectText, TextHash};
use super::id::{ProjectId, UserId};
use super::time::Timestamp;
use crate::error::{Code, Error, Result};

/// How many people a project can have.
pub const MAX_MEMBERS: u32 = 500;
/// How many of them can own it. Whoever looks at a project meets all of its owners, so they are few.
pub const MAX_OWNERS: usize = 5;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Project {
    pub project_id: ProjectId,
    /// Grows by one with every edit of what the project says. Members come and go without it.
    pub version: u64,
    pub details: ProjectDetails,
    pub state: ProjectState,
    /// In ascending order. Nobody only when the last one has left a closed project.
    pub owner_ids: Vec<UserId>,
    pub member_count: u32,
    /// The hash of the text that is to be embedded.
    pub text_hash: TextHash,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProjectState {
    Open,
    /// Nobody joins and nothing is edited any more. For good.
    Closed,
}

impl Project {
    /// A project whose founder is its owner and only member.
    pub fn new(project_id: ProjectId, founder: UserId, details: ProjectDetails, now: Timestamp) -> Self {
        Self {
            project_id,
            version: 1,
            text_hash: ProjectText::of(&details).hash(),
            details,
            state: ProjectState::Open,
            owner_ids: vec![founder],
            member_count: 1,
            created_at: now,
            updated_at: now,
        }
    }

    /// The same project with everything it says replaced, if what is replaced is what the editor has seen.
    pub fn edited(self, seen: u64, details: ProjectDetails, now: Timestamp) -> Result<Self> {
        self.refuse_if_closed()?;
        if seen != self.version {
            return Err(Code::VersionConflict.into());
        }
        let text_hash = ProjectText::of(&details).hash();
        Ok(Self { version: self.version.saturating_add(1), details, text_hash, updated_at: now, ..self })
    }

    pub fn is_open(&self) -> bool {
        self.state == ProjectState::Open
    }

    pub fn refuse_if_closed(&self) -> Result<()> {
        if self.is_open() { Ok(()) } else { Err(Code::ProjectClosed.into()) }
    }

    /// Whether the project takes one more member.
    pub fn admit(&self) -> Result<()> {
        self.refuse_if_closed()?;
        if self.member_count < MAX_MEMBERS { Ok(()) } else { Err(Code::ProjectFull.into()) }
    }

    pub fn is_owned_by(&self, user_id: UserId) -> bool {
        self.owner_ids.contains(&user_id)
    }

    /// Whether somebody with this part in the project, or none, may see it, as far as the project itself is concerned.
    pub fn is_shown_to(&self, role: Option<MemberRole>) -> bool {
        role.is_some() || (self.is_open() && self.details.visibility != Audience::Private)
    }

    /// Whether lists may name the project: it is open and wants to be found.
    pub fn is_listed(&self) -> bool {
        self.is_open() && self.details.visibility == Audience::Listed
    }

    /// Whether the project still looks for people. One that is not is found, and suggested to nobody.
    pub fn is_looking(&self) -> bool {
        let has_room = self.details.team_size.is_none_or(|size| self.member_count < u32::from(size.get()));
        self.is_listed() && has_room && self.admit().is_ok()
    }

    /// Whether a further owner fits in.
    pub(in crate::domain) fn admit_owner(&self) -> Result<()> {
        if self.owner_ids.len() < MAX_OWNERS {
            return Ok(());
        }
        Err(Error::invalid("role", format!("a project has at most {MAX_OWNERS} owners")))
    }
}

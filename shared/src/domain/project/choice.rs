//! The closed lists of a project.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::fields::Refusal;
use crate::domain::profile::choice::choices;

choices! {
    /// How far a project has come.
    Stage "stage" {
        Idea = "idea",
        Prototype = "prototype",
        Launched = "launched",
        Growing = "growing",
    }
    /// How somebody becomes a member: at once, or when an owner or maintainer says so.
    Joining "joining" {
        Open = "open",
        ByRequest = "by-request",
    }
    /// Where people work together.
    WorkMode "work_mode" {
        Remote = "remote",
        Hybrid = "hybrid",
        OnSite = "on-site",
    }
    /// Who finds a project: everybody in lists, whoever has its id, or members only.
    Audience "visibility" {
        Listed = "listed",
        Unlisted = "unlisted",
        Private = "private",
    }
    /// What somebody may do in a project: everything, edit and let people in, or be there.
    MemberRole "role" {
        Owner = "owner",
        Maintainer = "maintainer",
        Member = "member",
    }
}

impl Stage {
    /// The years of experience that a project at this stage asks for when it does not say: the further it has come, the
    /// less time it has for beginners.
    pub const fn usual_years(self) -> u8 {
        match self {
            Self::Idea => 0,
            Self::Prototype => 2,
            Self::Launched => 4,
            Self::Growing => 6,
        }
    }
}

impl MemberRole {
    /// Whether this role edits the project and lets people in.
    pub const fn leads(self) -> bool {
        matches!(self, Self::Owner | Self::Maintainer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_read_back_and_agree_with_serde() {
        for joining in Joining::ALL {
            assert_eq!(Joining::parse(joining.as_str()).unwrap(), *joining);
            assert_eq!(serde_json::to_value(joining).unwrap(), joining.as_str());
        }
        for mode in WorkMode::ALL {
            assert_eq!(serde_json::to_value(mode).unwrap(), mode.as_str());
        }
        assert!(Stage::parse("dead").unwrap_err().starts_with("stage must be one of: idea prototype"));
    }

    #[test]
    fn stages_ask_for_ever_more() {
        assert!(Stage::ALL.iter().map(|stage| stage.usual_years()).is_sorted());
    }
}

//! What is left of somebody in projects, beside their membership.

use async_trait::async_trait;

use super::super::chat_items::{self, partition, past_key};
use super::super::expression::Expression;
use super::super::item::{Key, number, text};
use super::super::members::{self, ASKED, MEMBER, PROJECT, REQUEST, asked_key, membership_key, request_key};
use super::super::projects;
use super::super::range::Range;
use super::super::table::Table;
use super::SOME;
use crate::domain::conversation::Conversation;
use crate::domain::id::{ConversationId, ProjectId, UserId};
use crate::domain::project::{Member, MemberRole, Project};
use crate::error::{Error, Result};
use crate::ports::erasures::Left;
use crate::ports::projects::ProjectEstates;

#[derive(Clone, Debug)]
pub struct DynamoProjectEstates {
    profiles: Table,
    chat: Table,
}

impl DynamoProjectEstates {
    pub fn new(profiles: Table, chat: Table) -> Self {
        Self { profiles, chat }
    }
}

impl DynamoProjectEstates {
    /// Takes some of what was said away, and the lines that lead there of whoever had left.
    async fn silence(&self, id: ConversationId) -> Result<Left> {
        let rows = self.chat.keys_in(Range::whole(partition(id)).limit(SOME)).await?;
        let left = if rows.len() < SOME { Left::Nothing } else { Left::More };
        let people = rows.iter().filter(|row| row.sk.starts_with(chat_items::MEMBER));
        let lines = people.map(|row| Ok(past_key(named(&row.sk, chat_items::MEMBER)?, id))).collect::<Result<_>>()?;
        self.chat.write_many(Vec::new(), lines).await?;
        self.chat.write_many(Vec::new(), rows).await?;
        Ok(left)
    }
}

#[async_trait]
impl ProjectEstates for DynamoProjectEstates {
    async fn requests_of(&self, user_id: UserId, limit: usize) -> Result<Vec<ProjectId>> {
        let lines = self.profiles.keys_in(Range::prefix(format!("{MEMBER}{user_id}"), ASKED).limit(limit)).await?;
        lines.iter().map(|line| named(&line.sk, ASKED)).collect()
    }

    async fn strike_request(&self, user_id: UserId, project_id: ProjectId) -> Result<()> {
        let is_gone = Expression::absent();
        let transaction = self.profiles.transaction().check(&self.profiles, &request_key(project_id, user_id), is_gone);
        transaction.delete(&self.profiles, &asked_key(user_id, project_id)).committed().await?;
        Ok(())
    }

    async fn settle_role(&self, project: &Project, member: &Member) -> Result<()> {
        let owns = project.owner_ids.contains(&member.user_id);
        let (role, as_read) = if owns {
            (MemberRole::Owner, "contains(owner_ids, :user)")
        } else {
            (MemberRole::Member, "NOT contains(owner_ids, :user)")
        };
        let as_read = Expression::new(as_read).value(":user", text(member.user_id.to_string()));
        let settled = Expression::new("SET #role = :role").name("#role", "role").value(":role", text(role.as_str()));
        let transaction =
            self.profiles.transaction().check(&self.profiles, &projects::key(project.project_id), as_read).update_if(
                &self.profiles,
                &members::key(project.project_id, member.user_id),
                settled,
                "attribute_exists(pk)",
            );
        transaction.committed().await?;
        Ok(())
    }

    async fn settle_count(&self, project: &Project, members: u32) -> Result<()> {
        let change = Expression::new("SET member_count = :members").value(":members", number(members));
        let change = change.value(":seen", number(project.member_count));
        self.profiles.update_if(&projects::key(project.project_id), change, "member_count = :seen").await?;
        Ok(())
    }

    /// What was said goes first, and the line in the list of whoever is still in it last: by it the rest is found again.
    async fn dissolve(&self, project_id: ProjectId) -> Result<Left> {
        if self.silence(Conversation::of_project(project_id)).await? == Left::More {
            return Ok(Left::More);
        }
        let rows = self.profiles.keys_in(Range::whole(format!("{PROJECT}{project_id}")).limit(SOME)).await?;
        let mut lines = Vec::new();
        for Key { sk, .. } in &rows {
            if sk.starts_with(REQUEST) {
                lines.push(asked_key(named(sk, REQUEST)?, project_id));
            }
        }
        let left = if rows.len() < SOME { Left::Nothing } else { Left::More };
        self.profiles.write_many(Vec::new(), lines).await?;
        self.profiles.write_many(Vec::new(), rows).await?;
        Ok(left)
    }

    async fn strike(&self, user_id: UserId, project_id: ProjectId) -> Result<()> {
        self.profiles.delete(&membership_key(user_id, project_id)).await
    }
}

fn named<T: std::str::FromStr>(sk: &str, prefix: &str) -> Result<T> {
    let id = sk.strip_prefix(prefix).and_then(|id| id.parse().ok());
    id.ok_or_else(|| Error::internal("a line of a project names nobody"))
}

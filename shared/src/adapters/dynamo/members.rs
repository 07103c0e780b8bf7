//! Who is in a project, in the profiles table. A change of one member carries everything that follows from it in one
//! transaction.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::expression::Expression;
use super::item::{Item, Key, decode, encode, text};
use super::membership_terms::Terms;
use super::outbox::{DynamoOutbox, row};
use super::project_talk::ProjectTalk;
use super::projects::{self, project_in};
use super::range::Range;
use super::table::{Read, Table};
use super::transaction::{Outcome, Transaction};
use crate::domain::id::{ProjectId, UserId};
use crate::domain::outbox::OutboxEntry;
use crate::domain::project::{Audience, Authority, JoinRequest, Joining, Member, MemberRole, MembershipChange, Note};
use crate::domain::time::Timestamp;
use crate::error::{Error, Result};
use crate::ports::projects::{Changed, Members};

#[derive(Clone, Debug)]
pub struct DynamoMembers {
    profiles: Table,
    talk: ProjectTalk,
    outbox: DynamoOutbox,
}

#[derive(Serialize, Deserialize)]
struct StoredMember {
    project_id: ProjectId,
    user_id: UserId,
    role: MemberRole,
    joined_at: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct StoredRequest {
    project_id: ProjectId,
    user_id: UserId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    requested_at: Timestamp,
}

/// A project in the list of a person: only its keys matter.
#[derive(Deserialize)]
struct Line {
    sk: String,
}

impl DynamoMembers {
    pub fn new(profiles: Table, chat: Table, outbox: DynamoOutbox) -> Self {
        Self { profiles, talk: ProjectTalk::new(chat), outbox }
    }

    /// The conversation of the members gains or loses one, too.
    async fn with_talk(&self, transaction: Transaction, change: &MembershipChange) -> Result<Transaction> {
        let MembershipChange { project_id, user_id, before, after, at, .. } = *change;
        match (before, after) {
            (None, Some(_)) => {
                let newcomer = self.talk.newcomer(project_id, user_id).await?;
                self.talk.arrive(transaction, project_id, &newcomer, at)
            }
            (Some(_), None) => Ok(self.talk.leave(transaction, project_id, user_id, at)),
            _ => Ok(transaction),
        }
    }

    /// The project's own item: how many members and which owners it has, and what that is held to.
    fn with_project(&self, transaction: Transaction, change: &MembershipChange) -> Transaction {
        let Terms { changes, conditions, expression } = Terms::of(change);
        let key = projects::key(change.project_id);
        let condition = conditions.join(" AND ");
        match (changes.is_empty(), conditions.is_empty()) {
            (true, true) => transaction,
            (true, false) => transaction.check(&self.profiles, &key, expression.reading(&condition)),
            (false, _) => {
                transaction.update_if(&self.profiles, &key, expression.reading(&changes.join(" ")), &condition)
            }
        }
    }

    fn with_member(&self, transaction: Transaction, change: &MembershipChange) -> Result<Transaction> {
        let MembershipChange { project_id, user_id, before, after, at, .. } = *change;
        let (row, line) = (key(project_id, user_id), membership_key(user_id, project_id));
        Ok(match (before, after) {
            (None, Some(role)) => {
                let member = stored_member(&Member { project_id, user_id, role, joined_at: at })?;
                transaction.put_if(&self.profiles, member, Expression::absent()).put(&self.profiles, line.attributes())
            }
            (Some(before), None) => {
                transaction.delete_if(&self.profiles, &row, is(before)).delete(&self.profiles, &line)
            }
            (Some(before), Some(after)) => {
                let appoint = is(before).reading("SET #role = :after").value(":after", text(after.as_str()));
                transaction.update_if(&self.profiles, &row, appoint, "#role = :role")
            }
            (None, None) => transaction,
        })
    }

    /// Whoever arrives waits no more. Whom a leader lets in MUST have asked.
    fn with_request(&self, transaction: Transaction, change: &MembershipChange) -> Transaction {
        let key = request_key(change.project_id, change.user_id);
        let asked = asked_key(change.user_id, change.project_id);
        match (change.is_arrival(), change.authority) {
            (false, _) => transaction,
            (true, Authority::Oneself) => transaction.delete(&self.profiles, &key).delete(&self.profiles, &asked),
            (true, Authority::Leader(..)) => {
                transaction.delete_present(&self.profiles, &key).delete(&self.profiles, &asked)
            }
        }
    }

    /// An owner is one of the project's owners, which its own item says; any other leader is a row of their own.
    fn with_leader(&self, transaction: Transaction, change: &MembershipChange) -> Transaction {
        match change.authority {
            Authority::Leader(leader, role) if role != MemberRole::Owner => {
                transaction.check(&self.profiles, &key(change.project_id, leader), is(role))
            }
            _ => transaction,
        }
    }
}

#[async_trait]
impl Members for DynamoMembers {
    async fn find(&self, project_id: ProjectId, user_id: UserId) -> Result<Option<Member>> {
        let stored: Option<StoredMember> = self.profiles.get(&key(project_id, user_id), Read::Strong).await?;
        Ok(stored.map(Member::from))
    }

    async fn find_many(&self, user_id: UserId, project_ids: &[ProjectId]) -> Result<Vec<Member>> {
        let keys: Vec<_> = project_ids.iter().map(|project_id| key(*project_id, user_id)).collect();
        let items = self.profiles.get_many(&keys, Read::Strong).await?.into_iter();
        items.map(|item| decode::<StoredMember>(item).map(Member::from)).collect()
    }

    async fn list(&self, project_id: ProjectId, after: Option<UserId>, limit: usize) -> Result<Vec<Member>> {
        let items = self.profiles.query(rows(project_id, MEMBER, after).strong().limit(limit)).await?.into_iter();
        items.map(|item| decode::<StoredMember>(item).map(Member::from)).collect()
    }

    async fn of_person(&self, user_id: UserId, before: Option<ProjectId>, limit: usize) -> Result<Vec<ProjectId>> {
        let pk = format!("MEMBER#{user_id}");
        let range = match before {
            Some(before) => Range::between(pk, PROJECT, format!("{PROJECT}{before}")),
            None => Range::prefix(pk, PROJECT),
        };
        // The end of a range is part of it.
        let lines =
            self.profiles.query(range.strong().newest_first().limit(limit + usize::from(before.is_some()))).await?;
        let ids = lines.into_iter().map(|line| project_in(&decode::<Line>(line)?.sk));
        let ids: Vec<ProjectId> = ids.collect::<Result<_>>()?;
        Ok(ids.into_iter().filter(|id| Some(*id) != before).take(limit).collect())
    }

    async fn change(&self, change: &MembershipChange, promise: Option<&OutboxEntry>) -> Result<Changed> {
        let transaction = self.with_project(self.profiles.transaction(), change);
        let transaction = self.with_member(transaction, change)?;
        let transaction = self.with_leader(self.with_request(transaction, change), change);
        let mut transaction = self.with_talk(transaction, change).await?;
        if let Some(entry) = promise {
            transaction = transaction.put(self.outbox.table(), row(entry)?);
        }
        Ok(changed(&transaction.commit().await?))
    }

    async fn request(&self, request: &JoinRequest) -> Result<Changed> {
        let takes_requests = "#state = :open AND details.joining = :by_request AND details.visibility <> :private";
        let takes_requests = Expression::new(takes_requests)
            .name("#state", "state")
            .value(":open", text("open"))
            .value(":by_request", text(Joining::ByRequest.as_str()))
            .value(":private", text(Audience::Private.as_str()));
        let stored = StoredRequest {
            project_id: request.project_id,
            user_id: request.user_id,
            note: request.note.as_ref().map(|note| note.as_str().to_owned()),
            requested_at: request.requested_at,
        };
        let outcome = self
            .profiles
            .transaction()
            .check(&self.profiles, &projects::key(request.project_id), takes_requests)
            .check(&self.profiles, &key(request.project_id, request.user_id), Expression::absent())
            .put(&self.profiles, encode(&request_key(request.project_id, request.user_id), &stored)?)
            .put(&self.profiles, asked_key(request.user_id, request.project_id).attributes())
            .commit()
            .await?;
        Ok(changed(&outcome))
    }

    async fn find_request(&self, project_id: ProjectId, user_id: UserId) -> Result<Option<JoinRequest>> {
        let stored: Option<StoredRequest> = self.profiles.get(&request_key(project_id, user_id), Read::Strong).await?;
        stored.map(JoinRequest::try_from).transpose()
    }

    async fn list_requests(
        &self,
        project_id: ProjectId,
        after: Option<UserId>,
        limit: usize,
    ) -> Result<Vec<JoinRequest>> {
        let items = self.profiles.query(rows(project_id, REQUEST, after).strong().limit(limit)).await?.into_iter();
        items.map(|item| decode::<StoredRequest>(item).and_then(JoinRequest::try_from)).collect()
    }

    async fn withdraw(&self, project_id: ProjectId, user_id: UserId) -> Result<bool> {
        let transaction = self.profiles.transaction().delete_present(&self.profiles, &request_key(project_id, user_id));
        transaction.delete(&self.profiles, &asked_key(user_id, project_id)).committed().await
    }
}

pub(super) const MEMBER: &str = "MEMBER#";
pub(super) const REQUEST: &str = "REQUEST#";
pub(super) const PROJECT: &str = "PROJECT#";
pub(super) const ASKED: &str = "ASKED#";

/// The rows of one kind in a project's partition, after that of one person.
fn rows(project_id: ProjectId, kind: &str, after: Option<UserId>) -> Range {
    let pk = format!("{PROJECT}{project_id}");
    match after {
        Some(after) => Range::between(pk, format!("{kind}{after}~"), format!("{kind}\u{10FFFF}")),
        None => Range::prefix(pk, kind),
    }
}

fn changed(outcome: &Outcome) -> Changed {
    match outcome {
        Outcome::Committed => Changed::Done,
        Outcome::Refused(_) => Changed::Refused,
        Outcome::Conflict => Changed::Busy,
    }
}

/// The row is that of a member with this role.
fn is(role: MemberRole) -> Expression {
    Expression::new("#role = :role").name("#role", "role").value(":role", text(role.as_str()))
}

/// The row is that of a member who edits the project and lets people in.
pub(super) fn leads() -> Expression {
    Expression::new("#role IN (:owner, :maintainer)")
        .name("#role", "role")
        .value(":owner", text(MemberRole::Owner.as_str()))
        .value(":maintainer", text(MemberRole::Maintainer.as_str()))
}

pub(super) fn stored_member(member: &Member) -> Result<Item> {
    let Member { project_id, user_id, role, joined_at } = *member;
    encode(&key(project_id, user_id), &StoredMember { project_id, user_id, role, joined_at })
}

impl From<StoredMember> for Member {
    fn from(StoredMember { project_id, user_id, role, joined_at }: StoredMember) -> Self {
        Self { project_id, user_id, role, joined_at }
    }
}

impl TryFrom<StoredRequest> for JoinRequest {
    type Error = Error;

    fn try_from(stored: StoredRequest) -> Result<Self> {
        let note = stored.note.as_deref().map(Note::parse).transpose();
        let note = note.map_err(|refusal| Error::internal(refusal.into_owned()))?;
        let StoredRequest { project_id, user_id, requested_at, .. } = stored;
        Ok(Self { project_id, user_id, note, requested_at })
    }
}

pub(super) fn key(project_id: ProjectId, user_id: UserId) -> Key {
    Key::new(format!("{PROJECT}{project_id}"), format!("{MEMBER}{user_id}"))
}

pub(super) fn request_key(project_id: ProjectId, user_id: UserId) -> Key {
    Key::new(format!("{PROJECT}{project_id}"), format!("{REQUEST}{user_id}"))
}

/// The line of a request among those of a person.
pub(super) fn asked_key(user_id: UserId, project_id: ProjectId) -> Key {
    Key::new(format!("{MEMBER}{user_id}"), format!("{ASKED}{project_id}"))
}

/// The line of a project in the list of a person.
pub(super) fn membership_key(user_id: UserId, project_id: ProjectId) -> Key {
    Key::new(format!("{MEMBER}{user_id}"), format!("{PROJECT}{project_id}"))
}

//! Projects, in the profiles table: what they say, and who has founded them.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_dynamodb::types::AttributeValue;
use futures::future::try_join_all;
use serde::{Deserialize, Serialize};

use super::expression::Expression;
use super::item::{Item, Key, decode, encode, expiring, number, text, value};
use super::members::{leads, membership_key, stored_member};
use super::outbox::{DynamoOutbox, row};
use super::project_talk::ProjectTalk;
use super::range::Range;
use super::table::{Read, Table};
use super::transaction::Outcome;
use super::{directory, embeddings};
use crate::domain::conversation::ClientId;
use crate::domain::embedding::{Embedding, TextHash};
use crate::domain::id::{ProjectId, UserId};
use crate::domain::matching::Venture;
use crate::domain::outbox::OutboxEntry;
use crate::domain::profile::Field;
use crate::domain::project::{Member, Project, ProjectDetails, ProjectState};
use crate::domain::time::Timestamp;
use crate::error::{Error, Result};
use crate::ports::projects::{Founded, Founding, ProjectRegister, Projects};
use crate::telemetry;

/// For how long a wish is known by its client id.
const MEMORY: Duration = Duration::from_hours(30 * 24);
/// A string set, so that owners can be added and counted without reading the others.
pub(super) const OWNERS: &str = "owner_ids";

/// Reads projects for everybody; writing them needs the conversations of their members and the outbox, which only
/// `projects` has.
#[derive(Clone, Debug)]
pub struct DynamoProjects {
    profiles: Table,
    writer: Option<Writer>,
}

#[derive(Clone, Debug)]
struct Writer {
    talk: ProjectTalk,
    outbox: DynamoOutbox,
}

#[derive(Serialize, Deserialize)]
struct StoredProject {
    project_id: ProjectId,
    version: u64,
    details: ProjectDetails,
    state: StoredState,
    /// Missing when the last owner of a closed project has left.
    #[serde(default, skip_serializing)]
    owner_ids: Vec<UserId>,
    member_count: u32,
    text_hash: TextHash,
    created_at: Timestamp,
    updated_at: Timestamp,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum StoredState {
    Open,
    Closed,
}

/// What came of a founder's wish.
#[derive(Serialize, Deserialize)]
struct StoredFounding {
    project_id: ProjectId,
    digest: String,
}

/// The keys of the directory; everything else stays in the table.
#[derive(Deserialize)]
struct Line {
    pk: String,
    directory_sk: String,
}

impl DynamoProjects {
    pub fn reader(profiles: Table) -> Self {
        Self { profiles, writer: None }
    }

    pub fn new(profiles: Table, chat: Table, outbox: DynamoOutbox) -> Self {
        Self { profiles, writer: Some(Writer { talk: ProjectTalk::new(chat), outbox }) }
    }

    fn writer(&self) -> Result<&Writer> {
        self.writer.as_ref().ok_or_else(|| Error::internal("this function does not write projects"))
    }

    async fn founded_before(&self, founding: &Founding) -> Result<Founded> {
        let key = founding_key(founding.founder, &founding.client_id);
        let known: Option<StoredFounding> = self.profiles.get(&key, Read::Strong).await?;
        // It was there a moment ago, unless it has just expired: then the same wish may be repeated.
        let known = known.ok_or_else(|| Error::unavailable("a founding was refused for no reason"))?;
        Ok(if known.digest == founding.digest { Founded::Before(known.project_id) } else { Founded::NameTaken })
    }
}

#[async_trait]
impl Projects for DynamoProjects {
    async fn find(&self, project_id: ProjectId) -> Result<Option<Project>> {
        let item = self.profiles.get_item(&key(project_id), Read::Strong).await?;
        item.map(restore).transpose()
    }

    async fn find_many(&self, project_ids: &[ProjectId]) -> Result<Vec<Venture>> {
        let keys = project_ids.iter().flat_map(|id| [key(*id), embeddings::project_key(*id)]);
        let items = self.profiles.get_many(&keys.collect::<Vec<_>>(), Read::Strong).await?;
        let (vectors, items): (Vec<_>, Vec<_>) = items.into_iter().partition(embeddings::is_one);
        let read = |item| embeddings::restore_project(item).inspect_err(telemetry::report).ok();
        let mut embeddings: HashMap<ProjectId, Embedding> = vectors.into_iter().filter_map(read).collect();
        let with_embedding = |project: Project| {
            let embedding = embeddings.remove(&project.project_id);
            Venture::new(project, embedding)
        };
        let projects: Vec<Project> = items.into_iter().map(restore).collect::<Result<_>>()?;
        Ok(projects.into_iter().map(with_embedding).collect())
    }

    async fn newest(&self, limit: usize) -> Result<Vec<ProjectId>> {
        let of_field = |field: &Field| {
            let range = Range::whole(listing(*field)).index(directory::INDEX).newest_first();
            self.profiles.query(range.limit(limit))
        };
        let lines = try_join_all(Field::ALL.iter().map(of_field)).await?.into_iter().flatten().map(decode);
        let mut lines: Vec<Line> = lines.collect::<Result<_>>()?;
        lines.sort_unstable_by(|a, b| Reverse(&a.directory_sk).cmp(&Reverse(&b.directory_sk)));
        lines.truncate(limit);
        lines.iter().map(|line| project_in(&line.pk)).collect()
    }
}

#[async_trait]
impl ProjectRegister for DynamoProjects {
    async fn found(&self, founding: &Founding, promise: &OutboxEntry) -> Result<Founded> {
        let Founding { project, founder, client_id, digest } = founding;
        let mark = StoredFounding { project_id: project.project_id, digest: digest.clone() };
        let mark = encode(&founding_key(*founder, client_id), &mark)?;
        let mark = expiring(mark, self.profiles.now() + MEMORY);
        let unknown = Expression::new("attribute_not_exists(pk) OR expires_at <= :now");
        let unknown = unknown.value(":now", number(self.profiles.now().unix_seconds()));
        let member = Member::founder(project, *founder);
        let Writer { talk, outbox } = self.writer()?;
        let transaction = self
            .profiles
            .transaction()
            .put_if(&self.profiles, mark, unknown)
            .put_if(&self.profiles, to_item(project)?, Expression::absent())
            .put(&self.profiles, stored_member(&member)?)
            .put(&self.profiles, membership_key(*founder, project.project_id).attributes())
            .put(outbox.table(), row(promise)?);
        let transaction = talk.open(transaction, project.project_id, *founder, project.created_at)?;
        match transaction.commit().await? {
            Outcome::Committed => Ok(Founded::Now),
            Outcome::Refused(_) => self.founded_before(founding).await,
            Outcome::Conflict => Err(Error::unavailable("two foundings met")),
        }
    }

    async fn edit(&self, project: &Project, editor: UserId, promise: Option<&OutboxEntry>) -> Result<bool> {
        let listed = if project.is_listed() {
            ", directory_pk = :listing, directory_sk = :updated_at"
        } else {
            " REMOVE directory_pk, directory_sk"
        };
        let what = "SET details = :details, version = :version, text_hash = :text_hash, updated_at = :updated_at";
        let mut change = Expression::new(&format!("{what}{listed}"))
            .name("#state", "state")
            .value(":details", value(&project.details)?)
            .value(":version", number(project.version))
            .value(":text_hash", text(project.text_hash.as_str()))
            .value(":updated_at", text(project.updated_at.to_string()))
            .value(":before", number(project.version.saturating_sub(1)))
            .value(":open", text("open"));
        if project.is_listed() {
            change = change.value(":listing", text(listing(project.details.field)));
        }
        let mut transaction = self
            .profiles
            .transaction()
            .update_if(&self.profiles, &key(project.project_id), change, "version = :before AND #state = :open")
            .check(&self.profiles, &super::members::key(project.project_id, editor), leads());
        if let Some(entry) = promise {
            transaction = transaction.put(self.writer()?.outbox.table(), row(entry)?);
        }
        Ok(transaction.commit().await? == Outcome::Committed)
    }

    async fn close(&self, project_id: ProjectId, owner: UserId) -> Result<bool> {
        let change = "SET #state = :closed REMOVE directory_pk, directory_sk ADD version :one";
        let change = Expression::new(change)
            .name("#state", "state")
            .value(":closed", text("closed"))
            .value(":one", number(1_u32))
            .value(":owner", text(owner.to_string()));
        let transaction = self.profiles.transaction();
        let transaction =
            transaction.update_if(&self.profiles, &key(project_id), change, "contains(owner_ids, :owner)");
        self.writer()?.talk.close(transaction, project_id).await?.committed().await
    }
}

fn restore(item: Item) -> Result<Project> {
    let mut stored: StoredProject = decode(item)?;
    stored.owner_ids.sort_unstable();
    Ok(Project {
        project_id: stored.project_id,
        version: stored.version,
        details: stored.details,
        state: match stored.state {
            StoredState::Open => ProjectState::Open,
            StoredState::Closed => ProjectState::Closed,
        },
        owner_ids: stored.owner_ids,
        member_count: stored.member_count,
        text_hash: stored.text_hash,
        created_at: stored.created_at,
        updated_at: stored.updated_at,
    })
}

fn to_item(project: &Project) -> Result<Item> {
    let stored = StoredProject {
        project_id: project.project_id,
        version: project.version,
        details: project.details.clone(),
        state: if project.is_open() { StoredState::Open } else { StoredState::Closed },
        owner_ids: Vec::new(),
        member_count: project.member_count,
        text_hash: project.text_hash.clone(),
        created_at: project.created_at,
        updated_at: project.updated_at,
    };
    let mut item = encode(&key(project.project_id), &stored)?;
    item.insert(OWNERS.to_owned(), owners(&project.owner_ids));
    if project.is_listed() {
        item.insert(directory::INDEX.pk.to_owned(), text(listing(project.details.field)));
        item.insert(directory::INDEX.sk.to_owned(), text(project.updated_at.to_string()));
    }
    Ok(item)
}

pub(super) fn owners(user_ids: &[UserId]) -> AttributeValue {
    AttributeValue::Ss(user_ids.iter().map(UserId::to_string).collect())
}

pub(super) fn is_owned_by(item: &Item, user_id: UserId) -> bool {
    let owners = item.get(OWNERS).and_then(|owners| owners.as_ss().ok());
    owners.is_some_and(|owners| owners.contains(&user_id.to_string()))
}

pub(super) fn key(project_id: ProjectId) -> Key {
    Key::new(format!("PROJECT#{project_id}"), "META")
}

/// The project whose partition this is.
pub(super) fn project_in(pk: &str) -> Result<ProjectId> {
    let id = pk.strip_prefix("PROJECT#").and_then(|id| id.parse().ok());
    id.ok_or_else(|| Error::internal("an index has a key that is no project"))
}

fn founding_key(founder: UserId, client_id: &ClientId) -> Key {
    Key::new(format!("MEMBER#{founder}"), format!("FOUNDED#{}", client_id.as_str()))
}

/// The part of the directory that lists the projects of a field.
fn listing(field: Field) -> String {
    format!("PROJECTS#{}", field.as_str())
}

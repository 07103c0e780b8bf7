//! What a backup tears apart that was read while somebody was being erased, for whoever restores it.
//!
//! An erasure finds rows by the lines in the person's own partition, and takes the line last. A backup is of no moment: it may
//! have a row as it was before, and the partition with its line as it was after, so that nothing leads to the row any more.

use std::collections::HashSet;
use std::hash::BuildHasher;

use super::super::chat_items::{MEMBERS, StoredInboxLine, inbox_key};
use super::super::item::{Key, encode};
use super::super::members::{MEMBER, PROJECT, REQUEST, asked_key, membership_key, stored_member};
use super::super::pairs::met_key;
use super::super::{attributes::saved_item, projects};
use crate::domain::backup::{Attribute, Binary, Item, TableKind};
use crate::domain::id::{ConversationId, ProjectId, UserId};
use crate::domain::project::{Member, MemberRole};
use crate::domain::time::Timestamp;
use crate::error::Result;

/// What is to be done in a restored table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Repair {
    /// By this an erasure finds what it could not find otherwise.
    Put(Item),
    /// Only the account leads to it, and it may be gone: so it goes before the erasure does.
    Delete(Item),
}

/// What has to be done because of an item that was restored, if it names one of these people, who are to be erased again. What
/// is put replaces what is there: it is never less than that.
pub fn repairs<S: BuildHasher>(
    table: TableKind,
    item: &Item,
    people: &HashSet<UserId, S>,
    at: Timestamp,
) -> Result<Vec<Repair>> {
    let row = Row { pk: word(item, "pk"), sk: word(item, "sk"), item, at };
    let named = |users: Vec<UserId>| users.into_iter().filter(|user| people.contains(user)).collect::<Vec<_>>();
    match table {
        TableKind::Accounts => Ok(if named(row.owner()).is_empty() { Vec::new() } else { vec![row.gone()] }),
        TableKind::Profiles => row.of_project().map_or(Ok(Vec::new()), |id| row.lead_to_project(id, &named)),
        TableKind::Social => row.lead_to_pair(&named),
        TableKind::Chat => {
            let Some(id) = row.pk.strip_prefix("CONV#").and_then(|id| id.parse().ok()) else { return Ok(Vec::new()) };
            named(row.speakers()).into_iter().map(|user| row.lead_to_talk(user, id)).collect()
        }
        TableKind::Sessions | TableKind::Ops => Ok(Vec::new()),
    }
}

struct Row<'i> {
    pk: &'i str,
    sk: &'i str,
    item: &'i Item,
    at: Timestamp,
}

impl Row<'_> {
    /// Whose address or identity at a provider it is.
    fn owner(&self) -> Vec<UserId> {
        let is_claim = self.pk.starts_with("EMAIL#") || self.pk.starts_with("IDENTITY#");
        self.item.get("user_id").filter(|_| is_claim).into_iter().flat_map(people_in).collect()
    }

    fn gone(&self) -> Repair {
        let text = |text: &str| Attribute::Text(text.to_owned());
        Repair::Delete(Item::from([("pk".to_owned(), text(self.pk)), ("sk".to_owned(), text(self.sk))]))
    }

    fn of_project(&self) -> Option<ProjectId> {
        self.pk.strip_prefix(PROJECT)?.parse().ok()
    }

    /// Whoever owns a project is a member of it, whatever was read of that.
    fn lead_to_project(&self, id: ProjectId, named: &impl Fn(Vec<UserId>) -> Vec<UserId>) -> Result<Vec<Repair>> {
        let behind = |kind: &str| self.sk.strip_prefix(kind).and_then(|user| user.parse().ok()).into_iter().collect();
        let mut repairs = Vec::new();
        for user in named(behind(MEMBER)) {
            repairs.push(line(&membership_key(user, id))?);
        }
        for user in named(behind(REQUEST)) {
            repairs.push(line(&asked_key(user, id))?);
        }
        for user in named(self.item.get(projects::OWNERS).into_iter().flat_map(people_in).collect()) {
            let owner = Member { project_id: id, user_id: user, role: MemberRole::Owner, joined_at: self.at };
            repairs.push(Repair::Put(saved_item(stored_member(&owner)?)?));
            repairs.push(line(&membership_key(user, id))?);
        }
        Ok(repairs)
    }

    fn lead_to_pair(&self, named: &impl Fn(Vec<UserId>) -> Vec<UserId>) -> Result<Vec<Repair>> {
        let two = match (self.pk.split_once('#'), self.sk.split_once('#')) {
            (Some(("PAIR", two)), _) => two.split_once('#'),
            (Some(("USER", person)), Some((_, other))) => Some((person, other)),
            _ => None,
        };
        let two = two.and_then(|(one, other)| Some([one.parse().ok()?, other.parse().ok()?]));
        let Some([one, other]): Option<[UserId; 2]> = two else { return Ok(Vec::new()) };
        let met = |user: UserId| line(&met_key(user, if user == one { other } else { one }));
        named(vec![one, other]).into_iter().map(met).collect()
    }

    /// Whom a row of a conversation names, but for the words in it.
    fn speakers(&self) -> Vec<UserId> {
        let of_key = self.sk.split('#').nth(1).and_then(|user| user.parse().ok());
        let attributes = ["sender_id", "pair", MEMBERS].into_iter().filter_map(|name| self.item.get(name));
        let last = match self.item.get("last") {
            Some(Attribute::Map(last)) => last.get("sender_id"),
            _ => None,
        };
        of_key.into_iter().chain(attributes.chain(last).flat_map(people_in)).collect()
    }

    fn lead_to_talk(&self, user: UserId, id: ConversationId) -> Result<Repair> {
        let inbox = StoredInboxLine { conversation_id: id, joined_at: self.at };
        Ok(Repair::Put(saved_item(encode(&inbox_key(user, id), &inbox)?)?))
    }
}

fn line(key: &Key) -> Result<Repair> {
    Ok(Repair::Put(saved_item(key.attributes())?))
}

fn word<'i>(item: &'i Item, name: &str) -> &'i str {
    if let Some(Attribute::Text(text)) = item.get(name) { text } else { "" }
}

/// A value that is an id, or a list or set of ids.
fn people_in(value: &Attribute) -> Vec<UserId> {
    let of_text = |text: &String| text.parse().ok();
    match value {
        Attribute::Text(text) => of_text(text).into_iter().collect(),
        Attribute::Texts(texts) => texts.iter().filter_map(of_text).collect(),
        Attribute::List(list) => list.iter().flat_map(people_in).collect(),
        Attribute::Binaries(set) => {
            let id = |Binary(bytes): &Binary| uuid::Uuid::from_slice(bytes).ok().map(UserId::from_uuid);
            set.iter().filter_map(id).collect()
        }
        _ => Vec::new(),
    }
}

//! What the tables know of somebody that is theirs to have, row by row.
//!
//! A row is given as it is stored, without what is of no meaning outside or would open the account. What others think of the
//! person is theirs: of a pair only one's own side is given, and of the lines that lead to pairs none.

use async_trait::async_trait;
use aws_sdk_dynamodb::types::AttributeValue;
use futures::try_join;
use serde_json::{Value, json};

use super::chat_items::{PAST, member_key, message_key, meta_key};
use super::item::{Item, decode};
use super::members::{self, ASKED, MEMBER, PROJECT};
use super::pairs::{MET, StoredPair, pair_key};
use super::range::Range;
use super::table::{Read, Table};
use super::{albums, projects};
use crate::domain::id::{ConversationId, UserId};
use crate::domain::pair::{Pair, Side, Stance};
use crate::error::{Error, Result};
use crate::ports::exports::{Holdings, Part, Rows};

/// How many entries of a conversation are given at a time: some megabytes at most.
const ENTRIES: usize = 500;
/// What is left out of every row, however deep in it: what opens the account or leads on, and what only indexes and the model can read.
const LEFT_OUT: [&str; 10] = [
    "refresh",
    "vector",
    "hash",
    "text_hash",
    "key",
    "directory_pk",
    "directory_sk",
    "digest_pk",
    "digest_sk",
    "expires_at",
];

#[derive(Clone, Debug)]
pub struct DynamoHoldings {
    pub accounts: Table,
    pub sessions: Table,
    pub profiles: Table,
    pub social: Table,
    pub chat: Table,
}

impl DynamoHoldings {
    async fn own(&self, table: &Table, user_id: UserId) -> Result<Vec<Value>> {
        let items = table.query(Range::whole(format!("USER#{user_id}")).strong().unlimited()).await?;
        items.into_iter().map(plain).collect()
    }

    /// What one is in projects, where one waits, and what is said by those that one owns.
    async fn projects(&self, user_id: UserId) -> Result<Vec<Value>> {
        let pk = format!("{MEMBER}{user_id}");
        let (mut keys, mut pages) = (Vec::new(), Vec::new());
        for line in self.profiles.keys_in(Range::whole(pk).unlimited()).await? {
            let named = |prefix: &str| line.sk.strip_prefix(prefix).and_then(|id| id.parse().ok());
            keys.extend(named(PROJECT).map(|project_id| members::key(project_id, user_id)));
            keys.extend(named(ASKED).map(|project_id| members::request_key(project_id, user_id)));
            pages.extend(named(PROJECT).map(projects::key));
        }
        let (own, pages) =
            try_join!(self.profiles.get_many(&keys, Read::Strong), self.profiles.get_many(&pages, Read::Strong))?;
        let pages = pages.into_iter().filter(|page| projects::is_owned_by(page, user_id));
        own.into_iter().chain(pages).map(plain).collect()
    }

    async fn people(&self, user_id: UserId) -> Result<Vec<Value>> {
        let mine = Range::whole(format!("USER#{user_id}")).strong().unlimited();
        let (lines, others): (Vec<_>, Vec<_>) =
            self.social.query(mine).await?.into_iter().partition(|item| !sort_key(item).starts_with(MET));
        let others = others.iter().filter_map(|item| sort_key(item).strip_prefix(MET)?.parse().ok());
        let keys: Vec<_> = others.map(|other: UserId| pair_key(&Pair::strangers(user_id, other))).collect();
        let pairs = self.social.get_many(&keys, Read::Strong).await?;
        let sides = pairs.into_iter().filter_map(|item| own_side(item, user_id).transpose());
        lines.into_iter().map(plain).chain(sides).collect()
    }

    /// The conversation and one's own part in it come before its entries.
    async fn conversation(&self, user_id: UserId, id: ConversationId, after: u64) -> Result<Rows> {
        let (first, last) = (message_key(id, after + 1), message_key(id, u64::MAX));
        let entries = Range::between(first.pk, first.sk, last.sk).strong().limit(ENTRIES);
        let head = [meta_key(id), member_key(id, user_id)];
        let head = if after == 0 { &head[..] } else { &[] };
        let (head, entries) = try_join!(self.chat.get_many(head, Read::Strong), self.chat.query(entries))?;
        let seq = |item: &Item| item.get("seq")?.as_n().ok()?.parse().ok();
        let next = if entries.len() < ENTRIES { None } else { entries.last().and_then(seq) };
        let rows = head.into_iter().chain(entries).map(plain).collect::<Result<_>>()?;
        Ok(Rows { rows, next })
    }

    /// Of a conversation that one reads no more, one's own part: what one said there oneself.
    async fn own_words(&self, user_id: UserId, id: ConversationId, after: u64) -> Result<Rows> {
        let Rows { rows, next } = self.conversation(user_id, id, after).await?;
        let own = json!(user_id);
        let is_own = |row: &Value| row.get("sender_id") == Some(&own) || row.get("read_seq").is_some();
        Ok(Rows { rows: rows.into_iter().filter(is_own).collect(), next })
    }

    /// The conversations that one reads, and those that are over or were left.
    async fn talks(&self, user_id: UserId) -> Result<Vec<Part>> {
        let lines = self.chat.keys_in(Range::whole(format!("USER#{user_id}")).unlimited()).await?;
        let named = |prefix: &str| -> Vec<ConversationId> {
            lines.iter().filter_map(|line| line.sk.strip_prefix(prefix)?.parse().ok()).collect()
        };
        let (open, mut past) = (named("CONV#"), named(PAST));
        past.retain(|id| !open.contains(id));
        Ok(open.into_iter().map(Part::Conversation).chain(past.into_iter().map(Part::OwnWords)).collect())
    }
}

#[async_trait]
impl Holdings for DynamoHoldings {
    async fn parts(&self, user_id: UserId) -> Result<Vec<Part>> {
        let mut parts = vec![Part::Account, Part::Sessions, Part::Profile, Part::Projects, Part::People];
        parts.extend(self.talks(user_id).await?);
        if let Some(item) = self.profiles.get_item(&albums::key(user_id), Read::Strong).await? {
            let (_, photos) = albums::keys_of(item)?;
            parts.extend(photos.into_iter().map(|(_, key)| Part::Photo(key)));
        }
        Ok(parts)
    }

    async fn rows(&self, user_id: UserId, part: &Part, after: u64) -> Result<Rows> {
        let rows = match part {
            Part::Account => self.own(&self.accounts, user_id).await?,
            Part::Sessions => self.own(&self.sessions, user_id).await?,
            Part::Profile => self.own(&self.profiles, user_id).await?,
            Part::Projects => self.projects(user_id).await?,
            Part::People => self.people(user_id).await?,
            Part::Conversation(id) => return self.conversation(user_id, *id, after).await,
            Part::OwnWords(id) => return self.own_words(user_id, *id, after).await,
            Part::Photo(_) => return Err(Error::internal("a photo has no rows")),
        };
        Ok(Rows { rows, next: None })
    }
}

/// What one has said of another one; nothing where only the other one has said something.
fn own_side(item: Item, user_id: UserId) -> Result<Option<Value>> {
    let pair: Pair = decode::<StoredPair>(item)?.into();
    let Side { stance, blocked_at } = pair.side(user_id);
    if stance.is_none() && blocked_at.is_none() {
        return Ok(None);
    }
    let (liked, passed_at) = match stance {
        Some(Stance::Liked { at, intro }) => (Some(json!({ "at": at, "intro": intro })), None),
        Some(Stance::Passed { at }) => (None, Some(at)),
        None => (None, None),
    };
    let other = pair.other(user_id);
    Ok(Some(json!({ "sk": format!("PAIR#{other}"), "liked": liked, "passed_at": passed_at, "blocked_at": blocked_at })))
}

fn sort_key(item: &Item) -> &str {
    item.get("sk").and_then(|sk| sk.as_s().ok()).map_or("", String::as_str)
}

pub(super) fn plain(mut item: Item) -> Result<Value> {
    leave_out(&mut item);
    serde_dynamo::from_item(item).map_err(Error::internal)
}

fn leave_out(fields: &mut Item) {
    fields.retain(|name, _| !LEFT_OUT.contains(&name.as_str()));
    fields.values_mut().for_each(leave_out_within);
}

fn leave_out_within(value: &mut AttributeValue) {
    match value {
        AttributeValue::M(fields) => leave_out(fields),
        AttributeValue::L(items) => items.iter_mut().for_each(leave_out_within),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_opens_something_or_leads_on_is_left_out_however_deep_it_is() {
        let text = |text: &str| AttributeValue::S(text.to_owned());
        for name in LEFT_OUT {
            let photo =
                [(name, text("secret")), ("state", text("ready"))].map(|(name, value)| (name.to_owned(), value));
            let photo = AttributeValue::M(photo.into());
            let album = [("photos", AttributeValue::L(vec![photo.clone()])), ("newest", photo), (name, text("secret"))];
            let row = plain(album.map(|(name, value)| (name.to_owned(), value)).into()).unwrap();
            assert_eq!(row, json!({ "photos": [{ "state": "ready" }], "newest": { "state": "ready" } }), "{name}");
        }
    }

    /// They name objects in a bucket, which is nobody's but ours.
    #[test]
    fn names_of_files_and_hashes_of_secrets_are_left_out() {
        for name in ["key", "hash", "refresh"] {
            assert!(LEFT_OUT.contains(&name), "{name}");
        }
    }
}

//! The conversation of a project's members, in the chat table. It changes in the transactions that change the project, so
//! that nobody hears what they are no longer part of.

use super::chat_items::{
    MEMBERS, StoredInboxLine, StoredMember, StoredMeta, inbox_key, member_key, meta_key, past_key, people, roster_key,
};
use super::expression::Expression;
use super::item::{encode, text};
use super::table::{Read, Table};
use super::transaction::Transaction;
use crate::domain::conversation::{Conversation, Participant};
use crate::domain::id::{ProjectId, UserId};
use crate::domain::time::Timestamp;
use crate::error::Result;

#[derive(Clone, Debug)]
pub(super) struct ProjectTalk(Table);

impl ProjectTalk {
    pub(super) const fn new(chat: Table) -> Self {
        Self(chat)
    }

    /// Opens it, with the founder.
    pub(super) fn open(
        &self,
        transaction: Transaction,
        project_id: ProjectId,
        founder: UserId,
        at: Timestamp,
    ) -> Result<Transaction> {
        let id = Conversation::of_project(project_id);
        let mut roster = roster_key(id).attributes();
        roster.insert(MEMBERS.to_owned(), people(&[founder]));
        let member = StoredMember::from(&Participant::new(founder, 0, 0));
        let line = StoredInboxLine { conversation_id: id, joined_at: at };
        Ok(transaction
            .put_if(&self.0, encode(&meta_key(id), &StoredMeta::of_project(project_id, at))?, Expression::absent())
            .put(&self.0, roster)
            .put(&self.0, encode(&member_key(id, founder), &member)?)
            .put(&self.0, encode(&inbox_key(founder, id), &line)?))
    }

    /// What somebody takes part from who comes now. What was said before is theirs to read, and not unread; what is said
    /// until they are in is unread.
    pub(super) async fn newcomer(&self, project_id: ProjectId, user_id: UserId) -> Result<Participant> {
        let meta: Option<StoredMeta> =
            self.0.get(&meta_key(Conversation::of_project(project_id)), Read::Strong).await?;
        Ok(meta.map_or(Participant::new(user_id, 0, 0), |meta| Participant::new(user_id, meta.seq, meta.count)))
    }

    pub(super) fn arrive(
        &self,
        transaction: Transaction,
        project_id: ProjectId,
        newcomer: &Participant,
        at: Timestamp,
    ) -> Result<Transaction> {
        let (id, user_id) = (Conversation::of_project(project_id), newcomer.user_id);
        let line = StoredInboxLine { conversation_id: id, joined_at: at };
        Ok(transaction
            .update(&self.0, &roster_key(id), roster_change("ADD", user_id))
            .put(&self.0, encode(&member_key(id, user_id), &StoredMember::from(newcomer))?)
            .put(&self.0, encode(&inbox_key(user_id, id), &line)?))
    }

    /// Whoever is being erased may be out of the conversation already.
    pub(super) fn leave(
        &self,
        transaction: Transaction,
        project_id: ProjectId,
        user_id: UserId,
        at: Timestamp,
    ) -> Transaction {
        let id = Conversation::of_project(project_id);
        let gone = Expression::new("SET left_at = :at").value(":at", text(at.to_string()));
        transaction
            .update(&self.0, &roster_key(id), roster_change("DELETE", user_id))
            .update(&self.0, &member_key(id, user_id), gone)
            .delete(&self.0, &inbox_key(user_id, id))
            .put(&self.0, past_key(user_id, id).attributes())
    }

    /// Ends it: nothing is added any more. Tables that were restored are not of one moment, and it may not be there.
    pub(super) async fn close(&self, transaction: Transaction, project_id: ProjectId) -> Result<Transaction> {
        let key = meta_key(Conversation::of_project(project_id));
        if self.0.get_item(&key, Read::Strong).await?.is_none() {
            return Ok(transaction);
        }
        let close = Expression::new("SET #state = :closed").name("#state", "state").value(":closed", text("closed"));
        Ok(transaction.update_if(&self.0, &key, close, "attribute_exists(pk)"))
    }
}

fn roster_change(verb: &str, user_id: UserId) -> Expression {
    Expression::new(&format!("{verb} {MEMBERS} :people")).value(":people", people(&[user_id]))
}

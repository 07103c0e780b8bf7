//! What is new for somebody, counted from what is there anyway.

use std::collections::HashSet;
use std::sync::Arc;

use futures::try_join;
use shared::domain::digest::{DigestCounts, NewsWindow};
use shared::domain::id::UserId;
use shared::domain::pair::Connection;
use shared::domain::settings::{DigestWishes, NewsKind};
use shared::error::Result;
use shared::ports::conversations::Conversations;
use shared::ports::likes::ReceivedLike;
use shared::ports::pairs::Pairs;
use shared::ports::profiles::Profiles;
use shared::received_likes::ReceivedLikes;

/// How many conversations are looked through.
const CONVERSATIONS: usize = 1_000;
/// How many rows of a list of likes are looked through.
const LIKES: usize = 1_000;
/// Of how many people it is asked whether they may be told of. Beyond it a digest counts too few, which nobody minds.
const PEOPLE: usize = 100;

#[derive(Clone)]
pub struct News {
    conversations: Arc<dyn Conversations>,
    pairs: Arc<dyn Pairs>,
    profiles: Arc<dyn Profiles>,
    likes: ReceivedLikes,
}

impl News {
    pub fn new(
        conversations: Arc<dyn Conversations>,
        pairs: Arc<dyn Pairs>,
        profiles: Arc<dyn Profiles>,
        likes: ReceivedLikes,
    ) -> Self {
        Self { conversations, pairs, profiles, likes }
    }

    /// How much of what somebody wishes to hear of is new in this window.
    pub(crate) async fn count(&self, me: UserId, wishes: &DigestWishes, window: NewsWindow) -> Result<DigestCounts> {
        let (talk, matches, likes) = try_join!(
            self.talk(me, wishes.wants(NewsKind::Message), window),
            self.matches(me, wishes.wants(NewsKind::Match), window),
            self.waiting(me, wishes.wants(NewsKind::Like), window)
        )?;
        let (messages, conversations) = talk;
        Ok(DigestCounts { messages, conversations, matches: number(matches), likes: number(likes) })
    }

    /// The unread messages of those conversations in which somebody else has said something since, and how many these are.
    async fn talk(&self, me: UserId, is_wished: bool, window: NewsWindow) -> Result<(u32, u32)> {
        if !is_wished {
            return Ok((0, 0));
        }
        let (mut messages, mut conversations) = (0_u32, 0);
        for line in self.conversations.inbox(me, None, CONVERSATIONS).await?.lines {
            let conversation = &line.seat.conversation;
            let unread = line.seat.own.unread(conversation.count);
            let is_new =
                conversation.last.as_ref().is_some_and(|last| last.sender_id != me && window.contains(last.sent_at));
            if conversation.is_open() && is_new && unread > 0 {
                messages = messages.saturating_add(u32::try_from(unread).unwrap_or(u32::MAX));
                conversations += 1;
            }
        }
        Ok((messages, conversations))
    }

    /// The matches that the other side has made, and that still are.
    async fn matches(&self, me: UserId, is_wished: bool, window: NewsWindow) -> Result<usize> {
        if !is_wished {
            return Ok(0);
        }
        let connections = self.pairs.connections_of(me).await?.into_iter();
        let new = connections.filter(|person| window.contains(person.matched_at)).take(PEOPLE);
        let new: Vec<UserId> = new.map(|person| person.user_id).collect();
        if new.is_empty() {
            return Ok(0);
        }
        let (pairs, people) = try_join!(self.pairs.find_many(me, &new), self.profiles.find_people(&new))?;
        let shown: HashSet<UserId> =
            people.iter().filter(|person| person.profile.is_shown()).map(|person| person.profile.user_id).collect();
        let is_told = |connection| matches!(connection, Connection::Matched { .. });
        let told = pairs.iter().filter(|pair| is_told(pair.connection) && shown.contains(&pair.other(me)));
        Ok(told.filter(|pair| !pair.was_matched_by(me)).count())
    }

    /// The likes that came since and wait for an answer.
    async fn waiting(&self, me: UserId, is_wished: bool, window: NewsWindow) -> Result<usize> {
        if !is_wished {
            return Ok(0);
        }
        let rows = self.likes.rows(me, LIKES).await?.into_iter();
        let new: Vec<ReceivedLike> = rows.filter(|row| window.contains(row.liked_at)).take(PEOPLE).collect();
        if new.is_empty() {
            return Ok(0);
        }
        Ok(self.likes.shown(me, &new).await?.len())
    }
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

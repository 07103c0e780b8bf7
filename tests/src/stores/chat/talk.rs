//! Sending, changing, marking, reading.

use shared::domain::conversation::{
    Advance, Amendment, ClientId, Content, Conversation, Mark, Message, MessageText, Participant,
};
use shared::domain::id::{ConversationId, UserId};
use shared::domain::outbox::{Effect, OutboxEntry, PushEffect};

use super::{Side, hold};

fn name(id: &str) -> ClientId {
    ClientId::parse(id).unwrap()
}

impl Side {
    async fn sees(&self, id: ConversationId) -> Conversation {
        self.conversations.find(id).await.unwrap().unwrap()
    }

    fn promises_entries(&self, seen: &Conversation, count: u64) -> OutboxEntry {
        let (first, last) = (seen.seq + 1, seen.seq + count);
        let news = PushEffect::MessageNew { conversation_id: seen.conversation_id, first, last, left: None };
        self.ambient().promise(Effect::Push(news))
    }

    fn messages_after(&self, seen: &Conversation, sender_id: UserId, ids: &[&str]) -> Vec<Message> {
        let message = |(n, id): (u64, &&str)| Message {
            conversation_id: seen.conversation_id,
            seq: seen.seq + n,
            count: seen.count + n,
            message_id: self.ambient().id(),
            sender_id,
            sent_at: self.now(),
            content: Content::Text {
                client_id: name(id),
                text: MessageText::parse(&format!("said {id}")).unwrap(),
                edited_at: None,
            },
        };
        (1..).zip(ids).map(message).collect()
    }

    /// Appends to what was seen, and keeps the promise if there is one.
    async fn appends(&self, seen: &Conversation, sender: UserId, ids: &[&str]) -> bool {
        let messages = self.messages_after(seen, sender, ids);
        let entry = self.promises_entries(seen, messages.len() as u64);
        let is_stored = self.messages.append(seen, &messages, &entry).await.unwrap();
        self.outbox.finish(&entry).await.unwrap();
        is_stored
    }

    /// Changes the message with this number, likewise.
    async fn amends(&self, seen: &Conversation, by: UserId, seq: u64, amendment: &Amendment) -> bool {
        let view = self.messages.amend_view(seen.conversation_id, by, seq).await.unwrap();
        let amended = amendment.of(&view.message.unwrap(), by, self.now()).unwrap().unwrap();
        let told = Message {
            seq: seen.seq + 1,
            count: seen.count,
            message_id: self.ambient().id(),
            content: amendment.told(seq),
            ..amended.clone()
        };
        let entry = self.promises_entries(seen, 1);
        let is_stored = self.messages.amend(seen, &amended, &told, &entry).await.unwrap();
        self.outbox.finish(&entry).await.unwrap();
        is_stored
    }
}

#[test]
fn a_send_follows_what_was_seen_or_changes_nothing() {
    hold(async |side| {
        let [ada, bob, eve] = side.people();
        let id = side.opens([ada, bob]).await;
        let seen = side.sees(id).await;
        assert!(side.appends(&seen, ada, &["a1", "a2"]).await);
        let now = side.sees(id).await;
        assert_eq!((now.seq, now.count, now.last.as_ref().map(|last| last.seq)), (2, 2, Some(2)));
        assert!(!side.appends(&seen, bob, &["b1"]).await, "it has moved on");
        assert!(!side.appends(&now, eve, &["e1"]).await, "she takes no part");
        assert!(!side.appends(&now, ada, &["a3", "a1"]).await, "the name is known");
        assert_eq!(side.sees(id).await, now);

        let view = side.messages.view(id, ada, &[name("a2"), name("a3")]).await.unwrap();
        assert_eq!(view.earlier.iter().map(|message| message.seq).collect::<Vec<_>>(), [2]);
        assert!(side.messages.view(id, eve, &[name("a1")]).await.unwrap().conversation.is_none());
        assert!(side.messages.view(id, bob, &[name("a1")]).await.unwrap().earlier.is_empty(), "names are one's own");

        side.closes([ada, bob], id).await;
        let closed = side.sees(id).await;
        assert!(!closed.is_open() && !side.appends(&closed, ada, &["a4"]).await, "it is closed");
    });
}

#[test]
fn of_sends_at_the_same_moment_one_succeeds() {
    hold(async |side| {
        let [ada, bob] = side.people();
        let id = side.opens([ada, bob]).await;
        let seen = side.sees(id).await;
        let both = futures::join!(side.appends(&seen, ada, &["a1"]), side.appends(&seen, bob, &["b1"]));
        assert_eq!([both.0, both.1].iter().filter(|stored| **stored).count(), 1);
        assert_eq!(side.conversations.history(id, 0, 10).await.unwrap().len(), 1);
    });
}

#[test]
fn a_change_is_told_by_an_entry_and_its_text_stands_in_one_place() {
    hold(async |side| {
        let [ada, bob] = side.people();
        let id = side.opens([ada, bob]).await;
        let seen = side.sees(id).await;
        assert!(side.appends(&seen, ada, &["a1"]).await);
        let edit = Amendment::Edit(MessageText::parse("said better").unwrap());
        let first = side.sees(id).await;
        assert!(side.amends(&first, ada, 1, &edit).await);
        let again = Amendment::Edit(MessageText::parse("said otherwise").unwrap());
        assert!(!side.amends(&first, ada, 1, &again).await, "it has moved on");
        let now = side.sees(id).await;
        assert_eq!((now.seq, now.count), (2, 1), "a change is no message");
        assert_eq!(now.last.as_ref().and_then(Message::text).map(MessageText::as_str), Some("said better"));
        let texts = |page: &[Message]| -> Vec<Option<String>> {
            page.iter().map(|message| message.text().map(|text| text.as_str().to_owned())).collect()
        };
        let page = side.conversations.history(id, 1, 10).await.unwrap();
        assert_eq!(texts(&page), [Some("said better".to_owned())], "also when the message is on another page");

        assert!(side.amends(&now, ada, 1, &Amendment::Deletion).await);
        let page = side.conversations.history(id, 0, 10).await.unwrap();
        assert_eq!(texts(&page), [None, None, None]);
        side.closes([ada, bob], id).await;
        assert!(side.messages.amend_view(id, bob, 9).await.unwrap().message.is_none());
    });
}

#[test]
fn marks_move_forward_and_a_sender_has_read() {
    hold(async |side| {
        let [ada, bob] = side.people();
        let id = side.opens([ada, bob]).await;
        let seen = side.sees(id).await;
        assert!(side.appends(&seen, ada, &["a1", "a2", "a3"]).await);
        let marks = async |person| side.conversations.seat(id, person).await.unwrap().unwrap().own;
        let before = marks(bob).await;
        assert_eq!(before, Participant::new(bob, 0, 0));
        assert_eq!(marks(ada).await, Participant::new(ada, 3, 3));
        let advance =
            async |mark, seq| side.marks.advance(id, &before, Advance { mark, seq, count: seq }).await.unwrap();
        assert!(advance(Mark::Delivered, 2).await && advance(Mark::Read, 3).await);
        assert!(!advance(Mark::Read, 1).await && !advance(Mark::Delivered, 3).await);
        assert_eq!(marks(bob).await, Participant::new(bob, 3, 3));
        assert!(side.conversations.have_met_in(id, &[ada, bob]).await.unwrap());
        let [eve] = side.people();
        assert!(side.conversations.seat(id, eve).await.unwrap().is_none());
        assert!(!side.conversations.have_met_in(id, &[ada, eve]).await.unwrap());
    });
}

#[test]
fn an_inbox_has_pages_and_no_closed_conversations() {
    hold(async |side| {
        let [ada, bob, cleo, dan] = side.people();
        let mut ids = Vec::new();
        for other in [bob, cleo, dan] {
            ids.push(side.opens([ada, other]).await);
        }
        ids.sort_unstable();
        ids.reverse();
        let first = side.conversations.inbox(ada, None, 2).await.unwrap();
        let seen = |page: &shared::ports::conversations::InboxPage| -> Vec<_> {
            page.lines.iter().map(|line| line.seat.conversation.conversation_id).collect()
        };
        assert_eq!((seen(&first), first.next), (ids[..2].to_vec(), Some(ids[1])));
        assert!(first.lines.iter().all(|line| line.seat.own.user_id == ada && line.other.is_some()));
        let rest = side.conversations.inbox(ada, first.next, 2).await.unwrap();
        assert_eq!((seen(&rest), rest.next), (ids[2..].to_vec(), None));
        side.closes(
            [ada, bob],
            side.conversations.inbox(bob, None, 2).await.unwrap().lines[0].seat.conversation.conversation_id,
        )
        .await;
        assert_eq!(side.conversations.inbox(ada, None, 9).await.unwrap().lines.len(), 2);
        assert!(side.conversations.inbox(bob, None, 9).await.unwrap().lines.is_empty());
    });
}

#[test]
fn only_what_is_promised_is_handed_over() {
    hold(async |side| {
        let [ada] = side.people();
        let entry = side.ambient().promise(Effect::Push(PushEffect::PresenceChanged { user_id: ada }));
        let mine = async || {
            let rows = side.outbox.left_over(entry.minute()).await.unwrap();
            rows.entries.into_iter().filter(|row| row.id == entry.id).count()
        };
        side.outbox.hand_over(&entry).await.unwrap();
        assert_eq!(mine().await, 0, "what was kept comes not back");
        side.promises.promise(&entry).await.unwrap();
        side.outbox.hand_over(&entry).await.unwrap();
        assert_eq!(mine().await, 1);
        side.outbox.finish(&entry).await.unwrap();
        side.outbox.finish(&entry).await.unwrap();
        assert_eq!(mine().await, 0);
    });
}

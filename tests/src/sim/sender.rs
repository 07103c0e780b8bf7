//! What a client app sends: under one name until it is certain what became of it.

use std::time::Duration;

use serde_json::{Value, json};
use shared::domain::id::ConversationId;
use shared::domain::time::Timestamp;
use tokio::time::sleep;

use super::device::Device;
use super::history::{Amended, Log, Marked, Send, Told, told};

/// Something to say, and the name under which it is sent.
pub(super) struct Saying {
    pub(super) client_id: String,
    pub(super) text: String,
}

impl Device {
    /// Says something, by either door, until an answer says for certain what became of it.
    pub(super) async fn says(&self, conversation_id: ConversationId, sayings: &[Saying]) {
        let begin = self.history.borrow().sends.len();
        let send = |saying: &Saying| Send {
            conversation_id,
            sender_id: self.user_id,
            client_id: saying.client_id.clone(),
            text: saying.text.clone(),
            invoked_at: self.aws.world.now(),
            outcome: Told::Nothing,
            told_at: Timestamp::MAX,
        };
        self.history.borrow_mut().sends.extend(sayings.iter().map(send));
        for _ in 0..25 {
            let told = if self.aws.world.below(4) == 0 {
                self.by_request(conversation_id, sayings).await
            } else {
                self.by_frame(conversation_id, sayings).await
            };
            if let Some(told) = told {
                let sends = &mut self.history.borrow_mut().sends[begin..begin + sayings.len()];
                for (send, told) in sends.iter_mut().zip(told) {
                    (send.outcome, send.told_at) = (told, self.aws.world.now());
                }
                return;
            }
            sleep(self.pause(Duration::from_secs(4))).await;
        }
    }

    async fn by_frame(&self, conversation_id: ConversationId, sayings: &[Saying]) -> Option<Vec<Told>> {
        let mut data = body(sayings);
        data["conversation_id"] = json!(conversation_id);
        let answer = self.asks("chat.send", &data).await?;
        told(answer["type"] == "ack", &answer["data"], sayings.len())
    }

    async fn by_request(&self, conversation_id: ConversationId, sayings: &[Saying]) -> Option<Vec<Told>> {
        let path = format!("/v1/conversations/{conversation_id}/messages");
        let (status, answer) = self.aws.request(self.user_id, "POST", &path, &body(sayings)).await?;
        told(status < 300, &answer, sayings.len())
    }

    /// Moves one's own mark to what the device has, or somewhat before; what the answer says is remembered.
    pub(super) async fn marks(&self, conversation_id: ConversationId) {
        let last = self.logs().get(&conversation_id).map_or(0, Log::last);
        let asked = last.saturating_sub(self.aws.world.below(4));
        if asked == 0 {
            return;
        }
        let kind = if self.aws.world.below(3) == 0 { "chat.delivered" } else { "chat.read" };
        let invoked_at = self.aws.world.now();
        let answer = self.asks(kind, &json!({ "conversation_id": conversation_id, "seq": asked })).await;
        let Some(answer) = answer.filter(|answer| answer["type"] == "ack") else { return };
        let number = |name: &str| answer["data"][name].as_u64().unwrap_or(u64::MAX);
        let marked = Marked {
            conversation_id,
            user_id: self.user_id,
            kind,
            asked,
            seq: number("seq"),
            unread: number("unread"),
            invoked_at,
            told_at: self.aws.world.now(),
        };
        self.history.borrow_mut().marked.push(marked);
    }

    /// Changes or takes back something of one's own, once; whether it succeeds is of no importance, but what is acknowledged
    /// has to be so.
    pub(super) async fn amends(&self, conversation_id: ConversationId, seq: u64, text: Option<&str>) {
        let path = format!("/v1/conversations/{conversation_id}/messages/{seq}");
        let answer = match text {
            Some(text) => self.aws.request(self.user_id, "PUT", &path, &json!({ "text": text })).await,
            None => self.aws.request(self.user_id, "DELETE", &path, &Value::Null).await,
        };
        if answer.is_some_and(|(status, _)| status < 300) {
            let amended = Amended { conversation_id, seq, text: text.map(str::to_owned) };
            self.history.borrow_mut().amended.push(amended);
        }
    }
}

/// One message, or a list.
fn body(sayings: &[Saying]) -> Value {
    let message = |saying: &Saying| json!({ "client_id": saying.client_id, "text": saying.text });
    match sayings {
        [saying] => message(saying),
        sayings => json!({ "messages": sayings.iter().map(message).collect::<Vec<_>>() }),
    }
}

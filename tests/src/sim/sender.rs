//! What a client app sends: under one name until it is certain what became of it.

use std::time::Duration;

use serde_json::{Value, json};
use shared::domain::id::ConversationId;
use shared::domain::time::Timestamp;
use tokio::time::sleep;

use super::device::Device;
use super::history::{Amended, Send, Told, told};

impl Device {
    /// Says something, by either door, until an answer says for certain what became of it.
    pub(super) async fn says(&self, conversation_id: ConversationId, client_id: &str, text: &str) {
        let place = self.history.borrow().sends.len();
        self.history.borrow_mut().sends.push(Send {
            conversation_id,
            sender_id: self.user_id,
            client_id: client_id.to_owned(),
            text: text.to_owned(),
            invoked_at: self.aws.world.now(),
            outcome: Told::Nothing,
            told_at: Timestamp::MAX,
        });
        for _ in 0..25 {
            let told = if self.aws.world.below(4) == 0 {
                self.by_request(conversation_id, client_id, text).await
            } else {
                self.by_frame(conversation_id, client_id, text).await
            };
            if let Some(told) = told {
                let send = &mut self.history.borrow_mut().sends[place];
                (send.outcome, send.told_at) = (told, self.aws.world.now());
                return;
            }
            sleep(self.pause(Duration::from_secs(4))).await;
        }
    }

    async fn by_frame(&self, conversation_id: ConversationId, client_id: &str, text: &str) -> Option<Told> {
        let data = json!({ "conversation_id": conversation_id, "client_id": client_id, "text": text });
        let answer = self.asks("chat.send", &data).await?;
        told(answer["type"] == "ack", &answer["data"])
    }

    async fn by_request(&self, conversation_id: ConversationId, client_id: &str, text: &str) -> Option<Told> {
        let path = format!("/v1/conversations/{conversation_id}/messages");
        let body = json!({ "client_id": client_id, "text": text });
        let (status, answer) = self.aws.request(self.user_id, "POST", &path, &body).await?;
        told(status < 300, &answer)
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

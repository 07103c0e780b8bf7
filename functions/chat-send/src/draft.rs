//! What somebody wants to send, read from either door.

use std::collections::HashSet;

use shared::domain::conversation::{ClientId, MAX_LIST, MessageText};
use shared::domain::fields::{Fields, Refusal};
use shared::domain::id::{ConversationId, UserId};
use shared::domain::input::Input;
use shared::edge::ws::protocol::{DraftMessage, SendData};
use shared::error::{Error, Result};

/// Messages that a member wants to send together.
#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) conversation_id: ConversationId,
    pub(crate) sender_id: UserId,
    /// At least one; no two have the same name.
    pub(crate) items: Vec<DraftItem>,
}

#[derive(Clone, Debug)]
pub(crate) struct DraftItem {
    pub(crate) client_id: ClientId,
    pub(crate) text: MessageText,
}

impl Draft {
    /// One message, or a list of them, but not both.
    pub(crate) fn parse(sender_id: UserId, data: &SendData) -> Result<Self> {
        let mut fields = Fields::default();
        let conversation_id = fields.copy("conversation_id", &data.conversation_id);
        let items = match &data.messages {
            None => {
                let missing = Input::missing();
                let client_id = data.client_id.as_ref().unwrap_or(&missing);
                let text = data.text.as_ref().unwrap_or(&missing);
                item(&mut fields, client_id, text).map(|item| vec![item])
            }
            Some(list) if data.client_id.is_some() || data.text.is_some() => {
                // Whatever else is wrong with them is named as well.
                fields.read_optional("client_id", data.client_id.as_ref(), ClientId::parse);
                fields.read_optional("text", data.text.as_ref(), MessageText::parse);
                fields.list("messages", list, MAX_LIST, parse);
                fields.take("messages", Err("messages stands in place of client_id and text".into()))
            }
            Some(list) => {
                let items = fields.list("messages", list, MAX_LIST, parse);
                items.and_then(|items| fields.take("messages", distinct(items)))
            }
        };
        let (conversation_id, items) = fields.accept(conversation_id.zip(items))?;
        Ok(Self { conversation_id, sender_id, items })
    }

    pub(crate) fn client_ids(&self) -> Vec<ClientId> {
        self.items.iter().map(|item| item.client_id.clone()).collect()
    }
}

fn parse(message: &DraftMessage) -> Result<DraftItem> {
    let mut fields = Fields::default();
    let item = item(&mut fields, &message.client_id, &message.text);
    fields.accept(item)
}

fn item(fields: &mut Fields, client_id: &Input<String>, text: &Input<String>) -> Option<DraftItem> {
    let client_id = fields.read("client_id", client_id, ClientId::parse);
    let text = fields.read("text", text, MessageText::parse);
    client_id.zip(text).map(|(client_id, text)| DraftItem { client_id, text })
}

fn distinct(items: Vec<DraftItem>) -> Result<Vec<DraftItem>, Refusal> {
    let names: HashSet<_> = items.iter().map(|item| item.client_id.as_str()).collect();
    if items.is_empty() {
        return Err("messages must be 1 to 20".into());
    }
    if names.len() < items.len() {
        return Err("messages must have a client_id each of their own".into());
    }
    drop(names);
    Ok(items)
}

/// The new text of a message, read from the body of an edit.
pub(crate) fn edited(text: &Input<String>) -> Result<MessageText, Error> {
    let mut fields = Fields::default();
    let text = fields.read("text", text, MessageText::parse);
    fields.accept(text)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use shared::domain::id::Id;
    use shared::domain::time::Timestamp;

    use super::*;

    const CONVERSATION: &str = "0193f2a0-7c1e-7b3a-9d52-3f1c8e6a4b10";

    fn parse(data: Value) -> Result<Vec<String>> {
        let data: SendData = serde_json::from_value(data).unwrap();
        let draft = Draft::parse(UserId::from_parts(Timestamp::default(), [1; 10]), &data)?;
        Ok(draft.items.iter().map(|item| item.text.as_str().to_owned()).collect())
    }

    fn complaints(data: Value) -> Vec<String> {
        let error = parse(data).unwrap_err();
        error.fields().iter().map(|field| field.field.clone().into_owned()).collect()
    }

    #[test]
    fn one_message_or_a_list_of_them() {
        let one = json!({ "conversation_id": CONVERSATION, "client_id": "a", "text": " hi " });
        assert_eq!(parse(one).unwrap(), ["hi"]);
        let list = ["b", "a"].map(|id| json!({ "client_id": id, "text": format!("said {id}") }));
        let list = json!({ "conversation_id": CONVERSATION, "messages": list });
        assert_eq!(parse(list).unwrap(), ["said b", "said a"]);
    }

    #[test]
    fn all_that_is_wrong_is_named_by_its_place() {
        assert_eq!(complaints(json!({})), ["conversation_id", "client_id", "text"]);
        let list = json!([{ "client_id": "a", "text": "fine" }, { "client_id": "#", "text": "" }, { "text": "x" }]);
        let list = json!({ "conversation_id": CONVERSATION, "messages": list });
        assert_eq!(complaints(list), ["messages[1].client_id", "messages[1].text", "messages[2].client_id"]);
    }

    #[test]
    fn a_list_is_bounded_and_its_names_are_distinct() {
        let list = |ids: Vec<String>| {
            let messages: Vec<_> = ids.iter().map(|id| json!({ "client_id": id, "text": "x" })).collect();
            json!({ "conversation_id": CONVERSATION, "messages": messages })
        };
        let numbered = |count: usize| list((0..count).map(|n| n.to_string()).collect());
        assert!(parse(numbered(1)).is_ok() && parse(numbered(MAX_LIST)).is_ok());
        for refused in [numbered(0), numbered(MAX_LIST + 1), list(vec!["a".into(), "a".into()])] {
            assert_eq!(complaints(refused), ["messages"]);
        }
        let nothing = json!({ "conversation_id": CONVERSATION, "messages": vec![json!({}); 20_000] });
        assert_eq!(complaints(nothing), ["messages"], "a refusal is not longer than what was refused");
        let both = json!({ "conversation_id": CONVERSATION, "text": "x", "messages": [] });
        assert_eq!(complaints(both), ["messages"]);
    }
}

//! Cursors: where the next page of a list begins.
//!
//! A cursor is opaque to clients, and good for one person, one list and what that list was made of. It is no secret and
//! opens nothing: whoever makes one up moves about in their own list.

use aws_lc_rs::digest;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::domain::hex;
use crate::domain::id::UserId;
use crate::error::{Code, Error, Result};

/// A cursor of ours is far shorter.
const MAX_LENGTH: usize = 1_000;
/// Bytes of a digest that tell two lists apart.
const FINGERPRINT: usize = 8;

/// Whose list it is, which one, and what it was made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListIdentity {
    list: String,
    edition: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire<P> {
    list: String,
    edition: String,
    after: P,
}

impl ListIdentity {
    /// `list` is the operation and all that it was asked for. `edition` is what the order rests on and may be another one
    /// by the next page: somebody who goes on in a list with another order would miss some and see others twice.
    pub fn new(user_id: UserId, list: &impl Serialize, edition: &impl Serialize) -> Result<Self> {
        Ok(Self { list: fingerprint(&(user_id, list))?, edition: fingerprint(edition)? })
    }

    /// The cursor of what follows `after`.
    pub fn cursor(&self, after: &impl Serialize) -> Result<String> {
        let Self { list, edition } = self.clone();
        let text = serde_json::to_vec(&Wire { list, edition, after }).map_err(Error::internal)?;
        Ok(BASE64_URL_SAFE_NO_PAD.encode(text))
    }

    /// What a page begins after. A cursor of another list, or of anybody else, is refused as one that never was; one of an
    /// earlier edition of this list is told apart, because starting again is right then.
    pub fn after<P: DeserializeOwned>(&self, cursor: &str) -> Result<P> {
        let is_short = cursor.len() <= MAX_LENGTH;
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(cursor).ok().filter(|_| is_short);
        let wire = bytes.and_then(|bytes| serde_json::from_slice::<Wire<P>>(&bytes).ok());
        let wire = wire.filter(|wire| wire.list == self.list);
        let wire = wire.ok_or_else(|| Error::invalid("cursor", "cursor must be one that this list gave to you"))?;
        if wire.edition == self.edition { Ok(wire.after) } else { Err(Code::CursorOutdated.into()) }
    }
}

fn fingerprint(parts: &impl Serialize) -> Result<String> {
    let text = serde_json::to_vec(parts).map_err(Error::internal)?;
    let digest = digest::digest(&digest::SHA256, &text);
    Ok(hex::encode(&digest.as_ref()[..FINGERPRINT]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::Id;
    use crate::domain::time::Timestamp;

    fn person(number: u8) -> UserId {
        UserId::from_parts(Timestamp::from_unix_seconds(1), [number; 10])
    }

    fn list(user_id: UserId, asked: &str, version: u64) -> ListIdentity {
        ListIdentity::new(user_id, &asked, &version).unwrap()
    }

    #[test]
    fn a_cursor_goes_on_where_its_page_ended() {
        let mine = list(person(1), "a", 1);
        let cursor = mine.cursor(&(5, "x")).unwrap();
        assert_eq!(mine.after::<(u32, String)>(&cursor).unwrap(), (5, "x".to_owned()));
        assert!(cursor.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'));
    }

    #[test]
    fn a_cursor_is_good_for_its_person_its_list_and_its_edition() {
        let cursor = list(person(1), "a", 1).cursor(&5).unwrap();
        let refused = |identity: &ListIdentity| identity.after::<u32>(&cursor).unwrap_err().code();
        assert_eq!(refused(&list(person(2), "a", 1)), Code::InvalidField);
        assert_eq!(refused(&list(person(1), "b", 1)), Code::InvalidField);
        assert_eq!(refused(&list(person(1), "a", 2)), Code::CursorOutdated);
    }

    #[test]
    fn what_is_no_cursor_is_refused_with_the_name_of_the_parameter() {
        let mine = list(person(1), "a", 1);
        let long = "a".repeat(100_000);
        let other_position = mine.cursor(&"text").unwrap();
        for text in ["", "?", "e30", "bnVsbA", &long, &other_position] {
            let error = mine.after::<u32>(text).unwrap_err();
            assert_eq!((error.code(), error.fields()[0].field.as_ref()), (Code::InvalidField, "cursor"), "{text:.20}");
        }
    }
}

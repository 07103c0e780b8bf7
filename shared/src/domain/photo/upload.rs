//! Uploads: what may be sent, where to, and until when.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::id::{PhotoId, UserId};

/// The largest file that is taken, in bytes.
pub const MAX_BYTES: u64 = 10_000_000;
/// How long a form to upload with is good for.
pub const FORM_LIFETIME: Duration = Duration::from_mins(10);

const PREFIX: &str = "quarantine";

/// What an upload says it is. What it is, its content says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub enum MediaType {
    #[serde(rename = "image/jpeg")]
    Jpeg,
    #[serde(rename = "image/png")]
    Png,
    #[serde(rename = "image/webp")]
    WebP,
}

impl MediaType {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::WebP => "image/webp",
        }
    }
}

/// A place for one file of one person, which nobody reads but whoever validates it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Upload {
    pub user_id: UserId,
    pub photo_id: PhotoId,
}

impl Upload {
    /// Below which all uploads of somebody lie.
    pub fn folder(user_id: UserId) -> String {
        format!("{PREFIX}/{user_id}/")
    }

    /// Nothing for the name of an object that is no upload.
    pub fn parse(name: &str) -> Option<Self> {
        let mut parts = name.split('/');
        let (prefix, user, photo) = (parts.next()?, parts.next()?, parts.next()?);
        let upload = Self { user_id: user.parse().ok()?, photo_id: photo.parse().ok()? };
        (prefix == PREFIX && upload.to_string() == name).then_some(upload)
    }
}

/// The name of the object.
impl fmt::Display for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PREFIX}/{}/{}", self.user_id, self.photo_id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::Id;
    use crate::domain::time::Timestamp;

    #[test]
    fn names_are_read_back_and_others_are_not() {
        let now = Timestamp::from_unix_seconds(1);
        let upload = Upload { user_id: UserId::from_parts(now, [1; 10]), photo_id: PhotoId::from_parts(now, [2; 10]) };
        let name = upload.to_string();
        assert_eq!(Upload::parse(&name), Some(upload));
        let others = [
            String::new(),
            name.replace("quarantine", "photos"),
            name.to_uppercase(),
            format!("{name}/x"),
            format!("/{name}"),
            name.replace('-', ""),
        ];
        for other in others {
            assert_eq!(Upload::parse(&other), None, "{other}");
        }
    }
}

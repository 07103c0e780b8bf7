//! The photos of a person, in the profiles table: one item, so that their number and order change at once.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::expression::Expression;
use super::item::{Item, Key, decode, encode};
use super::table::{Read, Table};
use super::transaction::{Outcome, Transaction};
use super::{photo_drafts, photo_reviews};
use crate::domain::id::{PhotoId, UserId};
use crate::domain::photo::{Album, Draft, Look, Photo, PhotoKey, Refusal, Review, State};
use crate::domain::time::Timestamp;
use crate::error::{Error, Result};
use crate::ports::photos::Albums;

#[derive(Clone, Debug)]
pub struct DynamoAlbums {
    profiles: Table,
}

#[derive(Serialize, Deserialize)]
struct StoredAlbum {
    user_id: UserId,
    version: u64,
    photos: Vec<StoredPhoto>,
}

#[derive(Serialize, Deserialize)]
struct StoredPhoto {
    photo_id: PhotoId,
    /// Of those that have copies, or had some.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    created_at: Timestamp,
    #[serde(flatten)]
    state: StoredState,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
enum StoredState {
    Checking,
    Held { sizes: Vec<(u32, u32)>, blurhash: String },
    Ready { sizes: Vec<(u32, u32)>, blurhash: String },
    Refused { reason: Refusal },
}

impl DynamoAlbums {
    pub fn new(profiles: Table) -> Self {
        Self { profiles }
    }
}

#[async_trait]
impl Albums for DynamoAlbums {
    async fn find(&self, user_id: UserId) -> Result<Album> {
        let item = self.profiles.get_item(&key(user_id), Read::Strong).await?;
        item.map_or_else(|| Ok(Album::empty(user_id)), |item| restore(item, self.profiles.now()))
    }

    async fn replace(&self, album: &Album) -> Result<bool> {
        // A transaction, because a repetition of it after a lost answer is no second change.
        let transaction = with_album(self.profiles.transaction(), &self.profiles, album)?;
        Ok(transaction.commit().await? == Outcome::Committed)
    }

    async fn replace_for_review(&self, album: &Album, review: &Review, draft: &Draft) -> Result<bool> {
        let transaction = with_album(self.profiles.transaction(), &self.profiles, album)?;
        let transaction = transaction.put(&self.profiles, photo_reviews::row(review)?);
        let transaction = transaction.delete(&self.profiles, &photo_drafts::key(draft));
        Ok(transaction.commit().await? == Outcome::Committed)
    }

    async fn replace_without(&self, album: &Album, photo_id: PhotoId) -> Result<bool> {
        let transaction = with_album(self.profiles.transaction(), &self.profiles, album)?;
        let transaction = transaction.delete(&self.profiles, &photo_reviews::key(photo_id));
        Ok(transaction.commit().await? == Outcome::Committed)
    }
}

/// A transaction that also stores the version of an album after the one that is stored.
pub(super) fn with_album(transaction: Transaction, profiles: &Table, album: &Album) -> Result<Transaction> {
    let photos = album.photos().iter().map(StoredPhoto::from).collect();
    let stored = StoredAlbum { user_id: album.user_id, version: album.version, photos };
    let item = encode(&key(album.user_id), &stored)?;
    let before = Expression::at_version(album.version.saturating_sub(1));
    Ok(transaction.put_if(profiles, item, before))
}

fn restore(item: Item, now: Timestamp) -> Result<Album> {
    let StoredAlbum { user_id, version, photos } = decode(item)?;
    let photos: Result<Vec<Photo>> = photos.into_iter().map(Photo::try_from).collect();
    Ok(Album::restore(user_id, version, photos?, now))
}

/// Under which the copies of all photos of an album lie, or lay, also of those that were forgotten, and the condition that it
/// still is this one.
pub(super) fn keys_of(item: Item) -> Result<(Expression, Vec<PhotoKey>)> {
    let StoredAlbum { version, photos, .. } = decode(item)?;
    let keys = photos.into_iter().filter_map(|photo| photo.key.map(restore_key));
    Ok((Expression::at_version(version), keys.collect::<Result<_>>()?))
}

fn restore_key(key: String) -> Result<PhotoKey> {
    PhotoKey::restore(key).ok_or_else(|| Error::internal("a photo has no key"))
}

pub(super) fn key(user_id: UserId) -> Key {
    Key::new(format!("USER#{user_id}"), "PHOTOS")
}

impl From<&Photo> for StoredPhoto {
    fn from(photo: &Photo) -> Self {
        let state = match photo.state.clone() {
            State::Checking => StoredState::Checking,
            State::Held(Look { sizes, blurhash, .. }) => StoredState::Held { sizes, blurhash },
            State::Ready(Look { sizes, blurhash, .. }) => StoredState::Ready { sizes, blurhash },
            State::Refused { reason, .. } => StoredState::Refused { reason },
        };
        let key = photo.key().map(|key| key.as_str().to_owned());
        Self { photo_id: photo.photo_id, key, created_at: photo.created_at, state }
    }
}

impl TryFrom<StoredPhoto> for Photo {
    type Error = Error;

    fn try_from(stored: StoredPhoto) -> Result<Self> {
        let key = stored.key.map(restore_key).transpose()?;
        let look = |sizes, blurhash| match key.clone() {
            Some(key) => Ok(Look { key, sizes, blurhash }),
            None => Err(Error::internal("a photo that can be seen has no key")),
        };
        let state = match stored.state {
            StoredState::Checking => State::Checking,
            StoredState::Held { sizes, blurhash } => State::Held(look(sizes, blurhash)?),
            StoredState::Ready { sizes, blurhash } => State::Ready(look(sizes, blurhash)?),
            StoredState::Refused { reason } => State::Refused { reason, key },
        };
        Ok(Self { photo_id: stored.photo_id, state, created_at: stored.created_at })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::Id;

    const NOW: Timestamp = Timestamp::from_unix_seconds(1_000_000);

    #[test]
    fn albums_are_read_back_as_they_were() {
        let user_id = UserId::from_parts(NOW, [1; 10]);
        let key = PhotoKey::new([3; 16]);
        let look = Look { key: key.clone(), sizes: vec![(1_080, 810), (480, 360)], blurhash: "LKO2".to_owned() };
        let states = [
            State::Checking,
            State::Held(look.clone()),
            State::Ready(look),
            State::Refused { reason: Refusal::Damaged, key: None },
            State::Refused { reason: Refusal::Moderated, key: Some(key) },
        ];
        let photos: Vec<Photo> = (0..)
            .zip(states)
            .map(|(number, state)| Photo { photo_id: PhotoId::from_parts(NOW, [number; 10]), state, created_at: NOW })
            .collect();
        let stored = StoredAlbum { user_id, version: 3, photos: photos.iter().map(StoredPhoto::from).collect() };
        let album = restore(encode(&super::key(user_id), &stored).unwrap(), NOW).unwrap();
        assert_eq!((album.user_id, album.version, album.photos()), (user_id, 3, &photos[..]));
    }
}

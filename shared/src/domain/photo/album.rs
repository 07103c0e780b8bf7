//! The photos of one person, in their order.
//!
//! A photo is checked, and then ready, refused, or held until staff has looked at it. A slot whose upload never came, or
//! never came through, is forgotten after an hour, and whatever arrives for it later is thrown away.

use std::fmt;
use std::time::Duration;

use super::upload::Upload;
use super::{Refusal, Ruling};
use crate::domain::hex;
use crate::domain::id::{PhotoId, UserId};
use crate::domain::time::Timestamp;

/// How many photos a person has at most, those included that are being checked.
pub const MAX_PHOTOS: usize = 7;
/// How many refusals are remembered, the newest ones.
const MAX_REFUSED: usize = 7;
/// A form is good for ten minutes, and checking takes seconds: after this time nothing comes any more.
const PATIENCE: Duration = Duration::from_hours(1);

/// Under which the copies of a photo lie. It is drawn by chance for every run that makes some, so that one photo's name says
/// nothing of another's, and no run writes over the copies of another.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PhotoKey(String);

impl PhotoKey {
    pub fn new(chance: [u8; 16]) -> Self {
        Self(hex::encode(&chance))
    }

    /// What was stored; nothing if it is none.
    pub fn restore(text: String) -> Option<Self> {
        (text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(Self(text))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name of the copy whose longer side has at most this many pixels.
    pub fn object(&self, size: u32) -> String {
        format!("photos/{}/{size}.jpg", self.0)
    }
}

/// Logs need no names of photos.
impl fmt::Debug for PhotoKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PhotoKey")
    }
}

/// What others see of a photo, beside its copies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    pub key: PhotoKey,
    /// Width and height of each copy, from the largest to the smallest.
    pub sizes: Vec<(u32, u32)>,
    pub blurhash: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    Checking,
    /// Others will see it if staff approves of it.
    Held(Look),
    Ready(Look),
    Refused {
        reason: Refusal,
        /// Under which copies lay that staff has taken away; what was refused at once never had any.
        key: Option<PhotoKey>,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Photo {
    pub photo_id: PhotoId,
    pub state: State,
    pub created_at: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Album {
    pub user_id: UserId,
    /// Grows with every change; 0 for an album that was never written.
    pub version: u64,
    photos: Vec<Photo>,
}

impl Photo {
    /// What others see of it, or may come to see.
    pub fn look(&self) -> Option<&Look> {
        match &self.state {
            State::Held(look) | State::Ready(look) => Some(look),
            State::Checking | State::Refused { .. } => None,
        }
    }

    /// Under which its copies lie, or lay.
    pub fn key(&self) -> Option<&PhotoKey> {
        match &self.state {
            State::Checking => None,
            State::Held(look) | State::Ready(look) => Some(&look.key),
            State::Refused { key, .. } => key.as_ref(),
        }
    }

    fn is_refused(&self) -> bool {
        matches!(self.state, State::Refused { .. })
    }

    fn is_lost(&self, now: Timestamp) -> bool {
        self.state == State::Checking && now.since(self.created_at) > PATIENCE
    }

    pub fn upload(&self, user_id: UserId) -> Upload {
        Upload { user_id, photo_id: self.photo_id }
    }
}

impl Album {
    pub fn empty(user_id: UserId) -> Self {
        Self { user_id, version: 0, photos: Vec::new() }
    }

    /// As it is stored; what is lost at this time is left out.
    pub fn restore(user_id: UserId, version: u64, mut photos: Vec<Photo>, now: Timestamp) -> Self {
        photos.retain(|photo| !photo.is_lost(now));
        Self { user_id, version, photos }
    }

    pub fn photos(&self) -> &[Photo] {
        &self.photos
    }

    /// Those that others may see.
    pub fn ready(&self) -> impl Iterator<Item = (&Photo, &Look)> {
        self.photos.iter().filter_map(|photo| match &photo.state {
            State::Ready(look) => Some((photo, look)),
            _ => None,
        })
    }

    pub fn find(&self, photo_id: PhotoId) -> Option<&Photo> {
        self.photos.iter().find(|photo| photo.photo_id == photo_id)
    }

    /// With a slot for one more, at the end; nothing if there is no room.
    pub fn with_slot(&self, photo_id: PhotoId, now: Timestamp) -> Option<Self> {
        if self.photos.iter().filter(|photo| !photo.is_refused()).count() >= MAX_PHOTOS {
            return None;
        }
        let mut photos = self.photos.clone();
        let mut surplus = photos.iter().filter(|photo| photo.is_refused()).count().saturating_sub(MAX_REFUSED - 1);
        photos.retain(|photo| {
            let goes = surplus > 0 && photo.is_refused();
            surplus -= usize::from(goes);
            !goes
        });
        photos.push(Photo { photo_id, state: State::Checking, created_at: now });
        Some(self.changed(photos))
    }

    /// With a verdict on a photo that is being checked; nothing if it is not, or is there no more.
    pub fn with_verdict(&self, photo_id: PhotoId, state: State) -> Option<Self> {
        let mut photos = self.photos.clone();
        let photo = photos.iter_mut().find(|photo| photo.photo_id == photo_id)?;
        if photo.state != State::Checking {
            return None;
        }
        photo.state = state;
        Some(self.changed(photos))
    }

    /// With what staff rules on a photo; nothing unless it is one that others see, or may come to see.
    pub fn with_ruling(&self, photo_id: PhotoId, ruling: Ruling) -> Option<Self> {
        let mut photos = self.photos.clone();
        let photo = photos.iter_mut().find(|photo| photo.photo_id == photo_id)?;
        photo.state = match (&photo.state, ruling) {
            (State::Held(look) | State::Ready(look), Ruling::Approved) => State::Ready(look.clone()),
            (State::Held(look) | State::Ready(look), Ruling::Refused) => {
                State::Refused { reason: Refusal::Moderated, key: Some(look.key.clone()) }
            }
            (State::Checking | State::Refused { .. }, _) => return None,
        };
        Some(self.changed(photos))
    }

    /// In another order; nothing unless it names every photo once.
    pub fn in_order(&self, photo_ids: &[PhotoId]) -> Option<Self> {
        let photos: Option<Vec<Photo>> = photo_ids.iter().map(|photo_id| self.find(*photo_id).cloned()).collect();
        let photos = photos.filter(|photos| photos.len() == self.photos.len())?;
        let mut known: Vec<_> = photo_ids.to_vec();
        known.sort_unstable();
        known.dedup();
        (known.len() == photo_ids.len()).then(|| self.changed(photos))
    }

    #[must_use]
    pub fn without(&self, photo_id: PhotoId) -> Self {
        let others = self.photos.iter().filter(|photo| photo.photo_id != photo_id);
        self.changed(others.cloned().collect())
    }

    fn changed(&self, photos: Vec<Photo>) -> Self {
        Self { user_id: self.user_id, version: self.version + 1, photos }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::Id;

    const NOW: Timestamp = Timestamp::from_unix_seconds(1_000_000);

    fn id(number: u8) -> PhotoId {
        PhotoId::from_parts(NOW, [number; 10])
    }

    fn look() -> Look {
        Look { key: PhotoKey::new([7; 16]), sizes: vec![(3, 2)], blurhash: "L".to_owned() }
    }

    fn refused(reason: Refusal) -> State {
        State::Refused { reason, key: None }
    }

    fn album(slots: u8) -> Album {
        let empty = Album::empty(UserId::from_parts(NOW, [0; 10]));
        (0..slots).fold(empty, |album, number| album.with_slot(id(number), NOW).unwrap())
    }

    fn ids(album: &Album) -> Vec<PhotoId> {
        album.photos().iter().map(|photo| photo.photo_id).collect()
    }

    #[test]
    fn seven_fit_and_refused_ones_make_room() {
        let full = album(7);
        assert_eq!(full.version, 7);
        assert!(full.with_slot(id(9), NOW).is_none());
        let full = full.with_verdict(id(3), refused(Refusal::Damaged)).unwrap();
        let eight = full.with_slot(id(9), NOW).unwrap();
        assert_eq!(eight.photos().len(), 8, "the refusal is still told");
    }

    #[test]
    fn only_the_newest_refusals_are_remembered() {
        let mut album = album(0);
        for number in 0..20 {
            album = album.with_slot(id(number), NOW).unwrap();
            album = album.with_verdict(id(number), refused(Refusal::Type)).unwrap();
        }
        assert_eq!(ids(&album), (13..20).map(id).collect::<Vec<_>>());
    }

    #[test]
    fn a_verdict_is_given_once_and_on_nothing_that_is_gone() {
        let ready = album(2).with_verdict(id(1), State::Ready(look())).unwrap();
        assert_eq!(ready.ready().count(), 1);
        assert!(ready.with_verdict(id(1), refused(Refusal::Type)).is_none());
        assert!(ready.without(id(0)).with_verdict(id(0), State::Ready(look())).is_none());
    }

    #[test]
    fn what_staff_rules_holds() {
        let album = album(3).with_verdict(id(0), State::Held(look())).unwrap();
        let album = album.with_verdict(id(1), State::Ready(look())).unwrap();
        assert_eq!(album.ready().count(), 1, "what is held is not shown");
        let approved = album.with_ruling(id(0), Ruling::Approved).unwrap();
        assert_eq!(approved.ready().count(), 2);
        let refused = approved.with_ruling(id(0), Ruling::Refused).unwrap();
        let gone = refused.find(id(0)).unwrap();
        assert_eq!(gone.state, State::Refused { reason: Refusal::Moderated, key: Some(look().key) });
        assert_eq!((gone.look(), gone.key()), (None, Some(&look().key)), "what is to be taken away is still known");
        for (photo_id, ruling) in [(id(2), Ruling::Approved), (id(0), Ruling::Approved), (id(9), Ruling::Refused)] {
            assert!(refused.with_ruling(photo_id, ruling).is_none(), "{photo_id}");
        }
    }

    #[test]
    fn an_upload_that_never_came_is_forgotten() {
        let album = album(2).with_verdict(id(1), State::Ready(look())).unwrap();
        let restored = |now| Album::restore(album.user_id, album.version, album.photos.clone(), now);
        assert_eq!(restored(NOW + PATIENCE).photos().len(), 2);
        assert_eq!(ids(&restored(NOW + PATIENCE + Duration::from_millis(1))), [id(1)], "what is ready stays");
    }

    #[test]
    fn an_order_names_every_photo_once() {
        let album = album(3);
        assert_eq!(ids(&album.in_order(&[id(2), id(0), id(1)]).unwrap()), [id(2), id(0), id(1)]);
        for wrong in
            [&[id(0), id(1)][..], &[id(0), id(1), id(1)], &[id(0), id(1), id(2), id(2)], &[id(0), id(1), id(9)]]
        {
            assert!(album.in_order(wrong).is_none(), "{wrong:?}");
        }
    }

    #[test]
    fn names_of_copies_are_chance_and_a_size() {
        let key = PhotoKey::new([0xab; 16]);
        assert_eq!(key.object(480), format!("photos/{}/480.jpg", "ab".repeat(16)));
        assert_eq!(PhotoKey::restore(key.as_str().to_owned()), Some(key.clone()));
        assert_eq!(PhotoKey::restore("../../quarantine".to_owned()), None);
        assert_eq!(format!("{key:?}"), "PhotoKey");
    }
}

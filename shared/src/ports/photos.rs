//! Photos: what is known of them, and where their bytes are.

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;

use crate::domain::account::Role;
use crate::domain::audit::AuditEntry;
use crate::domain::id::{PhotoId, UserId};
use crate::domain::photo::{Album, Draft, MediaType, PhotoKey, Review, Screening, Upload};
use crate::domain::time::Timestamp;
use crate::error::Result;
use crate::ports::ambient::Ambient;
use crate::ports::moderation::Enacted;

/// How often a change of an album is tried because somebody else was faster: as often as there may be photos, all of which
/// change at once, and a few times more.
pub const ALBUM_ROUNDS: u32 = 12;
/// The first pause is below this, and each further one below a bound that is longer by as much.
const PAUSE: Duration = Duration::from_millis(15);

/// Waits before another round, for a time that is drawn, so that those who met do not meet again.
pub async fn step_aside(ambient: &Ambient, round: u32) {
    let bound = u32::try_from((PAUSE * (round + 1)).as_micros()).unwrap_or(u32::MAX);
    tokio::time::sleep(Duration::from_micros(ambient.below(bound).into())).await;
}

#[async_trait]
pub trait Albums: Send + Sync {
    /// Somebody's photos, strongly consistent, without those that never came.
    async fn find(&self, user_id: UserId) -> Result<Album>;

    /// Stores the version after the one that is stored; answers whether nobody was faster.
    async fn replace(&self, album: &Album) -> Result<bool>;

    /// The same, and has staff look at one of them, whose copies are no draft any more: this album names them.
    async fn replace_for_review(&self, album: &Album, review: &Review, draft: &Draft) -> Result<bool>;

    /// The same, of an album that this photo was taken out of: staff has nothing to look at any more.
    async fn replace_without(&self, album: &Album, photo_id: PhotoId) -> Result<bool>;
}

/// What a client posts with a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    pub url: String,
    /// The fields that stand before the file.
    pub fields: BTreeMap<String, String>,
    pub expires_at: Timestamp,
}

/// What clients are given to reach the bucket with, or what stands before it. Nobody is asked for it: it is signed here.
#[async_trait]
pub trait PhotoLinks: Send + Sync {
    /// A form that takes one file of at most [`MAX_BYTES`](crate::domain::photo::MAX_BYTES), of this type and for this
    /// place alone, for ten minutes.
    async fn form(&self, upload: &Upload, media_type: MediaType, now: Timestamp) -> Result<Form>;

    /// Where a copy can be fetched, and nothing else, for at most ten minutes; a copy that is taken away may be there until
    /// then. MUST be asked for only after the check that the reader may see its owner.
    async fn link(&self, key: &PhotoKey, size: u32, now: Timestamp) -> Result<String>;
}

/// Taking things away. What is gone already is no error.
#[async_trait]
pub trait PhotoBin: Send + Sync {
    /// Removes an upload.
    async fn discard(&self, upload: &Upload) -> Result<()>;

    /// Removes all uploads of somebody.
    async fn discard_all(&self, user_id: UserId) -> Result<()>;

    /// Removes all copies of a photo.
    async fn withdraw(&self, key: &PhotoKey) -> Result<()>;
}

/// Copies, for whoever hands them to their owner.
#[async_trait]
pub trait PhotoCopies: Send + Sync {
    /// The bytes of a copy; nothing if there is none.
    async fn copy(&self, key: &PhotoKey, size: u32) -> Result<Option<Vec<u8>>>;
}

/// Copies that no album names. What is left here when its time has come belongs to nobody.
#[async_trait]
pub trait PhotoDrafts: Send + Sync {
    /// Notes that copies are about to be stored. MUST come before the first of them. Doing it twice is no error.
    async fn note(&self, draft: &Draft) -> Result<()>;

    /// Those of photos that were begun before this one, the oldest first; strongly consistent.
    async fn before(&self, photo_id: PhotoId, limit: usize) -> Result<Vec<Draft>>;

    /// Forgets one whose copies are gone, or shown. Doing it twice is no error.
    async fn forget(&self, draft: &Draft) -> Result<()>;
}

/// What only the validator may do, beside taking things away.
#[async_trait]
pub trait PhotoDesk: PhotoBin {
    /// The bytes of an upload as they are now; nothing if it is gone.
    async fn read(&self, upload: &Upload) -> Result<Option<Vec<u8>>>;

    /// Stores a copy, over the same one if it is there.
    async fn publish(&self, key: &PhotoKey, size: u32, jpeg: Vec<u8>) -> Result<()>;
}

/// Judges what a picture shows. This is where a classifier plugs in.
#[async_trait]
pub trait PhotoScreen: Send + Sync {
    /// What is done with a picture until staff has looked at it; `jpeg` is its largest copy. An error has it come again.
    async fn screen(&self, jpeg: &[u8]) -> Result<Screening>;
}

/// The photos that staff has not looked at.
#[async_trait]
pub trait PhotoReviews: Send + Sync {
    /// Those that wait, after this one, the oldest first. One may go while it is read: callers ask the albums.
    async fn waiting(&self, after: Option<PhotoId>, limit: usize) -> Result<Vec<Review>>;

    /// Stores the album after the ruling, takes the photo out, notes the copies that are to go, and who ruled; all or nothing.
    async fn rule(
        &self,
        album: &Album,
        photo_id: PhotoId,
        leaving: Option<&Draft>,
        entry: &AuditEntry,
        by: Role,
    ) -> Result<Enacted>;
}

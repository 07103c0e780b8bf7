//! `photo-validate`: turns uploads into photos that others may see, or says why not.
//!
//! Doing it twice does it once: a photo has one verdict, and an upload is thrown away when the verdict stands. Runs may go
//! side by side, on the same message or on two uploads with one form: each has a name of its own for its copies, the album
//! comes to name those of one, and the others take theirs away.

use std::panic::catch_unwind;
use std::sync::Arc;
use std::time::Instant;

use futures::future::try_join_all;
use pictures::Flaw;
use serde::Deserialize;
use shared::domain::photo::{Draft, Look, Photo, PhotoKey, Refusal, Review, SIZES, Screening, State, Upload};
use shared::edge::queue::Message;
use shared::error::{Error, Result};
use shared::ports::ambient::Ambient;
use shared::ports::photos::{ALBUM_ROUNDS, Albums, PhotoDesk, PhotoDrafts, PhotoScreen, step_aside};
use shared::telemetry;

#[derive(Clone)]
pub struct Deps {
    pub albums: Arc<dyn Albums>,
    pub drafts: Arc<dyn PhotoDrafts>,
    pub desk: Arc<dyn PhotoDesk>,
    pub screen: Arc<dyn PhotoScreen>,
    pub ambient: Ambient,
}

/// What is told of an upload. A rule in the template keeps nothing else of what S3 tells, so that the queue does not hold
/// where it came from. It may be told twice, late and in any order.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Uploaded {
    /// The name of the object.
    name: String,
}

impl Message for Uploaded {
    /// Whoever uploaded asked S3, not us.
    fn request_id(&self) -> Option<&str> {
        None
    }
}

/// Judges the upload that a message names. A failure leaves the message to come again.
pub async fn validate(deps: &Deps, uploaded: Uploaded) -> Result<()> {
    let upload = Upload::parse(&uploaded.name).ok_or_else(|| Error::internal("an object that is no upload"))?;
    let album = deps.albums.find(upload.user_id).await?;
    // Deleted meanwhile, uploaded a second time, or told of twice.
    if album.find(upload.photo_id).is_none_or(|photo| photo.state != State::Checking) {
        return deps.desk.discard(&upload).await;
    }
    let Some(bytes) = deps.desk.read(&upload).await? else { return Ok(()) };
    match verdict(&bytes) {
        Ok(copies) => show(deps, &upload, copies).await?,
        Err(reason) => {
            note(deps, &upload, &State::Refused { reason, key: None }, None).await?;
        }
    }
    deps.desk.discard(&upload).await
}

/// Stores copies under a new name, and has the album name them, unless its owner has deleted the photo or another run was
/// faster. From the draft on, somebody finds what no album names, whatever happens.
async fn show(deps: &Deps, upload: &Upload, copies: pictures::Photo) -> Result<()> {
    let key = PhotoKey::new(deps.ambient.bytes());
    let draft = Draft { photo_id: upload.photo_id, user_id: upload.user_id, key };
    deps.drafts.note(&draft).await?;
    let state = publish(deps, &draft.key, copies).await?;
    if !note(deps, upload, &state, Some(&draft)).await? {
        deps.desk.withdraw(&draft.key).await?;
        deps.drafts.forget(&draft).await?;
    }
    Ok(())
}

/// A decoder that gives up has met a file that is not to be shown.
fn verdict(bytes: &[u8]) -> Result<pictures::Photo, Refusal> {
    let (started, length) = (Instant::now(), bytes.len());
    let verdict = catch_unwind(|| pictures::process(bytes, &SIZES)).unwrap_or_else(|_| {
        telemetry::report(&Error::internal("a decoder panicked"));
        Err(Flaw::Damaged)
    });
    let verdict = verdict.map_err(refusal);
    tracing::info!(
        photo.bytes = length,
        photo.verdict = verdict.as_ref().err().map_or("ready", |refusal| refusal.code()),
        duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
        "photo"
    );
    verdict
}

fn refusal(flaw: Flaw) -> Refusal {
    match flaw {
        Flaw::Type => Refusal::Type,
        Flaw::Dimensions => Refusal::Dimensions,
        Flaw::Animated => Refusal::Animated,
        Flaw::Damaged => Refusal::Damaged,
    }
}

/// Stores the copies, and says whether others may see them at once.
async fn publish(deps: &Deps, key: &PhotoKey, photo: pictures::Photo) -> Result<State> {
    let largest = photo.renditions.first().map(|rendition| rendition.jpeg.as_slice()).unwrap_or_default();
    let screening = deps.screen.screen(largest).await?;
    let sizes = photo.renditions.iter().map(|rendition| (rendition.width, rendition.height)).collect();
    let copies = SIZES.into_iter().zip(photo.renditions);
    try_join_all(copies.map(|(size, copy)| deps.desk.publish(key, size, copy.jpeg))).await?;
    let look = Look { key: key.clone(), sizes, blurhash: photo.blurhash };
    Ok(match screening {
        Screening::Show => State::Ready(look),
        Screening::Hold => State::Held(look),
    })
}

/// Writes the verdict, and answers whether it is this one that holds.
async fn note(deps: &Deps, upload: &Upload, state: &State, draft: Option<&Draft>) -> Result<bool> {
    let Upload { user_id, photo_id } = *upload;
    for round in 0..ALBUM_ROUNDS {
        let album = deps.albums.find(user_id).await?;
        let Some(judged) = album.with_verdict(photo_id, state.clone()) else {
            // Written by the round before, perhaps, whose answer was that somebody else was writing.
            let key = album.find(photo_id).and_then(Photo::key);
            return Ok(key.is_some() && key == draft.map(|draft| &draft.key));
        };
        let is_stored = match draft {
            Some(draft) => {
                let review = Review { photo_id, user_id, since: deps.ambient.now() };
                deps.albums.replace_for_review(&judged, &review, draft).await?
            }
            None => deps.albums.replace(&judged).await?,
        };
        if is_stored {
            return Ok(true);
        }
        step_aside(&deps.ambient, round).await;
    }
    Err(Error::unavailable("an album changes all the time"))
}

#[cfg(test)]
mod tests;

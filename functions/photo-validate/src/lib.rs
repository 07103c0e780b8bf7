//! `photo-validate`: turns uploads into photos that others may see, or says why not.
//!
//! Doing it twice does it once: a photo has one verdict, its copies have one name, and an upload is thrown away when the
//! verdict stands.

use std::panic::catch_unwind;
use std::sync::Arc;
use std::time::Instant;

use futures::future::try_join_all;
use pictures::{Flaw, Photo};
use shared::domain::photo::{Draft, Look, PhotoKey, Refusal, Review, SIZES, Screening, State, Upload};
use shared::edge::uploads::ObjectsMade;
use shared::error::{Error, Result};
use shared::ports::ambient::Ambient;
use shared::ports::photos::{Albums, PhotoDesk, PhotoDrafts, PhotoScreen};
use shared::telemetry;

/// How often a verdict is written again because the album has changed meanwhile.
const ROUNDS: usize = 5;

#[derive(Clone)]
pub struct Deps {
    pub albums: Arc<dyn Albums>,
    pub drafts: Arc<dyn PhotoDrafts>,
    pub desk: Arc<dyn PhotoDesk>,
    pub screen: Arc<dyn PhotoScreen>,
    pub ambient: Ambient,
}

/// Judges the uploads that a message names. A failure leaves the message to come again.
pub async fn validate(deps: &Deps, made: ObjectsMade) -> Result<()> {
    for name in made.names()? {
        let upload = Upload::parse(&name).ok_or_else(|| Error::internal("an object that is no upload"))?;
        judge(deps, &upload).await?;
    }
    Ok(())
}

async fn judge(deps: &Deps, upload: &Upload) -> Result<()> {
    let album = deps.albums.find(upload.user_id).await?;
    // Deleted meanwhile, uploaded a second time, or told of twice.
    let Some(photo) = album.find(upload.photo_id).filter(|photo| photo.state == State::Checking) else {
        return deps.desk.discard(upload).await;
    };
    let Some(bytes) = deps.desk.read(upload).await? else { return Ok(()) };
    let state = match verdict(&bytes) {
        Ok(published) => {
            // Whatever happens from now on, somebody finds what no album names.
            deps.drafts
                .note(&Draft { photo_id: photo.photo_id, user_id: upload.user_id, key: photo.key.clone() })
                .await?;
            publish(deps, &photo.key, published).await?
        }
        Err(refusal) => State::Refused(refusal),
    };
    if !note(deps, upload, &state).await? {
        // Its owner deleted it while it was being looked at.
        deps.desk.withdraw(&photo.key).await?;
        deps.drafts.forget(photo.photo_id).await?;
    }
    deps.desk.discard(upload).await
}

/// A decoder that gives up has met a file that is not to be shown.
fn verdict(bytes: &[u8]) -> Result<Photo, Refusal> {
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
async fn publish(deps: &Deps, key: &PhotoKey, photo: Photo) -> Result<State> {
    let largest = photo.renditions.first().map(|rendition| rendition.jpeg.as_slice()).unwrap_or_default();
    let screening = deps.screen.screen(largest).await?;
    let sizes = photo.renditions.iter().map(|rendition| (rendition.width, rendition.height)).collect();
    let copies = SIZES.into_iter().zip(photo.renditions);
    try_join_all(copies.map(|(size, copy)| deps.desk.publish(key, size, copy.jpeg))).await?;
    let look = Look { sizes, blurhash: photo.blurhash };
    Ok(match screening {
        Screening::Show => State::Ready(look),
        Screening::Hold => State::Held(look),
    })
}

/// Writes the verdict, and answers whether there still was something to judge.
async fn note(deps: &Deps, upload: &Upload, state: &State) -> Result<bool> {
    for _ in 0..ROUNDS {
        let album = deps.albums.find(upload.user_id).await?;
        let Some(judged) = album.with_verdict(upload.photo_id, state.clone()) else {
            // Another delivery of the same message may have come to the same verdict.
            let is_published = |state: &State| matches!(state, State::Ready(_) | State::Held(_));
            return Ok(album.find(upload.photo_id).is_some_and(|photo| is_published(&photo.state)));
        };
        let review = Review { photo_id: upload.photo_id, user_id: upload.user_id, since: deps.ambient.now() };
        let is_stored = match state {
            State::Ready(_) | State::Held(_) => deps.albums.replace_for_review(&judged, &review).await?,
            State::Checking | State::Refused(_) => deps.albums.replace(&judged).await?,
        };
        if is_stored {
            return Ok(true);
        }
    }
    Err(Error::unavailable("an album changes all the time"))
}

#[cfg(test)]
mod tests;

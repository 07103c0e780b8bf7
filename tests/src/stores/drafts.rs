//! Copies that no album names.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use shared::adapters::dynamo::{DynamoAlbums, DynamoPhotoDrafts, PhotoTraces};
use shared::config::TableName;
use shared::domain::export::Export;
use shared::domain::id::{PhotoId, UserId};
use shared::domain::photo::{Album, Draft, Look, PhotoKey, Review, Ruling, State, Upload};
use shared::domain::time::Timestamp;
use shared::error::Result;
use shared::ports::erasures::{Left, Traces};
use shared::ports::exports::ExportShelf;
use shared::ports::photos::{Albums, PhotoBin, PhotoDrafts};

use super::{Hands, finish, table, today};

const MANY: usize = 1_000;

/// Those of one person among all that are older than a day at this time.
async fn settled(drafts: &DynamoPhotoDrafts, user_id: UserId, now: Timestamp) -> Vec<Draft> {
    let mut found = drafts.before(Draft::settled_before(now), MANY).await.unwrap();
    found.retain(|draft| draft.user_id == user_id);
    found
}

#[test]
fn a_draft_is_found_after_a_day_unless_the_verdict_took_it_away() {
    finish(async {
        let (drafts, albums) =
            (DynamoPhotoDrafts::new(table(TableName::Profiles)), DynamoAlbums::new(table(TableName::Profiles)));
        let ambient = Hands::at(today()).ambient();
        let (user_id, now) = (ambient.id(), ambient.now());
        let photo_ids: [PhotoId; 2] = [ambient.id(), ambient.id()];
        let [judged, left] = photo_ids.map(|photo_id| Draft { photo_id, user_id, key: PhotoKey::new([7; 16]) });
        for draft in [&judged, &left, &left] {
            drafts.note(draft).await.unwrap();
        }
        let day = Duration::from_hours(24);
        assert_eq!(settled(&drafts, user_id, now + day - Duration::from_secs(1)).await, []);
        let later = now + day + Duration::from_secs(1);
        let mut both = vec![judged.clone(), left.clone()];
        both.sort_by_key(|draft| draft.photo_id);
        assert_eq!(settled(&drafts, user_id, later).await, both);

        let slower = Draft { key: PhotoKey::new([8; 16]), ..judged.clone() };
        drafts.note(&slower).await.unwrap();
        let album = Album::empty(user_id).with_slot(judged.photo_id, now).unwrap();
        assert!(albums.replace(&album).await.unwrap());
        let ready = State::Ready(Look { key: judged.key.clone(), sizes: vec![(3, 2)], blurhash: "L".to_owned() });
        let album = album.with_verdict(judged.photo_id, ready).unwrap();
        let review = Review { photo_id: judged.photo_id, user_id, since: now };
        assert!(albums.replace_for_review(&album, &review, &judged).await.unwrap());
        let mut both = vec![slower.clone(), left.clone()];
        both.sort_by_key(|draft| draft.photo_id);
        assert_eq!(settled(&drafts, user_id, later).await, both, "the album names the other one");
        for draft in [&slower, &left, &left] {
            drafts.forget(draft).await.unwrap();
        }
        assert_eq!(settled(&drafts, user_id, later).await, []);
    });
}

/// Somebody on the staff, who refuses a photo while copies are taken away for the first time.
struct Staff {
    ruling: Mutex<Option<(Album, Draft)>>,
    gone: Mutex<Vec<PhotoKey>>,
}

#[async_trait]
impl PhotoBin for Staff {
    async fn discard(&self, _: &Upload) -> Result<()> {
        unreachable!("nothing is uploaded")
    }

    async fn discard_all(&self, _: UserId) -> Result<()> {
        Ok(())
    }

    async fn withdraw(&self, key: &PhotoKey) -> Result<()> {
        self.gone.lock().unwrap().push(key.clone());
        let ruling = self.ruling.lock().unwrap().take();
        if let Some((album, draft)) = ruling {
            assert!(DynamoAlbums::new(table(TableName::Profiles)).replace(&album).await?);
            DynamoPhotoDrafts::new(table(TableName::Profiles)).note(&draft).await?;
        }
        Ok(())
    }
}

#[test]
fn what_staff_refuses_during_an_erasure_leaves_no_draft() {
    finish(async {
        let profiles = table(TableName::Profiles);
        let (drafts, albums) = (DynamoPhotoDrafts::new(profiles.clone()), DynamoAlbums::new(profiles.clone()));
        let ambient = Hands::at(today()).ambient();
        let (user_id, photo_id, now) = (ambient.id(), ambient.id(), ambient.now());
        let [left, shown] = [1, 2].map(|n| Draft { photo_id, user_id, key: PhotoKey::new([n; 16]) });
        drafts.note(&left).await.unwrap();
        let look = Look { key: shown.key.clone(), sizes: vec![(3, 2)], blurhash: "L".to_owned() };
        let slot = Album::empty(user_id).with_slot(photo_id, now).unwrap();
        let ready = slot.with_verdict(photo_id, State::Ready(look)).unwrap();
        assert!(albums.replace(&slot).await.unwrap() && albums.replace(&ready).await.unwrap());
        let refused = ready.with_ruling(photo_id, Ruling::Refused).unwrap();
        let staff = Arc::new(Staff { ruling: Mutex::new(Some((refused, shown.clone()))), gone: Mutex::default() });

        let traces = PhotoTraces::new(profiles, staff.clone(), Arc::new(NoArchives));
        for _ in 0..3 {
            if traces.erase(user_id).await.unwrap() == Left::Nothing {
                break;
            }
        }
        assert_eq!(settled(&drafts, user_id, now + Duration::from_hours(25)).await, []);
        assert_eq!(albums.find(user_id).await.unwrap(), Album::empty(user_id));
        let gone = staff.gone.lock().unwrap();
        assert!(gone.contains(&left.key) && gone.contains(&shown.key));
    });
}

/// Nobody has asked for their data.
struct NoArchives;

#[async_trait]
impl ExportShelf for NoArchives {
    async fn open(&self, _: &Export) -> Result<String> {
        unreachable!()
    }

    async fn add(&self, _: &Export, _: &str, _: i32, _: Vec<u8>) -> Result<String> {
        unreachable!()
    }

    async fn close(&self, _: &Export, _: &str, _: Vec<String>) -> Result<()> {
        unreachable!()
    }

    async fn link(&self, _: &Export, _: Timestamp) -> Result<String> {
        unreachable!()
    }

    async fn remove(&self, _: &Export) -> Result<()> {
        unreachable!()
    }

    async fn remove_all(&self, _: UserId) -> Result<()> {
        Ok(())
    }
}

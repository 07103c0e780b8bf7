//! Copies that no album names.

use std::time::Duration;

use shared::adapters::dynamo::{DynamoAlbums, DynamoPhotoDrafts};
use shared::config::TableName;
use shared::domain::id::{PhotoId, UserId};
use shared::domain::photo::{Album, Draft, Look, PhotoKey, Review, State};
use shared::domain::time::Timestamp;
use shared::ports::photos::{Albums, PhotoDrafts};

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

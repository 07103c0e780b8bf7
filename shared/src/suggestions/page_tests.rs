//! A ranking of long ago, and what has become of its people since.

use std::sync::Arc;

use async_trait::async_trait;

use super::*;
use crate::domain::id::Id;
use crate::domain::pair::Pair;
use crate::domain::profile::{Profile, ProfileDetails};
use crate::domain::time::Timestamp;
use crate::error::Error;
use crate::ports::pairs::{BlockedPerson, ConnectedPerson, Consequences, Pairs};
use crate::ports::profiles::{self, Profiles};

const NOW: Timestamp = Timestamp::from_unix_seconds(1_000);

/// Who is there now, and what they have done to the reader since.
struct World {
    profiles: Vec<Profile>,
    pairs: Vec<Pair>,
}

fn person(number: u8) -> UserId {
    UserId::from_parts(NOW, [number; 10])
}

fn profile(number: u8, said: &serde_json::Value) -> Profile {
    let mut body = serde_json::json!({"name": "Sam", "field": "design", "experience_years": 5, "time_zone": "UTC"});
    body.as_object_mut().unwrap().extend(said.as_object().unwrap().clone());
    let details = ProfileDetails::parse(&serde_json::from_value(body).unwrap()).unwrap();
    Profile::new(person(number), details, NOW)
}

#[async_trait]
impl Profiles for World {
    async fn find(&self, _: UserId) -> Result<Option<Profile>> {
        Err(Error::internal("a page reads people"))
    }

    async fn find_people(&self, user_ids: &[UserId]) -> Result<Vec<Person>> {
        let asked = self.profiles.iter().filter(|profile| user_ids.contains(&profile.user_id));
        Ok(asked.map(|profile| Person::new(profile.clone(), None)).collect())
    }

    async fn save(&self, _: &Profile, _: &profiles::Consequences) -> Result<bool> {
        Err(Error::internal("a page writes nothing"))
    }
}

#[async_trait]
impl Pairs for World {
    async fn find(&self, a: UserId, b: UserId) -> Result<Pair> {
        Ok(Pair::strangers(a, b))
    }

    async fn find_many(&self, _: UserId, others: &[UserId]) -> Result<Vec<Pair>> {
        Ok(self.pairs.iter().filter(|pair| others.contains(&pair.other(person(0)))).cloned().collect())
    }

    async fn replace(&self, _: &Pair, _: &Pair, _: &Consequences) -> Result<bool> {
        Err(Error::internal("a page writes nothing"))
    }

    async fn answered_by(&self, _: UserId) -> Result<Vec<UserId>> {
        Ok(Vec::new())
    }

    async fn connections_of(&self, _: UserId) -> Result<Vec<ConnectedPerson>> {
        Ok(Vec::new())
    }

    async fn blocks_of(&self, _: UserId) -> Result<Vec<BlockedPerson>> {
        Ok(Vec::new())
    }
}

/// The people of a page, by their numbers, and whether another one follows.
async fn page(people: &People, ranking: &Ranking, after: Option<Rank>, limit: usize) -> (Vec<UserId>, Option<Rank>) {
    let me = Person::new(profile(0, &serde_json::json!({})), None);
    let page = people.page(&me, &Asked::default(), ranking, after, limit).await.unwrap();
    (page.people.iter().map(|person| person.profile.user_id).collect(), page.next)
}

#[tokio::test]
async fn whoever_must_not_be_shown_any_more_is_not_whatever_was_kept() {
    let mut pairs: Vec<Pair> = (1..=4).map(|number| Pair::strangers(person(0), person(number))).collect();
    pairs[0].block(person(1), NOW);
    pairs[1].block(person(0), NOW);
    pairs[2].pass(person(0), NOW).unwrap();
    let mut profiles: Vec<Profile> = (1..=7).map(|number| profile(number, &serde_json::json!({}))).collect();
    profiles[4] = profile(5, &serde_json::json!({"visible": false}));
    profiles[5].hidden_until = Some(Timestamp::from_unix_seconds(9_000));
    profiles[6] = profile(7, &serde_json::json!({"filters": {"fields": ["crafts"]}}));
    profiles.push(profile(8, &serde_json::json!({})));
    let world = Arc::new(World { profiles, pairs });
    let people = People::without_presence(world.clone(), world);
    // The ninth is gone altogether.
    let ranks = (1..=9).map(|number| Rank::new(person(number), 1.0 - f64::from(number) / 100.0)).collect();
    let ranking = Ranking::new(NOW, ranks);
    assert_eq!(page(&people, &ranking, None, 5).await, (vec![person(4), person(8)], None));
    let (first, next) = page(&people, &ranking, None, 1).await;
    assert_eq!(first, [person(4)]);
    assert_eq!(page(&people, &ranking, next, 1).await.0, [person(8)]);
}

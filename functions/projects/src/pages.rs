//! How lists of projects and of people are asked for, page by page.

use std::collections::HashMap;

use futures::future::BoxFuture;
use serde::Deserialize;
use shared::domain::id::UserId;
use shared::domain::matching::Person;
use shared::edge::http::page_of;
use shared::error::Result;
use utoipa::IntoParams;

use crate::people::People;

/// How many rows are read at once.
const ROWS: usize = 100;

/// A list in the order of ids.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PeoplePage {
    /// How many people, 1 to 100; 20 when left out.
    #[serde(default = "page_of::<20>")]
    #[param(minimum = 1, maximum = 100, default = 20)]
    pub(crate) limit: u32,
    /// The `next_after` of the page before.
    pub(crate) after: Option<UserId>,
}

/// A list in the order of scores.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct RankedPage {
    /// How many, 1 to 100; 20 when left out.
    #[serde(default = "page_of::<20>")]
    #[param(minimum = 1, maximum = 100, default = 20)]
    pub(crate) limit: u32,
    /// The `next_cursor` of the page before.
    pub(crate) cursor: Option<String>,
}

/// Rows of people, each with its person, and after whom the next page begins.
pub(crate) type Shown<R> = (Vec<(R, Person)>, Option<UserId>);

/// The first `limit` rows after somebody whose people `me` may meet. The next page begins after one of them: an id of
/// somebody else would tell that they are there.
pub(crate) async fn shown<'f, R>(
    people: &People,
    me: UserId,
    mut after: Option<UserId>,
    limit: usize,
    fetch: impl Fn(Option<UserId>, usize) -> BoxFuture<'f, Result<Vec<R>>>,
    person_of: impl Fn(&R) -> UserId,
) -> Result<Shown<R>> {
    let mut shown: Vec<(R, Person)> = Vec::new();
    loop {
        let rows = fetch(after, ROWS).await?;
        let ids: Vec<UserId> = rows.iter().map(&person_of).collect();
        let mut met = by_id(people.met_by(me, &ids).await?);
        for row in rows {
            let Some(person) = met.remove(&person_of(&row)) else { continue };
            if shown.len() == limit {
                let next = shown.last().map(|(row, _)| person_of(row));
                return Ok((shown, next));
            }
            shown.push((row, person));
        }
        if ids.len() < ROWS {
            return Ok((shown, None));
        }
        after = ids.last().copied();
    }
}

fn by_id(people: Vec<Person>) -> HashMap<UserId, Person> {
    people.into_iter().map(|person| (person.profile.user_id, person)).collect()
}

//! A life that has left something everywhere, as a town knows of it.

use regex_lite::Regex;
use serde_json::{Value, json};
use shared::domain::id::UserId;
use shared::domain::photo::SIZES;

use super::world::{State, place};
use crate::stories::erasure::{Life as Ids, lives, watches};
use crate::stories::photos::{asks_for_a_form, uploads};
use crate::support::{Person, Story, TABLES, Town, Trace, in_order, rows};

const NAMES: [&str; 10] = ["Ada", "Bob", "Cleo", "Dan", "Eve", "Fay", "Gus", "Hal", "Ivy", "Jon"];
const ONE: &str = "11111111111111111111111111111111";
const TWO: &str = "22222222222222222222222222222222";
const LATE: &str = "33333333333333333333333333333333";

#[derive(Clone)]
pub(super) struct Life {
    pub(super) people: Vec<String>,
    pub(super) ids: Ids,
    pub(super) things: State,
    /// The keys of copies of photos of the first two.
    pub(super) copies: [Vec<String>; 2],
    /// What her last requests have written, which may be under way when the erasure begins.
    pub(super) late: State,
}

impl Life {
    pub(super) fn ada(&self) -> UserId {
        self.people[0].parse().unwrap()
    }

    pub(super) fn bob(&self) -> UserId {
        self.people[1].parse().unwrap()
    }

    /// The first of them does everything with the others that one can do.
    pub(super) fn lived() -> Self {
        let story = Story::in_peace();
        let town = story.town;
        let people = Town::at_once(NAMES.len(), |n| story.resident(NAMES[n]));
        let ids = lives(&people[..9]);
        let [ada, bob, _, _, _, _, _, _, ivy, jon] = &people[..] else { unreachable!() };
        ivy.joins(&ids.lonely);
        ivy.tries_to_leave(&ids.lonely).expect(204);
        let trio = ivy.founds(&Person::project("A trio"));
        let photo = uploads(ada);
        asks_for_a_form(ada, "image/png");
        let (mut ada_hears, mut bob_hears) = (ada.connects(), bob.connects());
        watches(&mut ada_hears, bob);
        watches(&mut bob_hears, ada);
        let (_phone, _ticket) = (ada.on_another_device(), ada.ticket());
        ada.forgets_the_password(2);
        ada.suggestions();
        ada.sets(&json!({ "presence": "connections" }));
        bob.sets(&json!({ "presence": "connections" }));
        let Ids { talk, over, inherited, orphaned, lonely, joined, left, asked, .. } = &ids;
        let known = [talk, over, inherited, orphaned, lonely, joined, left, asked, &trio];
        let traces = people.iter().map(|person| &person.id).chain(known).map(|id| Trace::of(id)).collect::<Vec<_>>();
        let things = known_of(town, &traces);
        ada.joins(&trio);
        ada.likes(jon);
        asks_for_a_form(ada, "image/png");
        let mut late = known_of(town, &[Trace::of(&ada.id), Trace::of(&trio)]);
        late.retain(|place, item| things.get(place) != Some(item));
        let people = people.iter().map(|person| person.id.clone()).collect();
        let mut life = Self { people, ids, things, copies: Default::default(), late };
        life.has_what_nobody_waits_for(photo["photo_id"].as_str().unwrap());
        life.uploads_late();
        life
    }

    /// What takes long to come about, or holds for everybody in a town.
    fn has_what_nobody_waits_for(&mut self, photo: &str) {
        let [ada, bob] = [0, 1].map(|n| self.people[n].clone());
        let text = |text: &str| json!({ "S": text });
        self.puts("Ops", "WARM#wished", &ada, json!({}));
        for (skill, stated_by) in [("a/b", &ada), ("a/c", &bob)] {
            let row = json!({ "percent": { "N": "70" }, "stated_by": text(stated_by), "version": { "N": "1" } });
            self.puts("Ops", "MATRIX", skill, row);
        }
        for (n, (key, user_id)) in [(ONE, &ada), (TWO, &bob)].into_iter().enumerate() {
            let draft = format!("01a1fd71-c0e5-7466-8ac4-b1bd8fb14e0{n}");
            let fields = json!({ "photo_id": text(&draft), "user_id": text(user_id), "key": text(key) });
            self.puts("Profiles", "DRAFT#photos", &format!("{draft}#{key}"), fields);
            let archive = json!({ "export_id": text(&draft), "state": text("ready") });
            self.puts("Profiles", &format!("USER#{user_id}"), "EXPORT", archive);
            self.has_object(format!("Exports exports/{user_id}/{draft}.zip"));
            self.has_object(format!("Photos quarantine/{user_id}/{draft}"));
        }
        let review = json!({ "user_id": text(&ada), "since": text("2026-11-26T00:00:00.000Z") });
        self.puts("Profiles", "REVIEW#photos", photo, review);
        // Bob has photos like hers, with copies of his own.
        let hers = self.things[&format!("Profiles USER#{ada} PHOTOS")].to_string();
        let keys = keys(&hers);
        let backwards = |key: &String| -> String { key.chars().rev().collect() };
        let his = keys.iter().fold(hers.replace(&ada, &bob), |his, key| his.replace(key, &backwards(key)));
        let his: Value = serde_json::from_str(&his).unwrap();
        self.things.insert(place("Profiles", &his), his);
        let of_bob = keys.iter().map(backwards).chain([TWO.to_owned()]).collect();
        self.copies = [keys.into_iter().chain([ONE.to_owned()]).collect(), of_bob];
        for key in self.copies.concat() {
            for size in SIZES {
                self.has_object(format!("Photos photos/{key}/{size}.jpg"));
            }
        }
    }

    /// The last thing that she did was to upload a photo: its copies come with the album that shows them.
    fn uploads_late(&mut self) {
        let is_album = |place: &&String| place.ends_with(" PHOTOS");
        let album = self.late.keys().find(is_album).expect("a new album").clone();
        let photos = self.late[&album]["photos"]["L"].as_array().unwrap();
        let (mut ready, newest) = (photos[0]["M"].clone(), photos.len() - 1);
        (ready["photo_id"], ready["key"]) = (photos[newest]["M"]["photo_id"].clone(), json!({ "S": LATE }));
        assert_eq!(ready["state"]["S"], "ready");
        self.late.get_mut(&album).unwrap()["photos"]["L"][newest]["M"] = ready;
        self.late.extend(SIZES.map(|size| (format!("Photos photos/{LATE}/{size}.jpg"), Value::Null)));
    }

    fn puts(&mut self, table: &str, pk: &str, sk: &str, mut item: Value) {
        (item["pk"], item["sk"]) = (json!({ "S": pk }), json!({ "S": sk }));
        self.things.insert(place(table, &item), item);
    }

    fn has_object(&mut self, place: String) {
        self.things.insert(place, Value::Null);
    }
}

/// Where the copies lie that an album names.
fn keys(album: &str) -> Vec<String> {
    let key = Regex::new(r#""key":\{"S":"([0-9a-f]{32})"\}"#).unwrap();
    key.captures_iter(album).map(|found| found[1].to_owned()).collect()
}

/// Every row of a town that names one of these, but promises, which are kept there.
fn known_of(town: &Town, traces: &[Trace]) -> State {
    let mut state = State::new();
    for table in TABLES.into_iter().filter(|table| *table != "Outbox") {
        let rows = rows(town, table);
        let known = rows.iter().filter(|row| traces.iter().any(|trace| trace.is_in(&row.to_string())));
        state.extend(known.map(|row| (place(table, row), in_order(row))));
    }
    state
}

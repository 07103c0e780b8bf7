//! The candidate index over the real tables and a real bucket: what is stored there, and who is found when.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use shared::adapters::aws::Aws;
use shared::adapters::candidates::{self, SegmentIndex};
use shared::adapters::dynamo::{DynamoDirectory, DynamoEmbeddings, DynamoOutbox, DynamoProfiles};
use shared::adapters::segments::S3Segments;
use shared::config::{CandidatesConfig, TableName};
use shared::domain::embedding::{DIMENSIONS, Embedding, ModelId, Vector};
use shared::domain::id::UserId;
use shared::domain::listing::Wanted;
use shared::domain::matching::{Model, Person};
use shared::domain::profile::{Field, Profile, ProfileDetails};
use shared::domain::retrieval::{Region, Row, Rows, Segment, Shard};
use shared::ports::candidates::{CandidateIndex, Directory, Segments};
use shared::ports::embeddings::Embeddings;
use shared::ports::profiles::{Consequences, Profiles};

use super::{Hands, finish, root, table, today};
use crate::support::{Town, eventually};

const SCIENCE: Shard = Shard { field: Field::Science, region: Region::Antarctica };

/// A bucket of one's own, so that no function of the town reads what is in it.
fn bucket() -> (String, S3Segments) {
    let name = format!("index-{}", Hands::at(today()).ambient().id::<UserId>());
    Town::peaceful().stack.client().create_bucket(&name).unwrap();
    (name.clone(), S3Segments::new(&Aws::new(&root()), name))
}

fn profiles() -> DynamoProfiles {
    DynamoProfiles::new(table(TableName::Profiles), DynamoOutbox::new(table(TableName::Outbox)))
}

fn details(said: &Value) -> ProfileDetails {
    let mut body = json!({
        "name": "Ada", "field": "science", "experience_years": 5, "time_zone": "UTC", "languages": ["xag"],
        "place": {"city": "Halley", "country": "AQ"},
    });
    for (name, value) in said.as_object().unwrap() {
        body[name] = value.clone();
    }
    ProfileDetails::parse(&serde_json::from_value(body).unwrap()).unwrap()
}

/// Somebody who lives where nobody else does.
fn resident(said: &Value) -> Profile {
    let hands = Hands::at(today());
    let profile = Profile::new(hands.ambient().id::<UserId>(), details(said), hands.now());
    assert!(finish(profiles().save(&profile, &Consequences::default())).unwrap());
    profile
}

fn edits(profile: &Profile, said: &Value) -> Profile {
    // The clock of the tests counts seconds, and two edits are never of one moment.
    let edited = profile.clone().edited(details(said), profile.updated_at + Duration::from_secs(1));
    assert!(finish(profiles().save(&edited, &Consequences::default())).unwrap());
    edited
}

struct Process {
    hands: Arc<Hands>,
    index: SegmentIndex,
}

impl Process {
    fn over(segments: S3Segments) -> Self {
        let hands = Hands::at(today());
        let config = CandidatesConfig { poll: Duration::from_secs(20) };
        let profiles = table(TableName::Profiles);
        let index = candidates::open(segments, profiles, &config, hands.ambient());
        Self { hands, index }
    }

    fn passes(&self, seconds: u64) {
        self.hands.moves_to(self.hands.now() + Duration::from_secs(seconds));
    }

    fn found(&self, seeker: &Profile) -> Vec<UserId> {
        let seeker = finish(profiles().find_people(&[seeker.user_id])).unwrap().pop().unwrap();
        let wanted = Wanted { fields: vec![Field::Science, Field::Crafts], ..Wanted::default() };
        finish(self.index.search(&seeker, &Model::default(), &wanted, 300)).unwrap().ids
    }
}

fn segment(people: &[&Profile]) -> Segment {
    let rows = people.iter().map(|profile| Row::of(&Person::new((*profile).clone(), None))).collect();
    Segment { shard: SCIENCE, built_at: today(), rows: Rows::of(rows) }
}

#[test]
fn a_segment_is_written_only_over_what_its_writer_has_seen() {
    let (_, segments) = bucket();
    let (first, second) = (segment(&[]).to_bytes(), segment(&[&resident(&json!({}))]).to_bytes());
    assert_eq!(finish(segments.read(SCIENCE)).unwrap(), None);
    assert!(finish(segments.write(SCIENCE, first.clone(), None)).unwrap());
    assert!(!finish(segments.write(SCIENCE, second.clone(), None)).unwrap(), "there is one already");
    let (seen, bytes) = finish(segments.read(SCIENCE)).unwrap().unwrap();
    assert_eq!(bytes, first);
    let listed = finish(segments.list()).unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!((&listed[0].shard, &listed[0].etag, listed[0].bytes), (&SCIENCE, &seen, first.len() as u64));
    assert!(finish(segments.write(SCIENCE, second.clone(), Some(&seen))).unwrap());
    assert!(!finish(segments.write(SCIENCE, first, Some(&seen))).unwrap(), "it is another one by now");
    let (now, bytes) = finish(segments.read(SCIENCE)).unwrap().unwrap();
    assert_eq!(bytes, second);
    assert_eq!(finish(segments.read_start(SCIENCE)).unwrap().unwrap(), second[..Segment::HEADER]);
    assert!(!finish(segments.remove(SCIENCE, &seen)).unwrap(), "nor is another one removed");
    assert!(finish(segments.remove(SCIENCE, &now)).unwrap());
    assert_eq!(finish(segments.read(SCIENCE)).unwrap(), None);
    assert_eq!(finish(segments.list()).unwrap(), []);
}

#[test]
fn an_empty_object_is_a_segment_that_cannot_be_read() {
    let (name, segments) = bucket();
    Town::peaceful().stack.client().put_object(&name, "index/v1/science/antarctica.seg", Vec::new()).unwrap();
    assert_eq!(finish(segments.read_start(SCIENCE)).unwrap(), Some(Vec::new()));
    assert_eq!(finish(segments.list()).unwrap().len(), 1);
}

#[test]
fn the_directory_is_read_in_both_directions() {
    let (ada, bob) = (resident(&json!({"field": "crafts"})), resident(&json!({"field": "crafts"})));
    let directory = DynamoDirectory::new(table(TableName::Profiles));
    let ids = |lines: Vec<shared::ports::candidates::Line>| -> Vec<UserId> {
        let ours = lines.into_iter().map(|line| line.user_id).filter(|id| [ada.user_id, bob.user_id].contains(id));
        ours.collect()
    };
    let newest = || ids(finish(directory.newest(Field::Crafts, 1_000)).unwrap());
    eventually("both to be listed", || (newest().len() == 2).then_some(()));
    let mut since = ids(finish(directory.since(Field::Crafts, ada.updated_at, 1_000)).unwrap());
    assert_eq!(since.len(), 2);
    since.reverse();
    assert_eq!(since, newest());
    let later = ada.updated_at + Duration::from_hours(1);
    assert_eq!(finish(directory.since(Field::Crafts, later, 1_000)).unwrap(), []);
    assert_eq!(finish(directory.newest(Field::Crafts, 1)).unwrap().len(), 1);
}

#[test]
fn others_are_found_as_they_are_within_the_promise() {
    let (_, segments) = bucket();
    let (seeker, bob, eve) = (resident(&json!({})), resident(&json!({})), resident(&json!({})));
    assert!(finish(segments.write(SCIENCE, segment(&[&seeker, &bob]).to_bytes(), None)).unwrap());
    let process = Process::over(segments);
    let found = process.found(&seeker);
    assert!(found.contains(&bob.user_id) && found.contains(&eve.user_id), "from the segment, and from the directory");
    assert!(!found.contains(&seeker.user_id));
    let hidden = edits(&bob, &json!({"visible": false}));
    let zoe = resident(&json!({}));
    edits(&eve, &json!({"filters": {"fields": ["data"]}}));
    process.passes(19);
    assert!(!process.found(&seeker).contains(&zoe.user_id), "nobody was asked yet");
    process.passes(1);
    let found = process.found(&seeker);
    assert!(found.contains(&zoe.user_id) && !found.contains(&eve.user_id));
    // The directory does not tell who has gone; whoever shows a list asks on fresh items.
    assert!(found.contains(&bob.user_id));
    edits(&hidden, &json!({"visible": true, "field": "crafts"}));
    process.passes(20);
    assert_eq!(process.found(&seeker).iter().filter(|id| **id == bob.user_id).count(), 1);
}

#[test]
fn a_segment_that_was_cut_short_costs_nobody_their_place() {
    let (name, segments) = bucket();
    let (seeker, bob) = (resident(&json!({})), resident(&json!({})));
    let bytes = segment(&[&seeker, &bob]).to_bytes();
    let key = "index/v1/science/antarctica.seg";
    let client = Town::peaceful().stack.client();
    client.put_object(&name, key, bytes[..bytes.len() - 1].to_vec()).unwrap();
    let process = Process::over(segments.clone());
    assert!(process.found(&seeker).contains(&bob.user_id), "the directory knows them");

    client.put_object(&name, key, bytes).unwrap();
    process.passes(60);
    assert!(process.found(&seeker).contains(&bob.user_id));
    // Another content under the same name is read, and what it does not hold comes from the directory.
    let dan = resident(&json!({}));
    let (seen, _) = finish(segments.read(SCIENCE)).unwrap().unwrap();
    assert!(finish(segments.write(SCIENCE, segment(&[&dan]).to_bytes(), Some(&seen))).unwrap());
    process.passes(60);
    assert!(process.found(&seeker).contains(&dan.user_id));
}

#[test]
fn a_vector_that_comes_after_the_segment_counts() {
    let (_, segments) = bucket();
    let seeker = resident(&json!({"bio": "ice cores"}));
    let (bob, eve) = (resident(&json!({"bio": "ice cores, too"})), resident(&json!({"bio": "penguins"})));
    let direction = |place: usize| {
        let mut components = [0.0; DIMENSIONS];
        components[place] = 1.0;
        Vector::normalised(&components).unwrap()
    };
    let embeds = |profile: &Profile, place| {
        let embedding =
            Embedding { model: ModelId::CURRENT, hash: profile.text_hash.clone().unwrap(), vector: direction(place) };
        finish(DynamoEmbeddings::new(table(TableName::Profiles)).store(profile.user_id.into(), 1, &embedding)).unwrap();
    };
    embeds(&seeker, 1);
    embeds(&eve, 2);
    assert!(finish(segments.write(SCIENCE, segment(&[&bob, &eve]).to_bytes(), None)).unwrap());
    let process = Process::over(segments);
    process.found(&seeker);
    embeds(&bob, 1);
    process.passes(20);
    let found = process.found(&seeker);
    let place = |profile: &Profile| found.iter().position(|id| *id == profile.user_id).unwrap();
    assert!(place(&bob) < place(&eve), "whoever speaks of the same comes first");
}

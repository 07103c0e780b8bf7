//! Entries and what becomes of them, with an encoder that counts its work and stores in memory.

use std::collections::BTreeMap;
use std::sync::Mutex;

use async_trait::async_trait;
use shared::domain::embedding::DIMENSIONS;
use shared::domain::id::{Id, OutboxId, SessionId};
use shared::domain::matching::{Person, Venture};
use shared::domain::outbox::{MailKind, PushEffect};
use shared::domain::profile::{Profile, ProfileDetails};
use shared::domain::project::{Project, ProjectDetails};
use shared::domain::time::Timestamp;
use shared::ports::outbox::LeftOver;

use super::*;

const NOW: Timestamp = Timestamp::from_unix_millis(1_000);

/// Everything around the function. A text whose bio begins with "poison" cannot be read.
#[derive(Default)]
struct World {
    profiles: Mutex<BTreeMap<UserId, Profile>>,
    projects: Mutex<BTreeMap<ProjectId, Project>>,
    memory: Mutex<HashMap<TextHash, Vector>>,
    memory_fails: Mutex<bool>,
    store_fails_for: Mutex<Option<UserId>>,
    stored: Mutex<Vec<(Author, u64, Embedding)>>,
    finished: Mutex<Vec<OutboxId>>,
    read: Mutex<Vec<Vec<String>>>,
}

impl World {
    fn deps(self: &Arc<Self>) -> Deps {
        Deps {
            profiles: self.clone(),
            projects: self.clone(),
            embeddings: self.clone(),
            encoder: self.clone(),
            outbox: self.clone(),
        }
    }

    /// Somebody who says this about themselves.
    fn resident(&self, number: u8, bio: &str) -> OutboxEntry {
        let user_id = UserId::from_parts(NOW, [number; 10]);
        let body = serde_json::json!(
            {"name": "Ada", "field": "other", "experience_years": 5, "time_zone": "UTC", "bio": bio}
        );
        let details = ProfileDetails::parse(&serde_json::from_value(body).unwrap()).unwrap();
        self.profiles.lock().unwrap().insert(user_id, Profile::new(user_id, details, NOW));
        entry(number, Effect::embed_profile(user_id))
    }

    /// A project with this title, founded by nobody in particular.
    fn venture(&self, number: u8, title: &str) -> OutboxEntry {
        let project_id = ProjectId::from_parts(NOW, [number; 10]);
        let body = serde_json::json!({"title": title, "field": "other", "stage": "idea"});
        let details = ProjectDetails::parse(&serde_json::from_value(body).unwrap()).unwrap();
        let project = Project::new(project_id, UserId::from_parts(NOW, [number; 10]), details, NOW);
        self.projects.lock().unwrap().insert(project_id, project);
        entry(number, Effect::embed_project(project_id))
    }

    async fn embeds(self: &Arc<Self>, entries: &[OutboxEntry]) -> Vec<bool> {
        embed(&self.deps(), entries.to_vec()).await.iter().map(Result::is_ok).collect()
    }

    fn read(&self) -> Vec<Vec<String>> {
        std::mem::take(&mut self.read.lock().unwrap())
    }

    fn finished(&self) -> usize {
        self.finished.lock().unwrap().len()
    }
}

fn entry(number: u8, effect: Effect) -> OutboxEntry {
    OutboxEntry { id: OutboxId::from_parts(NOW, [number; 10]), created_at: NOW, request_id: None, effect }
}

impl Encoder for World {
    fn encode(&self, texts: &[&str]) -> Result<Vec<Vector>> {
        self.read.lock().unwrap().push(texts.iter().map(|text| (*text).to_owned()).collect());
        if texts.iter().any(|text| text.starts_with("poison")) {
            return Err(Error::internal("a text that no model can read"));
        }
        Ok(texts.iter().map(|text| vector(text.len())).collect())
    }
}

fn vector(place: usize) -> Vector {
    let mut components = [0.0; DIMENSIONS];
    components[place % DIMENSIONS] = 1.0;
    Vector::normalised(&components).unwrap()
}

#[async_trait]
impl Profiles for World {
    async fn find(&self, user_id: UserId) -> Result<Option<Profile>> {
        Ok(self.profiles.lock().unwrap().get(&user_id).cloned())
    }

    async fn find_people(&self, _: &[UserId]) -> Result<Vec<Person>> {
        Err(Error::internal("this function compares nobody"))
    }

    async fn save(&self, _: &Profile, _: &shared::ports::profiles::Consequences) -> Result<bool> {
        Err(Error::internal("this function edits nobody"))
    }
}

#[async_trait]
impl Projects for World {
    async fn find(&self, project_id: ProjectId) -> Result<Option<Project>> {
        Ok(self.projects.lock().unwrap().get(&project_id).cloned())
    }

    async fn find_many(&self, _: &[ProjectId]) -> Result<Vec<Venture>> {
        Err(Error::internal("this function compares nothing"))
    }

    async fn newest(&self, _: usize) -> Result<Vec<ProjectId>> {
        Err(Error::internal("this function lists nothing"))
    }
}

#[async_trait]
impl Embeddings for World {
    async fn known(&self, hash: &TextHash) -> Result<Option<Vector>> {
        if *self.memory_fails.lock().unwrap() {
            return Err(Error::unavailable("no memory"));
        }
        Ok(self.memory.lock().unwrap().get(hash).cloned())
    }

    async fn remember(&self, hash: &TextHash, vector: &Vector) -> Result<()> {
        if *self.memory_fails.lock().unwrap() {
            return Err(Error::unavailable("no memory"));
        }
        self.memory.lock().unwrap().insert(hash.clone(), vector.clone());
        Ok(())
    }

    async fn store(&self, author: Author, version: u64, embedding: &Embedding) -> Result<()> {
        if self.store_fails_for.lock().unwrap().map(Author::from) == Some(author) {
            return Err(Error::unavailable("no answer"));
        }
        self.stored.lock().unwrap().push((author, version, embedding.clone()));
        Ok(())
    }
}

#[async_trait]
impl Outbox for World {
    async fn finish(&self, entry: &OutboxEntry) -> Result<()> {
        self.finished.lock().unwrap().push(entry.id);
        Ok(())
    }

    async fn hand_over(&self, _: &OutboxEntry) -> Result<()> {
        Err(Error::internal("this function hands nothing over"))
    }

    async fn left_over(&self, _: u64) -> Result<LeftOver> {
        Err(Error::internal("this function sweeps nothing"))
    }
}

#[tokio::test]
async fn several_texts_are_read_together_and_each_finds_its_owner() {
    let world = Arc::new(World::default());
    let entries = [world.resident(1, "a"), world.resident(2, "bb"), world.resident(3, "a")];
    assert_eq!(world.embeds(&entries).await, [true; 3]);
    let read = world.read();
    assert_eq!((read.len(), read[0].len()), (1, 2), "two texts, once each: {read:?}");
    for (author, version, embedding) in world.stored.lock().unwrap().iter() {
        let Author::Person(user_id) = author else { panic!("{author:?} is nobody") };
        let profile = world.profiles.lock().unwrap()[user_id].clone();
        let text = ProfileText::of(&profile.details).unwrap();
        assert_eq!((*version, &embedding.model), (1, &ModelId::CURRENT));
        assert_eq!((&embedding.hash, &embedding.vector), (&text.hash(), &vector(text.as_str().len())));
    }
    assert_eq!((world.stored.lock().unwrap().len(), world.finished()), (3, 3));
}

#[tokio::test]
async fn a_text_that_is_known_is_not_read_again() {
    let world = Arc::new(World::default());
    let entry = world.resident(1, "a");
    for _ in 0..2 {
        assert_eq!(world.embeds(std::slice::from_ref(&entry)).await, [true]);
    }
    assert_eq!(world.read().len(), 1);
    assert_eq!((world.stored.lock().unwrap().len(), world.finished()), (2, 2), "a repetition stores the same");
}

#[tokio::test]
async fn a_memory_that_fails_costs_work_and_nothing_else() {
    let world = Arc::new(World::default());
    *world.memory_fails.lock().unwrap() = true;
    let entry = world.resident(1, "a");
    for _ in 0..2 {
        assert_eq!(world.embeds(std::slice::from_ref(&entry)).await, [true]);
    }
    assert_eq!((world.read().len(), world.finished()), (2, 2));
}

#[tokio::test]
async fn one_text_that_cannot_be_read_keeps_no_other_from_it() {
    let world = Arc::new(World::default());
    let entries = [world.resident(1, "a"), world.resident(2, "poison"), world.resident(3, "bb")];
    assert_eq!(world.embeds(&entries).await, [true, false, true]);
    assert_eq!(*world.finished.lock().unwrap(), [entries[0].id, entries[2].id], "the promise stands");
}

#[tokio::test]
async fn what_cannot_be_stored_stays_promised() {
    let world = Arc::new(World::default());
    let entries = [world.resident(1, "a"), world.resident(2, "bb")];
    *world.store_fails_for.lock().unwrap() = Some(UserId::from_parts(NOW, [1; 10]));
    assert_eq!(world.embeds(&entries).await, [false, true]);
    assert_eq!(*world.finished.lock().unwrap(), [entries[1].id]);
}

#[tokio::test]
async fn who_is_gone_or_says_nothing_is_done_with() {
    let world = Arc::new(World::default());
    let silent = world.resident(1, " ");
    let gone = entry(2, Effect::embed_profile(UserId::from_parts(NOW, [2; 10])));
    assert_eq!(world.embeds(&[silent, gone]).await, [true, true]);
    assert_eq!((world.read().len(), world.stored.lock().unwrap().len(), world.finished()), (0, 0, 2));
}

#[tokio::test]
async fn a_profile_that_another_version_wrote_waits() {
    let world = Arc::new(World::default());
    let entry = world.resident(1, "a");
    world.profiles.lock().unwrap().values_mut().for_each(|profile| profile.text_hash = None);
    assert_eq!(world.embeds(&[entry]).await, [false]);
    assert_eq!((world.read().len(), world.finished()), (0, 0));
}

#[tokio::test]
async fn what_is_no_embedding_is_refused() {
    let world = Arc::new(World::default());
    let user_id = UserId::from_parts(NOW, [1; 10]);
    let session_id = SessionId::from_parts(NOW, [1; 10]);
    let mail = entry(1, Effect::mail(MailKind::Verify, user_id));
    let push = entry(2, Effect::Push(PushEffect::SessionEnded { user_id, session_id }));
    assert_eq!(world.embeds(&[mail, push]).await, [false, false]);
    assert_eq!(world.finished(), 0);
}

#[tokio::test]
async fn people_and_projects_are_read_together_and_kept_apart() {
    let world = Arc::new(World::default());
    // The same ids and the same words, by two kinds of authors.
    let entries = [world.resident(1, "boats"), world.venture(1, "boats"), world.venture(2, "poison")];
    assert_eq!(world.embeds(&entries).await, [true, true, false]);
    let authors: Vec<_> = world.stored.lock().unwrap().iter().map(|(author, ..)| *author).collect();
    assert_eq!(authors, [UserId::from_parts(NOW, [1; 10]).into(), Author::from(ProjectId::from_parts(NOW, [1; 10]))]);
    let read: Vec<_> = world.read().into_iter().flatten().filter(|text| text == "boats").collect();
    assert!(read.len() <= 2, "one text, alone again at most after the poison: {read:?}");
}

#[tokio::test]
async fn a_project_that_another_version_wrote_waits_and_one_that_is_gone_does_not() {
    let world = Arc::new(World::default());
    let entry = world.venture(1, "boats");
    let other = TextHash::of(&ModelId::CURRENT, "trains");
    world.projects.lock().unwrap().values_mut().for_each(|project| project.text_hash = other.clone());
    assert_eq!(world.embeds(std::slice::from_ref(&entry)).await, [false]);
    world.projects.lock().unwrap().clear();
    assert_eq!(world.embeds(&[entry]).await, [true]);
    assert_eq!((world.read().len(), world.finished()), (0, 1));
}

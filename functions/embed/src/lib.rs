//! `embed`: turns what people and projects say into vectors that matching compares.
//!
//! A queue message names a person or a project. What they say is read here, at the last moment, and read by the model
//! only if nobody's text was the same within the last days.

mod minilm;

use std::collections::HashMap;
use std::sync::Arc;

use futures::future::join_all;
use shared::domain::embedding::{Author, Embedding, ModelId, ProfileText, ProjectText, TextHash, Vector};
use shared::domain::id::{ProjectId, UserId};
use shared::domain::outbox::{Effect, EmbedEffect, OutboxEntry};
use shared::error::{Error, Result};
use shared::ports::embeddings::Embeddings;
use shared::ports::outbox::Outbox;
use shared::ports::profiles::Profiles;
use shared::ports::projects::Projects;
use shared::telemetry;

pub use minilm::MiniLm;

/// What turns texts into vectors.
pub trait Encoder: Send + Sync {
    /// One vector per text, in their order. The same text gives nearly the same vector in any company.
    fn encode(&self, texts: &[&str]) -> Result<Vec<Vector>>;
}

#[derive(Clone)]
pub struct Deps {
    pub profiles: Arc<dyn Profiles>,
    pub projects: Arc<dyn Projects>,
    pub embeddings: Arc<dyn Embeddings>,
    pub encoder: Arc<dyn Encoder>,
    pub outbox: Arc<dyn Outbox>,
}

/// A text that a version of a profile or a project says. It is its author's, and no log's: a task is never shown.
struct Task {
    author: Author,
    version: u64,
    text: String,
    hash: TextHash,
}

/// Embeds what the entries name, and answers for each. A failure leaves the entry to be tried again; doing it
/// twice stores the same twice.
pub async fn embed(deps: &Deps, entries: Vec<OutboxEntry>) -> Vec<Result<()>> {
    let tasks = join_all(entries.iter().map(|entry| task(deps, entry))).await;
    let vectors = vectors(deps, tasks.iter().flatten().flatten()).await;
    join_all(entries.iter().zip(tasks).map(|(entry, task)| keep(deps, entry, task, &vectors))).await
}

/// What is to be read for an entry; nothing if its author is gone or says nothing any more.
async fn task(deps: &Deps, entry: &OutboxEntry) -> Result<Option<Task>> {
    let Effect::Embed(effect) = &entry.effect else {
        return Err(Error::internal("this effect is no embedding"));
    };
    match effect {
        EmbedEffect::Profile { user_id } => profile_task(deps, *user_id).await,
        EmbedEffect::Project { project_id } => project_task(deps, *project_id).await,
    }
}

async fn profile_task(deps: &Deps, user_id: UserId) -> Result<Option<Task>> {
    let Some(profile) = deps.profiles.find(user_id).await? else { return Ok(None) };
    let Some(text) = ProfileText::of(&profile.details) else { return Ok(None) };
    let (hash, text) = (text.hash(), text.as_str().to_owned());
    refuse_unless_same(&hash, profile.text_hash.as_ref())?;
    Ok(Some(Task { author: user_id.into(), version: profile.version, text, hash }))
}

async fn project_task(deps: &Deps, project_id: ProjectId) -> Result<Option<Task>> {
    let Some(project) = deps.projects.find(project_id).await? else { return Ok(None) };
    let text = ProjectText::of(&project.details);
    let (hash, text) = (text.hash(), text.as_str().to_owned());
    refuse_unless_same(&hash, Some(&project.text_hash))?;
    Ok(Some(Task { author: project_id.into(), version: project.version, text, hash }))
}

/// Matching would drop the vector of another text than the one that the author is stored with. During a deployment the
/// other version may be the one to wait for.
fn refuse_unless_same(hash: &TextHash, stored: Option<&TextHash>) -> Result<()> {
    if stored == Some(hash) {
        return Ok(());
    }
    Err(Error::unavailable("this was written by a version that embeds another text"))
}

/// The vector of every text that is known or could be read.
async fn vectors(deps: &Deps, tasks: impl Iterator<Item = &Task>) -> HashMap<TextHash, Vector> {
    let texts: HashMap<&TextHash, &str> = tasks.map(|task| (&task.hash, task.text.as_str())).collect();
    let known = join_all(texts.keys().map(async |hash| {
        // A memory that fails costs the work that it would have saved, and nothing else.
        let known = deps.embeddings.known(hash).await.inspect_err(telemetry::report);
        Some(((*hash).clone(), known.ok().flatten()?))
    }));
    let mut vectors: HashMap<TextHash, Vector> = known.await.into_iter().flatten().collect();
    let unknown: Vec<(&TextHash, &str)> = texts.into_iter().filter(|(hash, _)| !vectors.contains_key(hash)).collect();
    tracing::info!(texts.known = vectors.len(), texts.read = unknown.len(), "embed");
    for (hash, vector) in read(deps, &unknown) {
        if let Err(error) = deps.embeddings.remember(&hash, &vector).await {
            telemetry::report(&error);
        }
        vectors.insert(hash, vector);
    }
    vectors
}

/// Reads texts together, and each alone if that fails: one that cannot be read must not keep others from it.
fn read(deps: &Deps, texts: &[(&TextHash, &str)]) -> Vec<(TextHash, Vector)> {
    let together: Vec<&str> = texts.iter().map(|(_, text)| *text).collect();
    let pair = |(hash, _): &(&TextHash, &str), vector| ((*hash).clone(), vector);
    if texts.is_empty() {
        return Vec::new();
    }
    match deps.encoder.encode(&together) {
        Ok(vectors) => texts.iter().zip(vectors).map(|(text, vector)| pair(text, vector)).collect(),
        Err(error) if texts.len() == 1 => {
            telemetry::report(&error);
            Vec::new()
        }
        Err(_) => texts.iter().flat_map(|text| read(deps, &[*text])).collect(),
    }
}

async fn keep(
    deps: &Deps,
    entry: &OutboxEntry,
    task: Result<Option<Task>>,
    vectors: &HashMap<TextHash, Vector>,
) -> Result<()> {
    if let Some(Task { author, version, hash, .. }) = task? {
        let vector = vectors.get(&hash).ok_or_else(|| Error::internal("the model could not read a text"))?;
        let embedding = Embedding { model: ModelId::CURRENT, hash, vector: vector.clone() };
        deps.embeddings.store(author, version, &embedding).await?;
    }
    deps.outbox.finish(entry).await
}

#[cfg(test)]
mod tests;

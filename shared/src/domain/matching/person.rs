//! Whom the engine compares: profiles, with the embedding of what they say if there is one.

use crate::domain::embedding::{Embedding, Vector};
use crate::domain::profile::Profile;

/// A profile and what was computed from it.
#[derive(Clone, Debug)]
pub struct Person {
    pub profile: Profile,
    pub(super) embedding: Option<Embedding>,
}

impl Person {
    /// An embedding of anything but what the profile says now is dropped: a score never compares what was taken back.
    pub fn new(profile: Profile, embedding: Option<Embedding>) -> Self {
        let embedding = embedding.filter(|embedding| profile.text_hash.as_ref() == Some(&embedding.hash));
        Self { profile, embedding }
    }

    /// The embedding of what the profile says now, if there is one.
    pub fn embedding(&self) -> Option<&Embedding> {
        self.embedding.as_ref()
    }
}

/// One side of a pair. A profile alone is a side without an embedding.
#[derive(Clone, Copy, Debug)]
pub struct Side<'p> {
    pub(super) profile: &'p Profile,
    pub(super) embedding: Option<&'p Embedding>,
}

impl<'p> From<&'p Profile> for Side<'p> {
    fn from(profile: &'p Profile) -> Self {
        Self { profile, embedding: None }
    }
}

impl<'p> From<&'p Person> for Side<'p> {
    fn from(person: &'p Person) -> Self {
        Self { profile: &person.profile, embedding: person.embedding.as_ref() }
    }
}

/// The vectors of two embeddings, if one model made both.
pub(super) fn comparable<'p>(a: Option<&'p Embedding>, b: Option<&'p Embedding>) -> Option<(&'p Vector, &'p Vector)> {
    let (a, b) = a.zip(b)?;
    (a.model == b.model).then_some((&a.vector, &b.vector))
}

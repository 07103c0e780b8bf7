//! Sentence embeddings: what of a profile or a project is embedded, and the vectors that come of it, compared and stored.

use std::borrow::Cow;
use std::fmt;

use aws_lc_rs::digest;
use serde::{Deserialize, Serialize};

use super::fields::Refusal;
use super::hex;
use super::id::{ProjectId, UserId};
use super::profile::{Interest, ProfileDetails};
use super::project::{Description, ProjectDetails, Summary};

/// The length of a vector.
pub const DIMENSIONS: usize = 384;

/// The model reads 256 word pieces, which are fewer characters than this in nearly every text.
const MAX_CHARACTERS: usize = 2_000;

/// A component of a vector is stored as this many parts of 1.
const SCALE: f32 = 32_767.0;

/// The name of the model that made a vector. Vectors of different models cannot be compared.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(transparent)]
pub struct ModelId(Cow<'static, str>);

impl ModelId {
    /// The model that texts are embedded with.
    pub const CURRENT: Self = Self(Cow::Borrowed("all-MiniLM-L6-v2"));

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The digest of a model's name and a text: what was computed from the same two is the same vector.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(transparent)]
pub struct TextHash(String);

impl TextHash {
    pub fn of(model: &ModelId, text: &str) -> Self {
        let mut context = digest::Context::new(&digest::SHA256);
        context.update(model.as_str().as_bytes());
        context.update(b"\0");
        context.update(text.as_bytes());
        Self(hex::encode(context.finish().as_ref()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a person says in their own words, as it is embedded: headline, interests, bio.
///
/// These are what two people are close by when they are alike. Skills and goals are not, because they complement each
/// other; the name, the place and whatever is a choice from a list say nothing that a sentence could add to. Interests
/// stand before the bio, whose end the model does not read when it is long, and in their canonical form and order, so
/// that another spelling or order is no new text.
#[derive(Clone, PartialEq, Eq)]
pub struct ProfileText(String);

impl ProfileText {
    /// Nothing if there are no words of one's own.
    pub fn of(details: &ProfileDetails) -> Option<Self> {
        let mut interests: Vec<&str> = details.interests.iter().map(Interest::canonical).collect();
        interests.sort_unstable();
        let headline = details.headline.as_ref().map(|headline| headline.as_str().to_owned());
        let interests = (!interests.is_empty()).then(|| format!("Interested in {}.", interests.join(", ")));
        let bio = details.bio.as_ref().map(|bio| bio.as_str().to_owned());
        let text = [headline, interests, bio].into_iter().flatten().collect::<Vec<_>>().join("\n");
        (!text.is_empty()).then(|| Self(text.chars().take(MAX_CHARACTERS).collect()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// With the current model.
    pub fn hash(&self) -> TextHash {
        TextHash::of(&ModelId::CURRENT, &self.0)
    }
}

/// What people write about themselves is theirs, and no log's.
impl fmt::Debug for ProfileText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ProfileText({} characters)", self.0.chars().count())
    }
}

/// What a project says in the words of those who run it, as it is embedded: title, summary, description.
///
/// It is what a person's own words are compared with. Needed skills and goals have components of their own.
#[derive(Clone, PartialEq, Eq)]
pub struct ProjectText(String);

impl ProjectText {
    /// A project has a title, so there always is a text.
    pub fn of(details: &ProjectDetails) -> Self {
        let summary = details.summary.as_ref().map(Summary::as_str);
        let description = details.description.as_ref().map(Description::as_str);
        let text = [Some(details.title.as_str()), summary, description].into_iter().flatten().collect::<Vec<_>>();
        Self(text.join("\n").chars().take(MAX_CHARACTERS).collect())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// With the current model.
    pub fn hash(&self) -> TextHash {
        TextHash::of(&ModelId::CURRENT, &self.0)
    }
}

impl fmt::Debug for ProjectText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ProjectText({} characters)", self.0.chars().count())
    }
}

/// Who or what said what was embedded; the vector is kept beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Author {
    Person(UserId),
    Project(ProjectId),
}

impl From<UserId> for Author {
    fn from(user_id: UserId) -> Self {
        Self::Person(user_id)
    }
}

impl From<ProjectId> for Author {
    fn from(project_id: ProjectId) -> Self {
        Self::Project(project_id)
    }
}

/// A direction in the space of a model, in 16-bit fixed point: 768 bytes. Beside it stands the square of its length, which
/// every comparison needs.
#[derive(Clone, PartialEq, Eq)]
pub struct Vector(Box<[i16; DIMENSIONS]>, i64);

impl Vector {
    pub const BYTES: usize = DIMENSIONS * 2;
    /// What a component of 1 is stored as.
    pub const PARTS: f32 = SCALE;

    /// Takes a vector of any length but none, and normalises it.
    pub fn normalised(components: &[f32]) -> Result<Self, Refusal> {
        let length = components.iter().map(|component| component * component).sum::<f32>().sqrt();
        if components.len() != DIMENSIONS || !length.is_normal() {
            return Err(Refusal::Borrowed("a vector must have 384 finite components that are not all 0"));
        }
        let mut vector = Box::new([0; DIMENSIONS]);
        for (place, component) in vector.iter_mut().zip(components) {
            #[expect(
                clippy::cast_possible_truncation,
                reason = "a component of a normalised vector is within -1 and 1"
            )]
            let parts = (component / length * SCALE).round() as i16;
            *place = parts;
        }
        Ok(Self::measured(vector))
    }

    /// Reads what [`Self::to_bytes`] wrote.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Refusal> {
        let mut vector = Box::new([0; DIMENSIONS]);
        let (pairs, rest) = bytes.as_chunks::<2>();
        if pairs.len() != DIMENSIONS || !rest.is_empty() {
            return Err(Refusal::Borrowed("a stored vector must have 768 bytes"));
        }
        for (place, pair) in vector.iter_mut().zip(pairs) {
            *place = i16::from_le_bytes(*pair);
        }
        if vector.iter().all(|component| *component == 0) {
            return Err(Refusal::Borrowed("a stored vector must have a direction"));
        }
        Ok(Self::measured(vector))
    }

    fn measured(parts: Box<[i16; DIMENSIONS]>) -> Self {
        let square = dot(&parts, &parts);
        Self(parts, square)
    }

    /// The components, in parts of [`Self::PARTS`].
    pub const fn parts(&self) -> &[i16; DIMENSIONS] {
        &self.0
    }

    pub fn to_bytes(&self) -> Vec<u8> {
        self.0.iter().flat_map(|component| component.to_le_bytes()).collect()
    }

    /// The cosine of the angle between two vectors, from -1 to 1, and exactly 1 for the same one. The sums are whole
    /// numbers, so that it is the same on every processor.
    pub fn similarity(&self, other: &Self) -> f64 {
        let product = exact(dot(&self.0, &other.0)) / (exact(self.1) * exact(other.1)).sqrt();
        product.clamp(-1.0, 1.0)
    }
}

/// Several sums that do not wait for each other, of products that fit into 32 bits.
fn dot(a: &[i16; DIMENSIONS], b: &[i16; DIMENSIONS]) -> i64 {
    const LANES: usize = 8;
    let mut sums = [0_i64; LANES];
    for (a, b) in a.as_chunks::<LANES>().0.iter().zip(b.as_chunks::<LANES>().0) {
        for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
            *sum += i64::from(i32::from(*a) * i32::from(*b));
        }
    }
    sums.iter().sum()
}

#[expect(clippy::cast_precision_loss, reason = "384 products of 30 bits make 39 bits, of the 53 that are exact")]
fn exact(sum: i64) -> f64 {
    sum as f64
}

impl fmt::Debug for Vector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Vector(…)")
    }
}

/// What is stored of somebody: the vector of a text, and which text and model that was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Embedding {
    pub model: ModelId,
    pub hash: TextHash,
    pub vector: Vector,
}

#[cfg(test)]
#[path = "embedding_tests.rs"]
mod tests;

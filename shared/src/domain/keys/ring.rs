//! The keyring: every generation whose key may still sign, and the seed of refresh tokens.

use super::seed::Seed;
use crate::domain::session::RefreshKey;
use crate::domain::time::Timestamp;
use crate::domain::token::SigningKey;
use crate::error::{Error, Result};

const SIGNING: &[u8] = b"collabmatch/access-token/ed25519";
const REFRESH: &[u8] = b"collabmatch/refresh-token/hmac";

/// One seed of the signing key, and the key it makes.
#[derive(Debug)]
pub struct Generation {
    pub id: u32,
    pub seed: Seed,
    pub created_at: Timestamp,
    pub key: SigningKey,
}

impl Generation {
    pub fn new(id: u32, seed: Seed, created_at: Timestamp) -> Result<Self> {
        let key = SigningKey::from_seed(&seed.derive(SIGNING)?)?;
        Ok(Self { id, seed, created_at, key })
    }

    pub fn kid(&self) -> &str {
        &self.key.public().kid
    }

    fn again(&self) -> Result<Self> {
        Self::new(self.id, self.seed.clone(), self.created_at)
    }
}

/// Generations, oldest first, of which there is at least one.
#[derive(Debug)]
pub struct Keyring {
    /// Outlives every generation: the children of refresh tokens are computed with its key, and a rotation must sign
    /// nobody out.
    pub refresh_seed: Seed,
    older: Vec<Generation>,
    newest: Generation,
}

impl Keyring {
    pub fn new(refresh_seed: Seed, mut generations: Vec<Generation>) -> Result<Self> {
        generations.sort_by_key(|generation| generation.id);
        let newest = generations.pop().ok_or_else(|| Error::internal("the secret holds no generation"))?;
        Ok(Self { refresh_seed, older: generations, newest })
    }

    pub fn generations(&self) -> impl Iterator<Item = &Generation> {
        self.older.iter().chain([&self.newest])
    }

    pub fn newest(&self) -> &Generation {
        &self.newest
    }

    pub fn holds(&self, kid: &str) -> bool {
        self.key(kid).is_some()
    }

    pub fn key(&self, kid: &str) -> Option<&SigningKey> {
        self.generations().find(|generation| generation.kid() == kid).map(|generation| &generation.key)
    }

    pub fn refresh_key(&self) -> Result<RefreshKey> {
        Ok(RefreshKey::new(&self.refresh_seed.derive(REFRESH)?))
    }

    /// The ring with some of its generations and perhaps a new one behind them.
    pub(super) fn with(&self, keeps: impl Fn(&Generation) -> bool, new: Option<(Seed, Timestamp)>) -> Result<Self> {
        let kept = self.generations().filter(|generation| keeps(generation)).map(Generation::again);
        let mut generations = kept.collect::<Result<Vec<_>>>()?;
        if let Some((seed, created_at)) = new {
            generations.push(Generation::new(self.newest.id + 1, seed, created_at)?);
        }
        Self::new(self.refresh_seed.clone(), generations)
    }
}

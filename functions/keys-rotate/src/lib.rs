//! `keys-rotate`: renews the key that signs access tokens, before anybody has to think of it.
//!
//! Each run does what the timeline of the keys (`shared/src/domain/keys`) has come to, which most of the time is nothing.
//! Its writes come in an order that leaves a sound state wherever a run is cut short, and the next run goes on from there:
//!
//! 1. The secret, once: a new seed is kept before its key is published, because what is published and lost could never
//!    sign; an old one is dropped before its key is withdrawn, because what could still sign must still verify. The write
//!    is refused if another run has written since, and then nothing else is done.
//! 2. The new key is published, with the time from which it signs. Nothing signs earlier.
//! 3. Keys without a seed are withdrawn. There is always another one by then.
//!
//! The published keys are read before the secret: a key that another run adds in between is then at worst unknown.

use std::sync::Arc;

use serde::Deserialize;
use shared::domain::keys::{self, Keyring, PublishedKey, Seed, Urgency};
use shared::domain::time::Timestamp;
use shared::error::{Error, Result};
use shared::ports::ambient::Ambient;
use shared::ports::keys::{KeyVault, PublicKeys};

#[derive(Clone)]
pub struct Deps {
    pub vault: Arc<dyn KeyVault>,
    pub published: Arc<dyn PublicKeys>,
    pub ambient: Ambient,
}

/// What a run is told. The schedule says nothing; an operator whose keys have leaked says `{"now":true}`.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Order {
    #[serde(default)]
    now: bool,
}

impl Order {
    fn urgency(self) -> Urgency {
        if self.now { Urgency::Now } else { Urgency::ByTheClock }
    }
}

/// One run. In an emergency it fails if it cannot do everything: the operator waits for the answer and asks again.
pub async fn rotate(deps: &Deps, order: Order) -> Result<()> {
    let (now, urgency) = (deps.ambient.now(), order.urgency());
    let published = deps.published.all().await?;
    let Some(ring) = turn(deps, &published, urgency, now).await? else {
        tracing::info!("another rotation was faster");
        return if order.now { Err(Error::unavailable("another run was writing the secret")) } else { Ok(()) };
    };
    let announced = keys::announce(&ring, &published, now);
    if let Some(key) = &announced {
        deps.published.publish(key).await?;
    }
    let mut withdrawn = 0;
    for kid in keys::withdraw(&ring, &published, urgency, now) {
        deps.published.withdraw(kid).await?;
        withdrawn += 1;
    }
    let (seeds, announced) = (ring.generations().count(), announced.as_ref().map(PublishedKey::kid));
    tracing::info!(keys.seeds = seeds, keys.announced = announced, keys.withdrawn = withdrawn, "keys");
    Ok(())
}

/// The ring as it is from now on, unless another run has written one meanwhile.
async fn turn(deps: &Deps, published: &[PublishedKey], urgency: Urgency, now: Timestamp) -> Result<Option<Keyring>> {
    let stored = deps.vault.read().await?;
    let seed = || Seed::from_chance(deps.ambient.bytes());
    let Some(next) = keys::turn(&stored.ring, published, urgency, now, seed)? else {
        return Ok(Some(stored.ring));
    };
    if deps.vault.replace(&stored.version, &next).await? {
        return Ok(Some(next));
    }
    if deps.vault.read().await?.version == stored.version {
        return Err(Error::internal("the secret was set back to a version that has a successor: put its value anew"));
    }
    Ok(None)
}

#[cfg(test)]
mod tests;

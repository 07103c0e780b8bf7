//! The timeline of published keys: who signs now, what is announced next, what may go.
//!
//! Every rule is a function of what is stored and of the time, never of the last run. Runs may be missed, repeated or cut
//! short between any two writes; the next one goes on from what it finds.

use std::time::Duration;

use super::ring::{Generation, Keyring};
use super::seed::Seed;
use crate::domain::time::Timestamp;
use crate::domain::token::{self, PublicKey};
use crate::error::Result;

/// For how long a key is published before it signs: longer than anybody may cache the key set, and than clocks differ.
pub const ANNOUNCEMENT: Duration = Duration::from_hours(1);
/// For how long a key signs before its successor is announced.
pub const TERM: Duration = Duration::from_hours(30 * 24);
/// For how long a key may sign on after its turn, for those who could not read its successor's seed in time.
pub const MARGIN: Duration = Duration::from_hours(1);

/// A key that verifies tokens, with its place on the timeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishedKey {
    pub public: PublicKey,
    pub published_at: Timestamp,
    /// It signs from now on, until the key with the next later time does.
    pub signs_from: Timestamp,
}

impl PublishedKey {
    /// A key that signs as soon as it is published, because there is no other one.
    pub fn at_once(public: &PublicKey, now: Timestamp) -> Self {
        Self { public: public.clone(), published_at: now, signs_from: now }
    }

    pub fn kid(&self) -> &str {
        &self.public.kid
    }

    fn order(&self) -> (Timestamp, &str) {
        (self.signs_from, self.kid())
    }
}

/// Whether the present keys are trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Urgency {
    ByTheClock,
    /// They have leaked: they go now, and every access token with them.
    Now,
}

/// The key that signs now, among those whose private half the asker `holds`.
pub fn signer(published: &[PublishedKey], holds: impl Fn(&str) -> bool, now: Timestamp) -> Option<&PublishedKey> {
    let held = || published.iter().filter(|key| holds(key.kid()));
    let started = held().filter(|key| key.signs_from <= now).max_by_key(|key| key.order());
    // If none has started, this clock is slow and the first key of all is on its way.
    let signer = started.or_else(|| held().min_by_key(|key| key.order()))?;
    // A token signed later than this could outlive its key.
    let may_sign = successor(published.iter(), signer).is_none_or(|next| now < next.signs_from + MARGIN);
    may_sign.then_some(signer)
}

/// Whether a generation may be published: it is newer than everything that is. A seed that is older than a published key
/// may have been dropped since it was read, and must not come back.
pub fn may_introduce(generation: &Generation, published: &[PublishedKey]) -> bool {
    published.iter().all(|key| key.published_at < generation.created_at)
}

/// What the keyring becomes now, if it changes: what is over is dropped, and a successor made when its time has come.
pub fn turn(
    ring: &Keyring,
    published: &[PublishedKey],
    urgency: Urgency,
    now: Timestamp,
    seed: impl FnOnce() -> Seed,
) -> Result<Option<Keyring>> {
    // Clocks differ: a seed must be younger than what is published, or it could not be introduced.
    let created_at = published.iter().map(|key| key.published_at + Duration::from_millis(1)).fold(now, Timestamp::max);
    if urgency == Urgency::Now {
        return ring.with(|_| false, Some((seed(), created_at))).map(Some);
    }
    let newest = ring.newest();
    let is_kept = |generation: &Generation| {
        // What was passed over before it was published has signed nothing.
        let published_one = published.iter().find(|key| key.kid() == generation.kid());
        generation.id == newest.id || published_one.is_some_and(|key| !is_over(ring, published, key, now))
    };
    let term_ends = |key: &PublishedKey| now >= key.signs_from + TERM;
    let is_due = published.iter().any(|key| key.kid() == newest.kid() && term_ends(key));
    if !is_due && ring.generations().all(is_kept) {
        return Ok(None);
    }
    ring.with(is_kept, is_due.then(|| (seed(), created_at))).map(Some)
}

/// The key to publish next, if its generation is not published yet and may be.
pub fn announce(ring: &Keyring, published: &[PublishedKey], now: Timestamp) -> Option<PublishedKey> {
    let newest = ring.newest();
    let is_published = published.iter().any(|key| key.kid() == newest.kid());
    if is_published || !may_introduce(newest, published) {
        return None;
    }
    let at_once = PublishedKey::at_once(newest.key.public(), now);
    let another_signs = published.iter().any(|key| ring.holds(key.kid()));
    let signs_from = if another_signs { now + ANNOUNCEMENT } else { now };
    Some(PublishedKey { signs_from, ..at_once })
}

/// The published keys that verify nothing any more, because the ring has dropped them.
pub fn withdraw<'k>(
    ring: &Keyring,
    published: &'k [PublishedKey],
    urgency: Urgency,
    now: Timestamp,
) -> impl Iterator<Item = &'k str> {
    let dropped = published.iter().filter(|key| !ring.holds(key.kid()));
    // A young key that the ring does not know may be one that a stale copy of the secret does not know yet.
    let certain = dropped.filter(move |key| urgency == Urgency::Now || now >= key.published_at + ANNOUNCEMENT);
    certain.map(PublishedKey::kid)
}

/// Whether every token signed with a key of the ring has expired.
fn is_over(ring: &Keyring, published: &[PublishedKey], key: &PublishedKey, now: Timestamp) -> bool {
    let in_ring = published.iter().filter(|key| ring.holds(key.kid()));
    successor(in_ring, key).is_some_and(|next| now >= next.signs_from + MARGIN + token::LIFETIME)
}

fn successor<'k>(keys: impl Iterator<Item = &'k PublishedKey>, key: &PublishedKey) -> Option<&'k PublishedKey> {
    keys.filter(|other| other.order() > key.order()).min_by_key(|other| other.order())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_unix_seconds(1_800_000_000);

    fn generation(id: u32, created_at: Timestamp) -> Generation {
        Generation::new(id, Seed::from_chance([u8::try_from(id).unwrap(); 32]), created_at).unwrap()
    }

    fn ring(generations: Vec<Generation>) -> Keyring {
        Keyring::new(Seed::from_chance([0xFF; 32]), generations).unwrap()
    }

    fn published(generation: &Generation, published_at: Timestamp, signs_from: Timestamp) -> PublishedKey {
        PublishedKey { signs_from, ..PublishedKey::at_once(generation.key.public(), published_at) }
    }

    #[test]
    fn a_key_signs_from_its_time_to_that_of_the_next_one() {
        let (one, two) = (generation(1, NOW), generation(2, NOW));
        let keys = [published(&one, NOW, NOW), published(&two, NOW, NOW + ANNOUNCEMENT)];
        let signs = |at| signer(&keys, |_| true, at).map(PublishedKey::kid);
        assert_eq!(signs(NOW), Some(one.kid()));
        assert_eq!(signs(NOW + ANNOUNCEMENT.saturating_sub(Duration::from_millis(1))), Some(one.kid()));
        assert_eq!(signs(NOW + ANNOUNCEMENT), Some(two.kid()));
    }

    #[test]
    fn who_lacks_the_next_seed_signs_on_for_the_margin_and_no_longer() {
        let (one, two) = (generation(1, NOW), generation(2, NOW));
        let keys = [published(&one, NOW, NOW), published(&two, NOW, NOW + ANNOUNCEMENT)];
        let signs = |at| signer(&keys, |kid| kid == one.kid(), at).map(PublishedKey::kid);
        let last = NOW + ANNOUNCEMENT + MARGIN.saturating_sub(Duration::from_millis(1));
        assert_eq!(signs(last), Some(one.kid()));
        assert_eq!(signs(last + Duration::from_millis(1)), None);
    }

    #[test]
    fn a_slow_clock_signs_with_the_first_key_of_all() {
        let one = generation(1, NOW);
        let keys = [published(&one, NOW, NOW)];
        let slow = Timestamp::from_unix_millis(NOW.unix_millis() - 300);
        assert_eq!(signer(&keys, |_| true, slow).map(PublishedKey::kid), Some(one.kid()));
        assert_eq!(signer(&[], |_| true, NOW), None);
    }

    #[test]
    fn a_seed_that_may_have_been_dropped_does_not_come_back() {
        let (old, new) = (generation(1, NOW), generation(2, NOW + TERM));
        let keys = [published(&new, NOW + TERM, NOW + TERM)];
        assert!(!may_introduce(&old, &keys));
        // A run that reads the secret as it was before an emergency.
        let (stale, now) = (ring(vec![old]), NOW + TERM + Duration::from_secs(1));
        assert_eq!(announce(&stale, &keys, now), None);
        assert_eq!(withdraw(&stale, &keys, Urgency::ByTheClock, now).count(), 0);
    }

    #[test]
    fn a_seed_that_was_passed_over_unpublished_is_dropped() {
        let keys = [published(&generation(1, NOW), NOW, NOW)];
        let ring = ring(vec![generation(1, NOW), generation(2, NOW), generation(3, NOW)]);
        let next = turn(&ring, &keys, Urgency::ByTheClock, NOW, || Seed::from_chance([9; 32])).unwrap().unwrap();
        assert_eq!(next.generations().map(|one| one.id).collect::<Vec<_>>(), [1, 3]);
    }
}

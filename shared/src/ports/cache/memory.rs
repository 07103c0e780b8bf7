//! The tier in process: decoded values, bounded by what they weigh.

use std::sync::Arc;

use moka::future::Cache as Moka;

use super::flight::AnyValue;
use crate::domain::cache::{Envelope, Key, KeyText};
use crate::domain::time::Timestamp;

/// What all values together may weigh; the smallest function that caches has 512 MB.
const MAX_BYTES: u64 = 16 * 1024 * 1024;
/// What an entry weighs beside its value and its key, about.
const ENTRY_BYTES: usize = 200;

pub(super) struct Memory(Moka<KeyText, Entry>);

#[derive(Clone)]
struct Entry {
    value: AnyValue,
    envelope: Envelope,
    /// From then on the store is asked whether it knows something newer.
    own_until: Timestamp,
    weight: u32,
}

/// What is in memory.
pub(super) enum Remembered<V> {
    /// Will do without asking anybody.
    Fresh(Arc<V>),
    /// Will do while somebody computes it anew.
    Old(Arc<V>),
    Nothing,
}

impl Memory {
    pub(super) fn new() -> Self {
        Self(Moka::builder().max_capacity(MAX_BYTES).weigher(|_, entry: &Entry| entry.weight).build())
    }

    /// Looks at the time on every hit: an environment may have been frozen for hours, and no clock of its own ran meanwhile.
    pub(super) async fn recall<K: Key>(&self, text: &KeyText, now: Timestamp) -> Remembered<K::Value> {
        let Some(entry) = self.0.get(text).await.filter(|entry| entry.envelope.is_good(now)) else {
            return Remembered::Nothing;
        };
        let Ok(value) = entry.value.downcast() else { return Remembered::Nothing };
        match (now < entry.own_until && entry.envelope.is_fresh(now), K::FRESH) {
            (true, _) => Remembered::Fresh(value),
            (false, Some(_)) => Remembered::Old(value),
            (false, None) => Remembered::Nothing,
        }
    }

    /// `bytes` is what the value takes when it is stored, which is about what it takes here.
    pub(super) async fn keep(&self, text: &KeyText, kept: Kept, bytes: usize) {
        let Kept { value, envelope, own_until } = kept;
        let weight = u32::try_from(bytes + text.as_str().len() + ENTRY_BYTES).unwrap_or(u32::MAX);
        self.0.insert(text.clone(), Entry { value, envelope, own_until, weight }).await;
    }
}

/// A value to be remembered.
pub(super) struct Kept {
    pub(super) value: AnyValue,
    pub(super) envelope: Envelope,
    pub(super) own_until: Timestamp,
}
